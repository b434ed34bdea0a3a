from datetime import timedelta

import pytest
from django.urls import reverse

from implportal.audit.models import Entry
from implportal.documents.models import StoredImage
from implportal.kernel.errors import NotAllowed
from implportal.projects.tests.factories import MemberFactory, ProjectFactory
from presales.domain.sections import (
    OtherProject,
    SomebodyWasFaster,
    add_picture,
    add_section,
    change_section,
    link_requirements,
    move_section,
    remove_section,
)
from presales.domain.solution_template import STANDARD
from presales.domain.solutions import (
    NotBeingWritten,
    SolutionExists,
    change_solution,
    empty_sections,
    start_from_template,
    unanswered_musts,
)
from presales.models import Requirement, Solution, SolutionSection
from presales.tests.factories import RequirementFactory, SolutionFactory, SolutionSectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def solution(ines):
    return SolutionFactory(project__implementation_manager=ines)


def titles(solution):
    return list(solution.sections.in_order().values_list("title", flat=True))


def write(section, actor, at, **fields):
    given = {
        "title": section.title,
        "level": section.level,
        "markdown": section.markdown,
        "lock_version": section.lock_version,
    } | fields
    return change_section(section=section, actor=actor, at=at, **given)


def test_the_template_gives_headings_with_hints_and_stable_keys(ines, noon):
    project = ProjectFactory(implementation_manager=ines)

    solution = start_from_template(project=project, title="Records", actor=ines, at=noon)

    assert solution.number == "SD-2026-0001"
    assert titles(solution) == [part.title for part in STANDARD]
    sections = list(solution.sections.in_order())
    assert [section.key for section in sections[:3]] == ["s1", "s2", "s3"]
    assert all(section.hint and not section.markdown for section in sections)
    step = project.steps.get(key="solution")
    assert (step.state, step.next_step) == (
        "IN_PROGRESS",
        "Write SD-2026-0001 and send it to the customer",
    )


def test_a_project_has_one_living_solution(ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    start_from_template(project=project, title="Records", actor=ines, at=noon)

    with pytest.raises(SolutionExists):
        start_from_template(project=project, title="Again", actor=ines, at=noon)

    Solution.objects.update(state="WITHDRAWN")
    again = start_from_template(project=project, title="Again", actor=ines, at=noon)
    assert again.number == "SD-2026-0002"


def test_a_stranger_starts_nothing(ines, sam, noon):
    with pytest.raises(NotAllowed):
        start_from_template(
            project=ProjectFactory(implementation_manager=ines), title="X", actor=sam, at=noon
        )

    assert not Solution.objects.exists()


def test_a_section_is_added_where_it_was_asked_for(solution, ines, noon):
    first = add_section(solution=solution, title="First", level=1, actor=ines, at=noon)
    add_section(solution=solution, title="Last", level=1, actor=ines, at=noon)

    between = add_section(
        solution=solution, title="Between", level=2, actor=ines, at=noon, after=first
    )

    assert titles(solution) == ["First", "Between", "Last"]
    assert between.key == "s3"


def test_a_key_is_never_given_twice(solution, ines, noon):
    gone = add_section(solution=solution, title="Gone", level=1, actor=ines, at=noon)
    remove_section(section=gone, actor=ines, at=noon)

    assert add_section(solution=solution, title="New", level=1, actor=ines, at=noon).key == "s2"


def test_writing_counts_the_versions_and_keeps_line_ends_plain(solution, ines, noon):
    section = SolutionSectionFactory(solution=solution, edited_at=noon - timedelta(days=1))

    write(section, ines, noon, markdown="One\r\n\r\nTwo\r\n")

    section.refresh_from_db()
    assert (section.markdown, section.lock_version, section.edited_at) == ("One\n\nTwo", 2, noon)


def test_writing_nothing_new_changes_nothing(solution, ines, noon):
    section = SolutionSectionFactory(solution=solution)

    write(section, ines, noon)

    section.refresh_from_db()
    assert section.lock_version == 1
    assert not Entry.objects.exists()


def test_the_second_of_two_writers_is_told_and_overwrites_nothing(solution, ines, conny, noon):
    MemberFactory(project=solution.project, user=conny)
    section = SolutionSectionFactory(solution=solution)
    seen_by_ines = section.lock_version
    write(section, conny, noon, markdown="Conny's text")

    with pytest.raises(SomebodyWasFaster) as refusal:
        write(section, ines, noon, markdown="Ines's text", lock_version=seen_by_ines)

    assert str(refusal.value).startswith("Conny Example saved this section")
    section.refresh_from_db()
    assert section.markdown == "Conny's text"


@pytest.mark.parametrize("state", ["IN_REVIEW", "SIGNING", "SIGNED", "WITHDRAWN"])
def test_only_a_draft_is_written(solution, ines, noon, state):
    section = SolutionSectionFactory(solution=solution, markdown="As it was")
    Solution.objects.update(state=state)

    for act in (
        lambda: write(section, ines, noon, markdown="New"),
        lambda: add_section(solution=solution, title="New", level=1, actor=ines, at=noon),
        lambda: move_section(section=section, direction="UP", actor=ines, at=noon),
        lambda: remove_section(section=section, actor=ines, at=noon),
        lambda: link_requirements(section=section, requirements=[], actor=ines, at=noon),
        lambda: change_solution(
            solution=solution, title="New", subtitle="", summary="", actor=ines, at=noon
        ),
    ):
        with pytest.raises(NotBeingWritten):
            act()

    assert SolutionSection.objects.get().markdown == "As it was"
    assert not Entry.objects.exists()


def test_moving_changes_places_and_stops_at_the_ends(solution, ines, noon):
    one, two = (
        SolutionSectionFactory(solution=solution, title=title, order=7) for title in ("One", "Two")
    )

    move_section(section=two, direction="UP", actor=ines, at=noon)
    assert titles(solution) == ["Two", "One"]
    move_section(section=one, direction="DOWN", actor=ines, at=noon)
    assert titles(solution) == ["Two", "One"]
    move_section(section=two, direction="DOWN", actor=ines, at=noon)
    assert titles(solution) == ["One", "Two"]


def test_links_are_exactly_those_chosen(solution, ines, noon):
    section = SolutionSectionFactory(solution=solution, title="Search")
    first, second = (
        RequirementFactory(project=solution.project, number=number) for number in (1, 2)
    )
    section.requirements.add(first)

    link_requirements(section=section, requirements=[second], actor=ines, at=noon)

    assert list(section.requirements.all()) == [second]
    assert Entry.objects.get().sentence == "linked “Search” to R-002"


def test_a_requirement_of_another_project_is_refused(solution, ines, noon):
    section = SolutionSectionFactory(solution=solution)

    with pytest.raises(OtherProject):
        link_requirements(section=section, requirements=[RequirementFactory()], actor=ines, at=noon)

    assert not section.requirements.exists()


def test_a_picture_is_kept_and_shown_at_the_end(solution, ines, noon, png):
    section = SolutionSectionFactory(solution=solution, markdown="Text.")

    image = add_picture(
        section=section, data=png, name="map.png", description="A [map]", actor=ines, at=noon
    )

    section.refresh_from_db()
    assert section.markdown == f"Text.\n\n![A (map)](image:{image.sha256})"
    assert StoredImage.objects.get().project == solution.project


def test_musts_without_an_answer_are_found(solution, ines):
    project = solution.project
    answered, open_one = (RequirementFactory(project=project, number=n) for n in (1, 2))
    RequirementFactory(project=project, number=3, priority=Requirement.Priority.SHOULD)
    RequirementFactory(project=project, number=4, state="DROPPED", dropped_reason="No")
    SolutionSectionFactory(solution=solution).requirements.add(answered)

    assert unanswered_musts(project) == [open_one]


def test_a_heading_above_deeper_ones_is_not_empty(solution):
    chapter = SolutionSectionFactory(solution=solution, markdown="", level=1, order=1)
    empty = SolutionSectionFactory(solution=solution, markdown=" ", level=2, order=2)
    written = SolutionSectionFactory(solution=solution, level=2, order=3)

    assert empty_sections([chapter, empty, written]) == [empty]


def test_the_page_of_a_solution_without_sections_offers_the_first(sign_in, ines):
    section = SolutionSectionFactory(solution__project__implementation_manager=ines)
    solution = section.solution
    section.delete()
    url = reverse("presales:solution_home", kwargs={"project_pk": solution.project_id})

    page = sign_in(ines).get(url)

    assert page.status_code == 200
    assert (
        reverse("presales:section_create", kwargs={"project_pk": solution.project_id})
        in page.content.decode()
    )
