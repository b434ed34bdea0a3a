import pytest

from implportal.audit.models import Entry
from implportal.documents.markdown import MAX_CHARACTERS
from implportal.kernel.errors import NotAllowed
from implportal.kernel.tests.growth import grows_with_length
from implportal.projects.tests.factories import ContactFactory, MemberFactory
from presales.domain import glossary
from presales.domain.review import send_for_review
from presales.domain.solution_approval import text_sha256
from presales.domain.solution_standing import solution_standing
from presales.domain.solutions import solution_content
from presales.models import GlossaryTerm
from presales.tests.factories import GlossaryTermFactory, SolutionFactory, SolutionSectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def solution(ines):
    solution = SolutionFactory(project__implementation_manager=ines)
    text = "The EHR is migrated.\n\n`HL7` stays code."
    SolutionSectionFactory(solution=solution, key="s1", order=1, title="Scope", markdown=text)
    return solution


def explain(term, meaning, project=None):
    return GlossaryTermFactory(term=term, explanation=meaning, project=project)


@pytest.mark.parametrize(
    ("word", "text", "is_there"),
    [
        ("EHR", "The EHR is migrated", True),
        ("EHR", "ehr", False),
        ("EHR", "EHRs", False),
        ("discharge letter", "Discharge Letter, signed", True),
        ("ward", "forward", False),
        ("C++", "in C++ only", True),
        ("病历", "电子病历系统", True),
        ("ملف", "هذا ملف المريض", True),
        ("x", "X-ray", True),
    ],
)
def test_a_word_is_found_where_it_stands_as_a_word(word, text, is_there):
    assert glossary.occurs(word, text) is is_there


def test_a_solution_ends_with_the_words_that_it_uses(solution, noon):
    explain("EHR", "Electronic | health record.")
    explain("HL7", "Only in code.")
    explain("DICOM", "Not used.")

    content = solution_content(solution, at=noon)

    last = content["sections"][-1]
    assert (last["key"], last["title"], last["number"]) == ("glossary", "Glossary", "2")
    assert "<td>Electronic | health record.</td>" in last["html"]
    assert "HL7" not in last["html"]
    assert content["words"] == {"s1": [["EHR", "Electronic | health record."]]}


def test_without_such_words_there_is_no_such_section(solution, noon):
    content = solution_content(solution, at=noon)
    assert [section["key"] for section in content["sections"]] == ["s1"]
    assert "words" not in content


def test_a_section_called_glossary_takes_the_words_below_its_text(solution, carl, ines, noon):
    explain("EHR", "Electronic health record.")
    SolutionSectionFactory(solution=solution, key="s2", order=2, title="2. Glossary", markdown="")
    assert solution_standing(solution).empty == []

    version = send_for_review(solution=solution, contacts=[carl], valid_days=9, actor=ines, at=noon)

    sections = version.content["sections"]
    assert [section["key"] for section in sections] == ["s1", "s2"]
    assert "Electronic health record" in sections[1]["html"]
    assert str(solution_standing(solution).of("s2").look.label) == "Not understood yet"


@pytest.fixture
def carl(solution):
    return ContactFactory(customer=solution.project.customer)


def test_the_project_explains_a_word_its_own_way(solution, noon):
    explain("EHR", "Of all.")
    explain("ehr", "Of another.", SolutionFactory().project)
    explain("EHR", "Of this project.", solution.project)

    assert solution_content(solution, at=noon)["words"] == {"s1": [["EHR", "Of this project."]]}


def test_other_words_explained_are_another_text_to_approve(solution):
    before = text_sha256(solution)
    explain("EHR", "Electronic health record.")
    assert text_sha256(solution) != before


def test_one_word_is_explained_once_in_each_place(ines, solution, noon):
    def save(word, project=None):
        return glossary.save_term(
            term=None, project=project, word=word, explanation="x", actor=ines, at=noon
        )

    save(" E  HR ")
    save("E HR", solution.project)
    for project in (None, solution.project):
        with pytest.raises(glossary.AlreadyExplained):
            save("e hr", project)
    assert GlossaryTerm.objects.count() == 2
    assert Entry.objects.filter(action="presales.term_saved").count() == 2


def test_words_of_the_company_are_kept_by_who_keeps_templates(conny, solution, noon):
    MemberFactory(project=solution.project, user=conny)
    fields = {"word": "EHR", "explanation": "x", "actor": conny, "at": noon}
    with pytest.raises(NotAllowed):
        glossary.save_term(term=None, project=None, **fields)
    term = glossary.save_term(term=None, project=solution.project, **fields)
    glossary.remove_term(term=term, actor=conny, at=noon)
    assert not GlossaryTerm.objects.exists()


@pytest.mark.parametrize(
    "piece", ["[", "![", "](", "![](", "![a](data:", "](image:", "`", "https://"]
)
def test_the_time_for_hostile_words_grows_with_their_length_and_no_faster(piece):
    assert grows_with_length(glossary.plain_text, piece=piece, longest=MAX_CHARACTERS)
