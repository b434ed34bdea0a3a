import pytest
from django.urls import reverse

from implportal.projects.tests.factories import ContactFactory, MemberFactory
from implportal.signing.models import SharedLink
from implportal.signing.tests.conftest import at as link_address
from implportal.signing.tests.conftest import visit  # noqa: F401
from presales.domain.review import send_for_review
from presales.models import (
    GlossaryTerm,
    Solution,
    SolutionSection,
    SolutionTemplate,
    TextBlock,
)
from presales.tests.factories import (
    GlossaryTermFactory,
    SolutionFactory,
    SolutionSectionFactory,
    SolutionTemplateFactory,
    SolutionTemplateSectionFactory,
    TextBlockFactory,
)

pytestmark = pytest.mark.django_db


def url(route, **kwargs):
    return reverse(f"presales:{route}", kwargs=kwargs)


@pytest.fixture
def section(ines):
    return SolutionSectionFactory(
        solution__project__implementation_manager=ines, key="s1", title="Scope"
    )


def test_a_block_is_written_changed_and_shows_what_changed(sign_in, ines):
    browser = sign_in(ines)
    browser.post(url("block_create"), {"title": "Training", "markdown": "We train users."})
    block = TextBlock.objects.get()
    data = {"title": "Training", "markdown": "We train everybody.", "lock_version": "1"}
    page = browser.post(url("block_edit", pk=block.pk), data, follow=True)

    html = page.content.decode()
    assert "<del>users</del>" in html
    assert "<ins>everybody</ins>" in html


def test_who_was_slower_keeps_what_was_typed(sign_in, ines):
    block = TextBlockFactory(lock_version=3)
    data = {"title": "Mine", "markdown": "My words.", "lock_version": "2"}
    answer = sign_in(ines).post(url("block_edit", pk=block.pk), data)
    html = answer.content.decode()
    assert "saved this block while you were writing" in html
    assert "My words." in html


def test_retired_blocks_are_listed_on_demand_and_offered_again(sign_in, ines):
    block = TextBlockFactory(title="Old one")
    browser = sign_in(ines)
    browser.post(url("block_retire", pk=block.pk))
    assert "Old one" not in browser.get(url("block_list")).content.decode()
    assert "Old one" in browser.get(url("block_list"), {"is_retired": "true"}).content.decode()
    browser.post(url("block_retire", pk=block.pk), {"again": "1"})
    assert "Old one" in browser.get(url("block_list")).content.decode()


def test_blocks_are_found_while_one_writes(sign_in, ines, section):
    TextBlockFactory(title="Training", markdown="<b>&")
    project_pk = section.solution.project_id
    html = sign_in(ines).get(url("section_blocks", project_pk=project_pk), {"blocks": "train"})
    assert b'data-insert="&lt;b&gt;&amp;"' in html.content


def test_without_script_a_block_is_put_below_the_text_and_nothing_is_saved(sign_in, ines, section):
    block = TextBlockFactory(title="Training", markdown="We train.")
    address = url("section_edit", project_pk=section.solution.project_id, key="s1")
    form = {"title": "Scope", "level": "1", "markdown": "Typed.", "lock_version": "1"}
    browser = sign_in(ines)

    found = browser.post(address, form | {"blocks": "train", "find": "1"})
    assert [one.pk for one in found.context["blocks"]] == [block.pk]
    assert "Typed." in found.content.decode()
    page = browser.post(address, form | {"insert": str(block.pk)})

    assert page.context["form"]["markdown"].value() == "Typed.\n\nWe train."
    assert SolutionSection.objects.get().markdown == "Text."


def test_autosave_neither_looks_for_nor_inserts_blocks(sign_in, ines, section):
    block = TextBlockFactory(markdown="We train.")
    address = url("section_autosave", project_pk=section.solution.project_id, key="s1")
    form = {"title": "Scope", "level": "1", "markdown": "Typed.", "lock_version": "1"}
    sign_in(ines).post(address, form | {"blocks": "x", "insert": str(block.pk), "find": "1"})
    assert SolutionSection.objects.get().markdown == "Typed."


def test_words_of_a_project_stand_beside_those_of_the_company(sign_in, conny, section):
    project = section.solution.project
    MemberFactory(project=project, user=conny)
    GlossaryTermFactory(term="EHR")
    GlossaryTermFactory(term="Hidden", project=SolutionFactory().project)
    browser = sign_in(conny)
    browser.post(
        url("glossary_project_create", project_pk=project.pk),
        {"word": "Pier", "explanation": "Where ships are."},
    )

    page = browser.get(url("glossary_project", project_pk=project.pk))

    assert [term.term for term in page.context["object_list"]] == ["EHR", "Pier"]
    assert browser.get(url("glossary_create")).status_code == 403
    term = GlossaryTerm.objects.get(term="Pier")
    browser.post(url("glossary_edit", pk=term.pk), {"word": "Pier 3", "explanation": "x"})
    browser.post(url("glossary_remove", pk=term.pk))
    assert not GlossaryTerm.objects.filter(project=project).exists()


def test_words_of_another_project_do_not_exist_for_strangers(sign_in, sam, section):
    term = GlossaryTermFactory(term="Pier", project=section.solution.project)
    assert sign_in(sam).get(url("glossary_edit", pk=term.pk)).status_code == 404
    assert sign_in(sam).post(url("glossary_remove", pk=term.pk)).status_code == 404


def test_the_reader_finds_below_a_section_the_words_that_it_uses(
    ines,
    section,
    visit,  # noqa: F811
):
    from django.utils import timezone

    GlossaryTermFactory(term="Text", explanation="What is written & read.")
    GlossaryTermFactory(term="Unused", explanation="Nowhere.")
    carl = ContactFactory(customer=section.solution.project.customer)
    send_for_review(
        solution=section.solution, contacts=[carl], valid_days=9, actor=ines, at=timezone.now()
    )
    link = SharedLink.objects.get()

    html = visit(link).get(link_address("link_document", link)).content.decode()

    assert "<dt><dfn>Text</dfn></dt><dd>What is written &amp; read.</dd>" in html
    assert "1 word explained" in html
    assert "Nowhere." not in html


def test_a_template_is_made_filled_and_started_from(sign_in, ines):
    browser = sign_in(ines)
    browser.post(
        url("solution_template_create"), {"title": "Hospitals", "purpose": "", "is_default": "on"}
    )
    template = SolutionTemplate.objects.get()
    browser.post(
        url("solution_template_section_create", pk=template.pk),
        {"title": "Scope", "level": "1", "hint": "What.", "markdown": "Begin."},
    )
    solution = SolutionFactory(project__implementation_manager=ines, state="WITHDRAWN")
    project_pk = solution.project_id
    start = browser.get(url("solution_home", project_pk=project_pk)).context["form"]
    assert start["template"].value() == template.pk

    browser.post(
        url("solution_start", project_pk=project_pk), {"title": "R", "template": template.pk}
    )

    assert Solution.objects.live().get().sections.get().markdown == "Begin."


def test_sections_of_a_template_are_changed_ordered_moved_and_removed(sign_in, ines):
    template = SolutionTemplateFactory()
    one, two = SolutionTemplateSectionFactory.create_batch(2, template=template)
    browser, place = sign_in(ines), {"pk": template.pk, "part_pk": two.pk}
    browser.post(
        url("solution_template_section_edit", **place),
        {"title": "Two", "level": "2", "hint": "", "markdown": ""},
    )
    browser.post(url("solution_template_section_move", **place), {"direction": "up"})
    titles = template.sections.order_by("order").values_list("pk", flat=True)
    assert list(titles) == [two.pk, one.pk]
    order = url("solution_template_order", pk=template.pk)
    assert browser.post(order, {"order": [one.pk, two.pk]}).status_code == 204
    assert browser.post(order, {"order": [one.pk]}).status_code == 409
    browser.post(url("solution_template_section_remove", **place))
    assert list(titles.all()) == [one.pk]
    browser.post(
        url("solution_template_edit", pk=template.pk), {"title": "Renamed", "purpose": "p"}
    )
    assert "Renamed" in browser.get(template.get_absolute_url()).content.decode()
    browser.post(url("solution_template_remove", pk=template.pk))
    assert not SolutionTemplate.objects.exists()


def test_a_solution_becomes_a_template(sign_in, ines, section):
    address = url("solution_as_template", project_pk=section.solution.project_id)
    browser = sign_in(ines)
    assert browser.get(address).status_code == 200
    browser.post(address, {"title": "Again", "with_texts": "on"})
    assert SolutionTemplate.objects.get().sections.get().markdown == "Text."


@pytest.mark.parametrize("rows", [1, 25])
@pytest.mark.parametrize(
    ("route", "factory"),
    [
        ("block_list", TextBlockFactory),
        ("glossary_list", GlossaryTermFactory),
        ("solution_template_list", SolutionTemplateFactory),
    ],
)
def test_each_list_costs_the_same_for_any_number_of_rows(
    sign_in, ines, django_assert_max_num_queries, route, factory, rows
):
    factory.create_batch(rows)
    browser = sign_in(ines)
    with django_assert_max_num_queries(8):  # session, user, choices of filters, count, page, news
        page = browser.get(url(route))
    assert len(page.context["object_list"]) == rows
    exported = browser.get(url(route), {"export": "csv"}).content.decode()
    assert len(exported.strip().splitlines()) == rows + 1
