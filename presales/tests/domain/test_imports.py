import re

import pytest

from implportal.audit.models import Entry
from implportal.documents.compare import ChangeKind, compare
from implportal.documents.outline import BadMarkdown
from implportal.documents.tests.real import REAL_SOLUTIONS
from implportal.projects.tests.factories import ProjectFactory
from presales.domain.imports import (
    HeadingTooLong,
    TextHasMoved,
    TooManySections,
    import_solution,
    plan_import,
    read_solution,
    reimport_solution,
)
from presales.domain.sections import change_section
from presales.domain.solutions import solution_content
from presales.models import Solution, SolutionSection
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db
FIRST = b"""# Records for all

## 1 Scope
Two sites.

## 2 Search
Answers in two seconds.

## 3 Training
A day for everybody.
"""
REVISED = b"""# Records for everybody

## 1 Scope
Three sites.

## 2 Training
A day for everybody.

## 3 Finding things
Answers in two seconds.

## 4 Price
One euro.
"""


@pytest.fixture
def imported(ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    return import_solution(
        project=project, document=read_solution(FIRST), title="", actor=ines, at=noon
    )


def shown(solution):
    return [
        (section.key, section.title, section.markdown) for section in solution.sections.in_order()
    ]


def reimport(solution, data, actor, at):
    document = read_solution(data)
    token = plan_import(solution=solution, document=document).state_token
    return reimport_solution(
        solution=solution, document=document, state_token=token, actor=actor, at=at
    )


def test_every_heading_becomes_a_section_with_its_own_key(imported):
    assert imported.title == "Records for all"
    assert shown(imported) == [
        ("s1", "1 Scope", "Two sites."),
        ("s2", "2 Search", "Answers in two seconds."),
        ("s3", "3 Training", "A day for everybody."),
    ]


def test_a_revised_file_keeps_the_keys_of_what_continues(imported, ines, noon):
    requirement = RequirementFactory(project=imported.project)
    imported.sections.get(key="s2").requirements.add(requirement)

    plan = reimport(imported, REVISED, ines, noon)

    assert (plan.added, plan.changed, plan.same, len(plan.removed)) == (1, 3, 0, 0)
    assert shown(imported) == [
        ("s1", "1 Scope", "Three sites."),
        ("s3", "2 Training", "A day for everybody."),
        ("s2", "3 Finding things", "Answers in two seconds."),
        ("s4", "4 Price", "One euro."),
    ]
    imported.refresh_from_db()
    assert imported.title == "Records for everybody"
    assert imported.sections.get(key="s2").requirements.get() == requirement
    assert Entry.objects.of_project(imported.project_id).order_by("-sequence")[0].sentence == (
        f"imported a file into {imported.number}: 1 sections added, 3 changed, 0 removed"
    )


def test_the_same_file_again_changes_nothing(imported, ines, noon):
    before = list(SolutionSection.objects.order_by("pk").values())

    plan = reimport(imported, FIRST, ines, noon)

    assert (plan.added, plan.changed, plan.same, len(plan.removed)) == (0, 0, 3, 0)
    assert list(SolutionSection.objects.order_by("pk").values()) == before


def test_what_the_file_no_longer_has_is_removed(imported, ines, noon):
    plan = reimport(imported, b"## 1 Scope\nTwo sites.\n", ines, noon)

    assert [section.title for section in plan.removed] == ["2 Search", "3 Training"]
    assert shown(imported) == [("s1", "1 Scope", "Two sites.")]


def test_equal_headings_follow_the_chapter_they_stand_in(ines, noon):
    text = "# A\n\n## Note\nof A\n\n# B\n\n## Note\nof B\n"
    solution = import_solution(
        project=ProjectFactory(implementation_manager=ines),
        document=read_solution(text.encode()),
        title="Notes",
        actor=ines,
        at=noon,
    )

    reimport(solution, b"# B\n\n## Note\nof B\n\n# A\n\n## Note\nof A\n", ines, noon)

    assert shown(solution) == [
        ("s3", "B", ""),
        ("s4", "Note", "of B"),
        ("s1", "A", ""),
        ("s2", "Note", "of A"),
    ]


def test_an_import_whose_preview_is_out_of_date_is_refused(imported, ines, noon):
    document = read_solution(REVISED)
    token = plan_import(solution=imported, document=document).state_token
    section = imported.sections.get(key="s1")
    change_section(
        section=section, title=section.title, level=1, markdown="Written meanwhile.",
        lock_version=1, actor=ines, at=noon,
    )  # fmt: skip
    before = shown(imported)

    with pytest.raises(TextHasMoved):
        reimport_solution(
            solution=imported, document=document, state_token=token, actor=ines, at=noon
        )

    assert shown(imported) == before


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", BadMarkdown),
        (b"No heading at all.\n", BadMarkdown),
        (b"# Scope\n" + b"word " * 1_050_000, BadMarkdown),
        ("# Größe\n".encode("latin-1"), BadMarkdown),
        (b"# Scope\n" + b"line\n" * 10_000, BadMarkdown),
        (b"# Scope\n<script>alert(1)</script>\n", BadMarkdown),
        (b"# Scope\n![x](file:///etc/passwd)\n", BadMarkdown),
        (b"# A\n\nText\n\n" * 401, TooManySections),
        (b"# " + b"long " * 60 + b"\n\n# Text\n", HeadingTooLong),
        (b"# " + b"long " * 45 + b"\n\n## Text\n", HeadingTooLong),
    ],
    ids=[
        *("empty", "no headings", "5 MB", "encoding", "10,000 lines"),
        *("script", "file picture", "sections", "heading", "title"),
    ],
)
def test_a_text_that_cannot_become_a_solution_is_refused(data, refusal):
    with pytest.raises(refusal):
        read_solution(data)

    assert not Solution.objects.exists()


@pytest.mark.skipif(not REAL_SOLUTIONS.exists(), reason="the real statement of work is not here")
def test_a_real_statement_of_work_loses_no_line_and_keeps_its_sections(ines, noon):
    draft = (REAL_SOLUTIONS / "work_statement_v1_draft.md").read_bytes()
    final = (REAL_SOLUTIONS / "work_statement_v2_final.md").read_bytes()
    project = ProjectFactory(implementation_manager=ines)
    solution = import_solution(
        project=project, document=read_solution(draft), title="Dashboard", actor=ines, at=noon
    )
    assert missing_lines(draft, solution) == []
    assert solution.sections.count() == 43
    first = solution_content(solution, at=noon)
    keys = {section["title"]: section["key"] for section in first["sections"]}

    plan = reimport(solution, final, ines, noon)

    solution.refresh_from_db()
    assert missing_lines(final, solution) == []
    assert len(set(solution.sections.values_list("key", flat=True))) == 47
    assert (plan.added, len(plan.removed)) == (4, 0)
    second = solution_content(solution, at=noon)
    again = {section["title"]: section["key"] for section in second["sections"]}
    assert {title: again[title] for title in keys if title in again} == {
        title: keys[title] for title in keys if title in again
    }
    kinds = [change.kind for change in compare(first, second)]
    assert kinds.count(ChangeKind.REMOVED) == 0
    assert kinds.count(ChangeKind.ADDED) == 4
    assert 15 <= kinds.count(ChangeKind.SAME) < 43


def missing_lines(data, solution):
    """Lines of the file that stand in no section, title or subtitle."""
    kept = "\n".join(
        [
            solution.title,
            solution.subtitle,
            *(f"{s.title}\n{s.markdown}" for s in solution.sections.in_order()),
        ]
    )
    squeezed = _squeezed(kept)
    return [
        line
        for line in data.decode().splitlines()
        if line.strip("#=-_ \t") and _squeezed(line).strip("#") not in squeezed
    ]


def _squeezed(text):
    """Without spaces, and without the dot that some authors put behind a number."""
    return re.sub(r"(\d)\.(?=[^\d\s])", r"\1", "".join(text.split()))
