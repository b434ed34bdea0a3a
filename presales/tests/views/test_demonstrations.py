import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from implportal.audit.models import Entry
from implportal.catalogue.tests.factories import ProductFactory
from implportal.meetings.models import ActionItem
from implportal.meetings.tests.factories import AttendeeFactory, MeetingFactory
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory
from presales.models import Remark, Requirement, ShownScenario
from presales.tests.demonstration_factories import (
    RemarkFactory,
    ScenarioFactory,
    ShownScenarioFactory,
)
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def meeting(project):
    """One that began half an hour ago."""
    now = timezone.now()
    return MeetingFactory(
        project=project, kind="DEMONSTRATION", title="Showing",
        start_at=now - timedelta(minutes=30), end_at=now + timedelta(minutes=30),
    )  # fmt: skip


@pytest.fixture
def scenario(meeting):
    return ShownScenarioFactory(meeting=meeting, title="Finding a letter", steps="Open\nSearch")


def page(meeting, route, **places):
    return reverse(
        f"presales:{route}", kwargs={"project_pk": meeting.project_id, "pk": meeting.pk, **places}
    )


def home(project):
    return reverse("presales:demonstration_home", kwargs={"project_pk": project.pk})


def test_a_project_without_a_demonstration_offers_to_plan_one(sign_in, ines, project):
    text = sign_in(ines).get(home(project)).content.decode()

    assert "Nothing shown yet" in text
    assert "?kind=DEMONSTRATION" in text


@pytest.mark.parametrize("meetings", [1, 25])
def test_the_overview_costs_the_same_for_any_number_of_demonstrations(
    sign_in, ines, project, django_assert_num_queries, meetings
):
    for one in MeetingFactory.create_batch(meetings, project=project, kind="DEMONSTRATION"):
        RemarkFactory(scenario__meeting=one, said_by=AttendeeFactory(meeting=one))
    browser = sign_in(ines)

    browser.get(home(project))

    # session, user, news, project; how many remarks, those of the page, those to choose from;
    # step, meetings, open remarks
    with django_assert_num_queries(10):
        response = browser.get(home(project))

    shown = response.context
    assert len(shown["meetings"]) == len(shown["open_remarks"]) == len(shown["remarks"]) == meetings


@pytest.fixture
def remarks(meeting, scenario):
    """An open question, one that was answered, a wish that became a requirement; one elsewhere."""
    MeetingFactory(project=meeting.project, kind="DEMONSTRATION", title="Later")
    carl = AttendeeFactory(meeting=meeting, contact=ContactFactory(name="Carl"), name="")
    at = meeting.start_at
    RemarkFactory(scenario=scenario, text="Does it print?", said_by=carl, noted_at=at)
    RemarkFactory(
        scenario=scenario, text="=HYPERLINK()", answer="+ later", noted_at=at + timedelta(minutes=1)
    )
    RemarkFactory(
        scenario=scenario, text="Larger letters", kind="WISH", noted_at=at + timedelta(minutes=2),
        requirement=RequirementFactory(project=meeting.project, number=7),
    )  # fmt: skip
    RemarkFactory(text="Of another project")
    called_off = MeetingFactory(project=meeting.project, kind="DEMONSTRATION", state="CANCELLED")
    RemarkFactory(scenario__meeting=called_off, text="Called off")


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("", ["Larger letters", "=HYPERLINK()", "Does it print?"]),
        ("sort=text", ["=HYPERLINK()", "Does it print?", "Larger letters"]),
        ("q=carl", ["Does it print?"]),
        ("q=finding+a", ["Larger letters", "=HYPERLINK()", "Does it print?"]),
        ("q=elsewhere", []),
        ("kind=WISH", ["Larger letters"]),
        ("state=open", ["Does it print?"]),
        ("state=settled", ["Larger letters", "=HYPERLINK()"]),
    ],
)
def test_what_was_said_is_searched_filtered_and_sorted(
    sign_in, ines, project, remarks, query, texts
):
    response = sign_in(ines).get(f"{home(project)}?{query}")

    assert [one.text for one in response.context["remarks"]] == texts
    assert ("Nothing fits these filters" in response.content.decode()) is (texts == [])


def test_what_was_said_is_filtered_by_demonstration(sign_in, ines, project, meeting, remarks):
    browser = sign_in(ines)
    later = project.meetings.get(title="Later")

    assert not browser.get(f"{home(project)}?meeting={later.pk}").context["remarks"]
    assert len(browser.get(f"{home(project)}?meeting={meeting.pk}").context["remarks"]) == 3


def test_what_was_said_is_exported_without_formulas(sign_in, ines, sam, project, meeting, remarks):
    text = sign_in(ines).get(f"{home(project)}?sort=noted&export=csv").content.decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == [
        "Demonstration", "Start", "Scenario", "Kind", "What was said", "By", "What came of it",
    ]  # fmt: skip
    assert [(row[2], row[3], row[4], row[5], row[6]) for row in rows[1:]] == [
        ("Finding a letter", "Question", "Does it print?", "Carl", "open"),
        ("Finding a letter", "Question", "'=HYPERLINK()", "", "'+ later"),
        ("Finding a letter", "Wish", "Larger letters", "", "requirement R-007"),
    ]
    assert sign_in(sam).get(f"{home(project)}?export=csv").status_code == 404


@pytest.mark.parametrize("scenarios", [1, 25])
def test_a_demonstration_costs_the_same_for_any_number_of_scenarios(
    sign_in, ines, meeting, django_assert_num_queries, scenarios
):
    AttendeeFactory(meeting=meeting, contact=ContactFactory(), name="")
    for one in ShownScenarioFactory.create_batch(scenarios, meeting=meeting):
        RemarkFactory(scenario=one)
        ScenarioFactory()
    browser = sign_in(ines)
    browser.get(page(meeting, "demonstration_detail"))

    # session, user, news, project, meeting; scenarios, remarks; those of the project, offered;
    # feedback, links to give it, audience
    with django_assert_num_queries(12):
        response = browser.get(page(meeting, "demonstration_detail"))

    assert len(response.context["scenarios"]) == scenarios


def test_scenarios_of_the_projects_products_stand_first_and_are_copied(sign_in, ines, meeting):
    product = ProductFactory(name="Zebra records")
    meeting.project.products.add(product)
    ScenarioFactory(product__name="Aardvark", title="Other")
    ScenarioFactory(product=product, is_current=False, title="Outdated")
    mine = ScenarioFactory(product=product, title="Mine")
    browser = sign_in(ines)

    groups = browser.get(page(meeting, "demonstration_detail")).context["groups"]
    assert [(name, [one.title for one in rows]) for name, rows in groups] == [
        ("Zebra records", ["Mine"]), ("Aardvark (not in this project)", ["Other"]),
    ]  # fmt: skip

    answer = browser.post(page(meeting, "scenarios_choose"), {"scenarios": [mine.pk]}, follow=True)
    assert "Adapt them to this customer next." in answer.content.decode()
    assert ShownScenario.objects.get().title == "Mine"

    answer = browser.post(page(meeting, "scenarios_choose"), {"scenarios": ["x"]}, follow=True)
    assert "Choose at least one scenario" in answer.content.decode()


def test_a_scenario_of_ones_own_needs_time_and_keeps_what_was_typed(sign_in, ines, meeting):
    browser = sign_in(ines)

    refused = browser.post(page(meeting, "scenario_add"), {"title": "Own", "minutes": "0"})
    assert refused.status_code == 200
    assert 'value="Own"' in refused.content.decode()

    assert browser.post(page(meeting, "scenario_add"), {"title": "Own", "minutes": "5"}).url == (
        page(meeting, "demonstration_detail")
    )


def test_dragging_sends_the_new_order(sign_in, ines, meeting):
    one, two = ShownScenarioFactory.create_batch(2, meeting=meeting)
    browser = sign_in(ines)

    moved = browser.post(page(meeting, "scenario_order"), {"order": [two.pk, one.pk]})
    assert moved.status_code == 204
    assert list(meeting.scenarios.order_by("order")) == [two, one]
    assert browser.post(page(meeting, "scenario_order"), {"order": [two.pk]}).status_code == 409


def test_without_script_a_scenario_moves_by_a_button_and_comes_back_to_it(sign_in, ines, meeting):
    one, two = ShownScenarioFactory.create_batch(2, meeting=meeting)
    browser = sign_in(ines)
    url = page(meeting, "scenario_move", scenario_pk=one.pk)
    text = browser.get(page(meeting, "demonstration_detail")).content.decode()
    form = text[text.index(f'<form class="ip-row" method="post" action="{url}"') :]

    assert 'value="up" disabled' in form[: form.index("</form>")]
    answer = browser.post(url, {"direction": "down"})
    assert (answer.status_code, answer.url) == (
        302, f"{page(meeting, 'demonstration_detail')}#scenario-{one.pk}",
    )  # fmt: skip
    assert list(meeting.scenarios.order_by("order")) == [two, one]
    browser.post(url, {"direction": "down"})
    browser.post(url)

    assert list(meeting.scenarios.order_by("order")) == [two, one]
    assert Entry.objects.filter(action="presales.scenarios_ordered").count() == 1


def test_a_reader_moves_no_scenario(sign_in, bea, meeting):
    one, two = ShownScenarioFactory.create_batch(2, meeting=meeting)
    meeting.project.business_manager = bea
    meeting.project.save(update_fields=["business_manager"])
    browser, url = sign_in(bea), page(meeting, "scenario_move", scenario_pk=two.pk)

    assert url not in browser.get(page(meeting, "demonstration_detail")).content.decode()
    assert browser.post(url, {"direction": "up"}).status_code == 403
    assert list(meeting.scenarios.order_by("order")) == [one, two]


class TestRunning:
    def test_it_leads_from_scenario_to_scenario(self, sign_in, ines, meeting, scenario):
        following = ShownScenarioFactory(meeting=meeting, title="Printing")
        browser = sign_in(ines)

        first = browser.get(page(meeting, "demonstration_run"))
        assert first.url == page(meeting, "demonstration_scenario_run", scenario_pk=scenario.pk)
        text = browser.get(first.url).content.decode()
        assert "<li>Search</li>" in text
        assert "Next scenario" in text

        kept = browser.post(first.url, {"reaction": "Nodding", "rating": "4", "revision": "0"})
        assert kept.url == page(meeting, "demonstration_scenario_run", scenario_pk=following.pk)
        assert browser.get(page(meeting, "demonstration_run")).url == kept.url

        last = browser.post(kept.url, {"reaction": "", "rating": "5", "revision": "0"})
        assert last.url == page(meeting, "demonstration_detail")

    def test_it_saves_while_one_writes_and_shows_what_somebody_else_saved(
        self, sign_in, ines, meeting, scenario
    ):
        browser = sign_in(ines)
        address = page(meeting, "reaction_autosave", scenario_pk=scenario.pk)

        saved = browser.post(address, {"reaction": "Nodding", "rating": "", "revision": "0"})
        assert saved.status_code == 200
        assert 'name="revision" id="id_revision" value="1"' in saved.content.decode()

        late = {"reaction": "Yawning", "rating": "2", "revision": "0", "over": "1"}
        refused = browser.post(address, late)
        assert refused.status_code == 409
        assert "Nodding" in refused.content.decode()
        scenario.refresh_from_db()
        assert scenario.reaction == "Nodding"

        run = page(meeting, "demonstration_scenario_run", scenario_pk=scenario.pk)
        both = browser.post(run, late | {"over": ""}).content.decode()
        assert "Nodding" in both
        assert "Yawning" in both
        browser.post(run, late)
        scenario.refresh_from_db()
        assert (scenario.reaction, scenario.rating) == ("Yawning", 2)

    def test_too_long_a_text_is_said_beside_the_button(self, sign_in, ines, meeting, scenario):
        answer = sign_in(ines).post(
            page(meeting, "reaction_autosave", scenario_pk=scenario.pk),
            {"reaction": "x" * 10_001, "revision": "0"},
        )

        assert answer.status_code == 422
        assert "too long" in answer.content.decode()

    def test_without_scenarios_there_is_nothing_to_run(self, sign_in, ines, meeting):
        assert sign_in(ines).get(page(meeting, "demonstration_run")).url == page(
            meeting, "demonstration_detail"
        )

    def test_before_it_begins_it_is_a_rehearsal(self, sign_in, ines, meeting, scenario):
        type(meeting).objects.filter(pk=meeting.pk).update(
            start_at=timezone.now() + timedelta(hours=1),
            end_at=timezone.now() + timedelta(hours=2),
        )

        text = (
            sign_in(ines)
            .get(page(meeting, "demonstration_scenario_run", scenario_pk=scenario.pk))
            .content.decode()
        )

        assert "This is a rehearsal" in text
        assert "Next scenario" not in text

    def test_a_reader_is_not_let_in(self, sign_in, bea, meeting, scenario):
        browser = sign_in(bea)

        assert browser.get(page(meeting, "demonstration_run")).status_code == 403
        assert browser.get(page(meeting, "demonstration_detail")).status_code == 200


class TestRemarks:
    def test_a_question_is_noted_and_becomes_an_action_item(self, sign_in, ines, meeting, scenario):
        carl = AttendeeFactory(meeting=meeting, name="Carl")
        browser = sign_in(ines)

        noted = browser.post(
            page(meeting, "remark_add", scenario_pk=scenario.pk),
            {"text": "Does it print?", "kind": "QUESTION", "said_by": carl.pk},
        )
        remark = Remark.objects.get()
        assert noted.url.endswith(f"/scenarios/{scenario.pk}/run/#remarks")
        assert remark.said_by == carl

        form = browser.get(page(meeting, "question_take", remark_pk=remark.pk))
        assert form.context["form"].initial == {"owner": f"u{ines.pk}"}
        browser.post(
            page(meeting, "question_take", remark_pk=remark.pk),
            {"owner": f"u{ines.pk}", "due_on": "2026-03-10"},
        )
        assert ActionItem.objects.get().demonstration_remark == remark

    def test_somebody_who_is_not_on_the_list_said_nothing(self, sign_in, ines, meeting, scenario):
        answer = sign_in(ines).post(
            page(meeting, "remark_add", scenario_pk=scenario.pk),
            {"text": "Hello", "kind": "WISH", "said_by": AttendeeFactory().pk},
        )

        assert answer.status_code == 200
        assert not Remark.objects.exists()

    def test_a_wish_becomes_a_requirement_whose_page_leads_back(
        self, sign_in, ines, meeting, scenario
    ):
        wish = RemarkFactory(scenario=scenario, kind="WISH", text="All languages")
        browser = sign_in(ines)

        answer = browser.post(
            page(meeting, "wish_take", remark_pk=wish.pk),
            {"text": "It finds all languages.", "priority": "MUST"}, follow=True,
        )  # fmt: skip

        assert "It is the requirement R-001 now." in answer.content.decode()
        text = browser.get(Requirement.objects.get().get_absolute_url()).content.decode()
        assert "Showing: All languages" in text
        assert f"#remark-{wish.pk}" in text

    def test_an_answer_is_kept_and_a_mistake_taken_away(self, sign_in, ines, scenario, meeting):
        remark = RemarkFactory(scenario=scenario)
        browser = sign_in(ines)

        browser.post(page(meeting, "remark_answer", remark_pk=remark.pk), {"answer": "Yes."})
        remark.refresh_from_db()
        assert remark.answer == "Yes."
        browser.post(page(meeting, "remark_remove", remark_pk=remark.pk))
        assert not Remark.objects.exists()


def test_the_preparation_sheet_has_all_that_one_takes_along(sign_in, ines, meeting):
    ShownScenarioFactory(meeting=meeting, prepared_data="Account demo", steps="One\n\nTwo")

    text = sign_in(ines).get(page(meeting, "demonstration_sheet")).content.decode()

    assert "<li>Account demo</li>" in text
    assert "<li>Two</li>" in text
    assert "data-print" in text


def test_a_meeting_of_another_kind_is_no_demonstration(sign_in, ines, project):
    other = MeetingFactory(project=project, kind="EXCHANGE")

    assert sign_in(ines).get(page(other, "demonstration_detail")).status_code == 404


def test_a_member_may_note_and_is_offered_no_change_of_the_meeting(
    sign_in, conny, meeting, scenario
):
    MemberFactory(project=meeting.project, user=conny)

    response = sign_in(conny).get(page(meeting, "demonstration_detail"))

    assert (response.context["may_note"], response.context["may_change"]) == (True, False)
