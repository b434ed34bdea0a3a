import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.tables import read_csv_text
from implportal.kernel.text import Unkeepable
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.tests.factories import ProjectFactory
from presales.domain.requirement_imports import (
    MAX_ROWS,
    OthersWereFaster,
    TextColumnMissing,
    TooManyRows,
    check_rows,
    import_requirements,
    newest_number,
    rows_of_table,
)
from presales.models import Requirement
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


def look(project, text):
    return check_rows(rows_of_table(read_csv_text(text)), project=project)


def keep(project, rows, actor, at):
    latest = newest_number(project)
    return import_requirements(project=project, rows=rows, latest=latest, actor=actor, at=at)


def test_headings_of_other_tools_and_their_words_for_priorities_are_known(project):
    rows = look(project, "Issue key;Summary;Priority\nPRJ-7;Prints labels.;Nice to have\n")

    row = rows[0]
    assert (row.text, row.priority, row.source, row.kind) == (
        "Prints labels.", "COULD", "EXCHANGE", "NEW",
    )  # fmt: skip
    assert row.hint == "“PRJ-7” is not one of our codes; it will get a new one."


def test_a_code_of_ours_changes_that_one_and_empty_cells_leave_it_as_it_is(project):
    RequirementFactory(project=project, number=7, text="Prints.", priority="MUST")
    RequirementFactory(project=project, number=8, text="Scans.", priority="MUST")

    rows = look(project, "Code,Requirement,Priority\nr-7,Prints in colour.,\nR-008,,must\n")

    assert [(row.kind, row.changes) for row in rows] == [
        ("CHANGE", [("requirement", "Prints.", "Prints in colour.")]),
        ("SAME", []),
    ]


def test_each_mistake_is_told_at_its_row(project):
    RequirementFactory(project=project, number=1, text="Here.")
    RequirementFactory(project=project, number=2, state="DROPPED", dropped_reason="No")

    rows = look(
        project,
        "Code,Requirement,Priority,Source\n"
        "R-099,Gone.,,\n"
        ",,Must,\n"
        ",Fast.,Purple,\n"
        ",Fast.,,Dream\n"
        f",{'x' * 501},,\n"
        ",Turned \u202eround.,,\n"
        "R-001,Better.,,\n"
        "R-001,Best.,,\n"
        "R-002,Back.,,\n",
    )

    assert [row.error for row in rows] == [
        "There is no R-099 in this project. Leave the code empty.",
        "The sentence is missing.",
        "“Purple” is not one of: Must, Should, Could, Not this time.",
        f"“Dream” is not one of: {', '.join(map(str, Requirement.Source.labels))}.",
        "The sentence has 501 characters; 500 are the most.",
        str(Unkeepable(code="U+202E", place=7)),
        "",
        "R-001 stands in the file twice.",
        "R-002 is “Dropped” and does not change any more.",
    ]


def test_what_says_the_same_is_hinted_and_still_kept(project, ines, noon):
    RequirementFactory(project=project, number=1, text="Prints labels at the gate.")

    rows = look(project, "Requirement\nprints labels at the gate\nScans.\nSCANS!\n")

    assert [row.hint for row in rows] == [
        "R-001 has the same words.", "", "Line 3 has the same words.",
    ]  # fmt: skip
    assert len(keep(project, rows, ines, noon)[0]) == 3


def test_all_good_rows_are_kept_at_once_with_their_history(project, ines, noon):
    RequirementFactory(project=project, number=1, text="Prints.")
    rows = look(project, "Code,Requirement\nR-001,Prints in colour.\n,Scans.\n,\nR-9,No.\n")

    added, changed = keep(project, rows, ines, noon)

    assert [(one.code, one.text) for one in added] == [("R-002", "Scans.")]
    assert [one.text for one in changed] == ["Prints in colour."]
    sentences = [entry.sentence for entry in Entry.objects.order_by("sequence")]
    assert sentences == [
        "changed the requirement R-001 (requirement): Prints in colour.",
        "added the requirement R-002: Scans.",
        "imported requirements from a file: 1 new, 1 changed",
    ]
    assert Entry.objects.order_by("sequence")[0].details["was"] == {"text": "Prints."}


@pytest.mark.parametrize("meanwhile", ["added", "changed", "sent twice"])
def test_nothing_is_kept_when_something_changed_since_the_look(project, ines, noon, meanwhile):
    one = RequirementFactory(project=project, number=1, text="Prints.")
    rows = look(project, "Code,Requirement\nR-001,Prints in colour.\n,Scans.\n")
    latest = newest_number(project)
    if meanwhile == "added":
        RequirementFactory(project=project, number=2, text="Other.")
    elif meanwhile == "changed":
        Requirement.objects.filter(pk=one.pk).update(text="Prints twice.")
    else:
        import_requirements(project=project, rows=rows, latest=latest, actor=ines, at=noon)
    before = list(Requirement.objects.order_by("pk").values_list("text", flat=True))

    with pytest.raises(OthersWereFaster):
        import_requirements(project=project, rows=rows, latest=latest, actor=ines, at=noon)

    assert list(Requirement.objects.order_by("pk").values_list("text", flat=True)) == before


def test_only_contributors_of_a_running_project_import(project, ines, sam, noon):
    rows = look(project, "Requirement\nScans.\n")

    with pytest.raises(NotAllowed):
        keep(project, rows, sam, noon)
    project.state = "SUSPENDED"
    project.save(update_fields=["state"])
    with pytest.raises(ProjectNotRunning):
        keep(project, rows, ines, noon)

    assert not Requirement.objects.exists()


def test_a_table_without_sentences_or_too_long_is_refused():
    with pytest.raises(TextColumnMissing):
        rows_of_table(read_csv_text("Colour,Size\nred,5\n"))
    with pytest.raises(TooManyRows):
        rows_of_table(read_csv_text("Requirement\n" + "x\n" * (MAX_ROWS + 1)))
