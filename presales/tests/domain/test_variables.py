from datetime import date

import pytest

from implportal.documents.markdown import MAX_CHARACTERS
from implportal.documents.models import DocumentVersion
from implportal.kernel.tests.growth import grows_with_length
from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from presales.domain.review import send_for_review
from presales.domain.solution_standing import NEEDS_CONFIRMATION, solution_standing
from presales.domain.solutions import solution_content
from presales.domain.variables import (
    MEANINGS,
    UnknownVariable,
    faults_of,
    put_in,
    put_in_known,
    variables_of,
)
from presales.tests.factories import SolutionFactory, SolutionSectionFactory

VALUES = {"customer": "Ann *Clinic* {{date}}", "date": "2 March 2026", "start": ""}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("On {{date}}.", "On 2 March 2026."),
        ("On {{ date }}, {{date}}", "On 2 March 2026, 2 March 2026"),
        # a name neither formats nor is looked into again
        ("{{customer}}", "Ann \\*Clinic\\* \\{\\{date\\}\\}"),
        ("`{{date}}` and ``a ` {{date}}``", "`{{date}}` and ``a ` {{date}}``"),
        ("```\n{{date}}\n```", "```\n{{date}}\n```"),
        ("{% debug %} {date} {{{{", "{% debug %} {date} {{{{"),
    ],
)
def test_known_words_are_put_in_and_nothing_is_evaluated(text, result):
    assert put_in(text, VALUES) == put_in_known(text, VALUES) == result


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("One\n\n{{costumer}}", 3, "{{costumer}} stands for nothing. Known are {{customer}}, "),
        ("{{settings.SECRET_KEY}}", 1, "{{settings.SECRET_KEY}} stands for nothing."),
        ("{{customer|safe}}", 1, "{{customer|safe}} stands for nothing."),
        ("{{start}}", 1, "{{start}}, the planned start, is not set yet."),
    ],
)
def test_an_unknown_word_is_refused_with_its_line(text, line, said):
    ((found_line, fault),) = faults_of(text, VALUES)

    assert found_line == line
    assert fault.startswith(said)
    with pytest.raises(UnknownVariable, match=f"“Scope”, line {line}: "):
        put_in(text, VALUES, section="Scope")
    assert put_in_known(text, VALUES) == text


@pytest.mark.django_db
class TestOfAProject:
    @pytest.fixture
    def solution(self, ines):
        project = ProjectFactory(
            implementation_manager=ines, customer__name="Clinic_1", planned_start_on=None
        )
        return SolutionFactory(project=project)

    def test_each_variable_has_a_meaning(self, solution):
        values = variables_of(solution, on=date(2026, 3, 2))

        assert values.keys() == MEANINGS.keys()
        assert (values["customer"], values["date"]) == ("Clinic_1", "2 March 2026")
        assert values["manager"] == "Ines Example"

    def test_a_version_is_frozen_with_the_facts_of_its_day(self, solution, ines, noon):
        SolutionSectionFactory(solution=solution, markdown="For {{customer}} on {{date}}.")
        carl = ContactFactory(customer=solution.project.customer)

        version = send_for_review(
            solution=solution, contacts=[carl], valid_days=9, actor=ines, at=noon
        )

        (section,) = version.content["sections"]
        assert section["html"] == "<p>For Clinic_1 on 2 March 2026.</p>"
        # the day in the text is no change of the text
        assert solution_standing(solution).sections[0].look == NEEDS_CONFIRMATION

    def test_nothing_is_frozen_while_a_word_stands_for_nothing(self, solution, ines, noon):
        SolutionSectionFactory(solution=solution, title="Scope", markdown="A\n\n{{start}}")
        carl = ContactFactory(customer=solution.project.customer)

        with pytest.raises(UnknownVariable, match="“Scope”, line 3: "):
            send_for_review(solution=solution, contacts=[carl], valid_days=9, actor=ines, at=noon)

        assert not DocumentVersion.objects.exists()
        assert solution_content(solution, at=noon, is_final=False)["sections"]


@pytest.mark.django_db
def test_the_preview_shows_facts_and_names_what_is_wrong(sign_in, ines, noon):
    project = ProjectFactory(implementation_manager=ines, customer__name="Clinic")
    section = SolutionSectionFactory(solution__project=project, key="s1")
    browser = sign_in(ines)

    page = browser.post(
        f"{project.get_absolute_url()}solution/preview/", {"markdown": "{{customer}} {{x}}"}
    ).content.decode()
    section.markdown = "By {{supplier}}\n{{x}}"
    section.save()
    detail = browser.get(f"{project.get_absolute_url()}solution/sections/s1/").content.decode()

    assert "<p>Clinic {{x}}</p>" in page
    assert "Line 1: {{x}} stands for nothing." in page
    assert "Line 2: {{x}} stands for nothing." in detail


@pytest.mark.parametrize("piece", ["`", "` ", "``a`", "{{", "{{ ", "{{a}", "\\`"])
def test_the_time_for_hostile_words_grows_with_their_length_and_no_faster(piece):
    assert grows_with_length(
        lambda text: put_in_known(text, {}), piece=piece, longest=MAX_CHARACTERS
    )
