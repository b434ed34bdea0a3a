"""Two people write one section: nothing that either typed is lost."""

import pytest
from django.urls import reverse

from implportal.audit.models import Entry
from implportal.projects.tests.factories import MemberFactory, ProjectFactory
from presales.models import Solution, SolutionSection
from presales.tests.factories import SolutionFactory, SolutionSectionFactory

pytestmark = pytest.mark.django_db
BASE = "One.\n\nTwo.\n\nThree."


@pytest.fixture
def section(ines, conny):
    project = ProjectFactory(implementation_manager=ines)
    MemberFactory(project=project, user=conny)
    return SolutionSectionFactory(
        solution=SolutionFactory(project=project), key="s1", title="Scope", markdown=BASE
    )


def address(section, route="section_autosave"):
    project_pk = section.solution.project_id
    return reverse(f"presales:{route}", kwargs={"project_pk": project_pk, "key": section.key})


def typed(markdown, **given):
    fields = {"title": "Scope", "level": "1", "lock_version": "1", "base": BASE}
    return fields | {"markdown": markdown} | given


def saved(section):
    section.refresh_from_db()
    return section.markdown


def test_what_is_typed_is_saved_while_it_is_typed(sign_in, ines, section):
    response = sign_in(ines).post(address(section), typed("One and a half."))

    page = response.content.decode()
    assert (response.status_code, saved(section)) == (200, "One and a half.")
    assert "Saved at" in page
    # the next saving writes on from this one
    assert 'name="lock_version" id="id_lock_version" value="2" hx-swap-oob="true"' in page
    assert 'name="base" id="id_base" value="One and a half."' in page


def test_the_button_pressed_last_means_nothing_to_what_saves_by_itself(sign_in, ines, section):
    given = typed("New.", lock_version="7", preview="1", join="1", over="1")

    response = sign_in(ines).post(address(section), given)

    assert response.status_code == 409
    assert b"<html" not in response.content
    assert saved(section) == BASE


def test_going_on_writing_is_put_on_record_once(sign_in, ines, section):
    browser = sign_in(ines)
    for number in range(1, 5):
        browser.post(address(section), typed(f"Draft {number}.", lock_version=str(number)))

    assert saved(section) == "Draft 4."
    assert [entry.sentence for entry in Entry.objects.all()] == ["wrote in “Scope”"]


def test_a_heading_that_is_missing_is_told_and_nothing_is_saved(sign_in, ines, section):
    response = sign_in(ines).post(address(section), typed("New.", title=""))

    assert response.status_code == 422
    assert "Not saved yet. Heading: This field is required." in response.content.decode()
    assert saved(section) == BASE


def test_text_that_rests_is_not_saved_and_told(sign_in, ines, section):
    Solution.objects.update(state="IN_REVIEW")

    response = sign_in(ines).post(address(section), typed("New."))

    assert response.status_code == 409
    assert "so its text rests" in response.content.decode()
    assert saved(section) == BASE


@pytest.mark.parametrize("route", ["section_autosave", "section_edit"])
def test_the_second_writer_sees_both_texts_word_by_word(sign_in, ines, conny, section, route):
    sign_in(conny).post(address(section), typed("One.\n\nTwo sites.\n\nThree."))

    response = sign_in(ines).post(address(section, route), typed("One.\n\nTwo wards.\n\nThree."))

    page = response.content.decode()
    assert response.status_code == 409
    assert "Conny Example saved this section while you were writing" in page
    assert "<del>sites</del><ins>wards</ins>" in page
    assert saved(section) == "One.\n\nTwo sites.\n\nThree."
    if route == "section_edit":
        assert response.context["form"]["markdown"].value() == "One.\n\nTwo wards.\n\nThree."
        # pressing the same button again replaces nothing unseen
        again = response.context["form"]["lock_version"].value()
        assert sign_in(ines).post(address(section, route), typed("X", lock_version=again))
        assert saved(section) == "One.\n\nTwo sites.\n\nThree."


def test_both_texts_are_joined_into_the_form_and_saved_by_its_button(sign_in, ines, conny, section):
    sign_in(conny).post(address(section), typed("One by Conny.\n\nTwo.\n\nThree."))
    browser, url = sign_in(ines), address(section, "section_edit")

    mine = "One.\r\n\r\nTwo.\r\n\r\nThree by Ines."  # browsers send such line ends
    offered = browser.post(url, typed(mine, join="1"))

    form = offered.context["form"]
    assert offered.context["joined"].doubled == []
    assert form["markdown"].value() == "One by Conny.\n\nTwo.\n\nThree by Ines."
    assert saved(section) == "One by Conny.\n\nTwo.\n\nThree."
    kept = {name: form[name].value() for name in ("markdown", "base", "lock_version")}
    assert browser.post(url, typed(kept.pop("markdown"), **kept)).status_code == 302
    assert saved(section) == "One by Conny.\n\nTwo.\n\nThree by Ines."


def test_mine_replaces_exactly_the_text_that_i_saw(sign_in, ines, conny, section):
    sign_in(conny).post(address(section), typed("Conny."))
    browser, url = sign_in(ines), address(section, "section_edit")

    assert browser.post(url, typed("Ines.", over="2")).status_code == 302
    assert saved(section) == "Ines."
    # a third text that came meanwhile is not replaced
    assert browser.post(url, typed("Blind.", over="2")).status_code == 409
    assert saved(section) == "Ines."


def test_the_same_text_from_both_is_no_clash(sign_in, ines, conny, section):
    sign_in(conny).post(address(section), typed("Same."))

    assert sign_in(ines).post(address(section), typed("Same.")).status_code == 200


def test_who_has_the_section_open_is_seen(sign_in, ines, conny, section):
    sign_in(conny).get(address(section, "section_edit"))
    browser = sign_in(ines)

    for route in ("section_edit", "section_writers"):
        page = browser.get(address(section, route)).content.decode()
        assert "Conny Example has this section open, too." in page
        assert "Ines Example has" not in page
    page = browser.get(address(section, "section_detail")).content.decode()
    assert "Conny Example is writing in “Scope”" in page


def test_what_the_other_typed_stays_text(sign_in, ines, conny, section):
    sign_in(conny).post(address(section), typed("<script>alert(1)</script></pre>"))

    page = sign_in(ines).post(address(section), typed("Mine.")).content.decode()

    assert "<script" not in page
    assert "&lt;/pre&gt;" in page
    assert SolutionSection.objects.count() == 1
