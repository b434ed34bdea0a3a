import pytest

from implportal.kernel.errors import NotAllowed
from implportal.projects.tests.factories import ProjectFactory
from presales.domain import solution_templates as templates
from presales.domain.solutions import start_from_template
from presales.models import SolutionTemplate
from presales.tests.factories import (
    SolutionFactory,
    SolutionSectionFactory,
    SolutionTemplateFactory,
    SolutionTemplateSectionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def template():
    template = SolutionTemplateFactory()
    SolutionTemplateSectionFactory(template=template, order=1, title="Scope", hint="What.")
    SolutionTemplateSectionFactory(
        template=template, order=2, title="Included", level=2, markdown="For {{customer}}."
    )
    return template


def test_a_solution_starts_with_headings_hints_and_texts_of_its_template(template, ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    solution = start_from_template(
        project=project, title="Records", template=template, actor=ines, at=noon
    )
    template.sections.all().delete()

    assert list(
        solution.sections.in_order().values_list("key", "title", "level", "hint", "markdown")
    ) == [("s1", "Scope", 1, "What.", ""), ("s2", "Included", 2, "", "For {{customer}}.")]


def test_a_template_is_made_of_a_solution_without_its_pictures(ines, noon):
    solution = SolutionFactory(number="SD-2026-0007")
    text = f"Before.\n\n![Map](image:{'0' * 64})\n\nAfter."
    SolutionSectionFactory(solution=solution, title="Scope", level=2, markdown=text)
    make = {"solution": solution, "actor": ines, "at": noon}

    with_texts = templates.template_from_solution(title="With", with_texts=True, **make)
    without = templates.template_from_solution(title="Without", with_texts=False, **make)

    (section,) = with_texts.sections.all()
    assert (section.title, section.level) == ("Scope", 2)
    assert section.markdown == "Before.\n\n\nAfter."
    assert with_texts.purpose == "Made from SD-2026-0007"
    assert without.sections.get().markdown == ""


def test_one_template_is_offered_first(ines, noon):
    save = {"template": None, "purpose": "", "is_default": True, "actor": ines, "at": noon}
    templates.save_template(title="One", **save)
    templates.save_template(title="Two", **save)
    assert SolutionTemplate.objects.get(is_default=True).title == "Two"
    with pytest.raises(templates.TitleIsTaken):
        templates.save_template(title="one", **save)
    assert SolutionTemplate.objects.get(is_default=True).title == "Two"


def test_sections_are_added_moved_and_removed(template, ines, noon):
    whose = {"actor": ines, "at": noon}
    added = templates.save_template_section(
        template=template, section=None, title="Price", level=1, hint="", markdown="", **whose
    )
    templates.move_template_section(section=added, step=-1, **whose)
    templates.move_template_section(section=added, step=-1, **whose)
    templates.move_template_section(section=added, step=-1, **whose)
    titles = template.sections.order_by("order").values_list("title", flat=True)
    assert list(titles) == ["Price", "Scope", "Included"]

    with pytest.raises(templates.ListHasChanged):
        templates.order_template_sections(template=template, keys=[added.pk], **whose)
    templates.remove_template_section(section=added, **whose)
    assert list(titles.all()) == ["Scope", "Included"]


@pytest.mark.parametrize("name", ["piet", "bea", "conny"])
def test_others_change_no_template(request, template, name, noon):
    whose = {"actor": request.getfixturevalue(name), "at": noon}
    with pytest.raises(NotAllowed):
        templates.remove_template(template=template, **whose)
    with pytest.raises(NotAllowed):
        templates.order_template_sections(template=template, keys=[], **whose)
    with pytest.raises(NotAllowed):
        templates.save_template_section(
            template=template, section=None, title="x", level=1, hint="", markdown="", **whose
        )
