"""Several people and one survey, on our pages and behind their links."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from implportal.notifications.models import Message
from implportal.projects.tests.factories import ContactFactory
from presales.domain.surveys import send_survey
from presales.models import Answer, Respondent, Statement
from presales.tests.factories import StatementFactory, SurveyFactory, SurveyQuestionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey(ines):
    survey = SurveyFactory(project__implementation_manager=ines, title="Needs")
    SurveyQuestionFactory(survey=survey, section="People", text="How many?")
    SurveyQuestionFactory(survey=survey, section="Money", text="How much?")
    return survey


@pytest.fixture
def visit(survey, ines):
    """Send somebody the survey and return their browser and the addresses of its pages."""

    def _visit(name, sections=()):
        contact = ContactFactory(customer=survey.project.customer, name=name)
        link = send_survey(
            survey=survey, contact=contact, message="", valid_days=9, actor=ines,
            at=timezone.now(), sections=sections,
        )  # fmt: skip
        browser = Client()
        address = Message.objects.get(dedupe_key=f"link:{link.public_id}").secrets["link"]
        browser.get(urlsplit(address).path)

        def url(page, **more):
            return reverse(
                f"presales:survey_link_{page}", kwargs={"link_id": link.public_id, **more}
            )

        return browser, url

    return _visit


def page(name, survey, **more):
    return reverse(
        f"presales:survey_{name}", kwargs={"project_pk": survey.project_id, "pk": survey.pk, **more}
    )


def test_each_meets_only_their_sections_and_their_own_progress(survey, visit):
    dora, url = visit("Dora", ["Money"])

    start = dora.get(url("start"))

    assert [section.title for section in start.context["sections"]] == ["Money"]
    assert "How many?" not in dora.get(url("section", number=1)).text
    assert dora.get(url("section", number=2)).status_code == 404


def test_a_part_handed_in_twice_is_met_with_thanks_while_others_go_on(survey, visit):
    dora, url = visit("Dora", ["Money"])
    carl, carls = visit("Carl")
    money = survey.questions.get(section="Money")
    dora.post(url("section", number=1), {f"q{money.pk}": "200"})
    dora.post(url("hand_in"))

    again = dora.post(url("hand_in"), follow=True)
    late = dora.post(url("section", number=1), {f"q{money.pk}": "late"}, follow=True)

    for answer in (again, late):
        assert "Your answers are handed in." in answer.text
        assert "Others at your organisation still answer their part." in answer.text
    assert Statement.objects.get().value == "200"
    assert carl.get(carls("section", number=1)).status_code == 200


def test_the_wrong_person_closes_the_link(survey, visit):
    carl, url = visit("Carl")

    assert "You are not Carl?" in carl.get(url("start")).text
    told = carl.post(url("not_me"))

    assert "Thank you for telling us" in told.text
    assert carl.get(url("start")).status_code == 410


def test_sections_are_given_out_when_sending(sign_in, ines, survey):
    dora = ContactFactory(customer=survey.project.customer, name="Dora")
    browser = sign_in(ines)
    given = {"contact": dora.pk, "valid_days": "9", "message": ""}

    refused = browser.post(page("send", survey), given | {"sections": ["Elsewhere"]})
    browser.post(page("send", survey), given | {"sections": ["Money"]})

    assert "sections" in refused.context["form"].errors
    assert Respondent.objects.get().sections == ["Money"]


def test_an_interview_names_who_spoke(sign_in, ines, survey):
    dora = ContactFactory(customer=survey.project.customer, name="Dora")
    stranger = ContactFactory(name="Stranger")
    question = survey.questions.get(section="Money")
    keep = page("answer_keep", survey, question_pk=question.pk)
    browser = sign_in(ines)

    refused = browser.post(keep, {f"q{question.pk}": "9", "speaker": stranger.pk})
    browser.post(keep, {f"q{question.pk}": "200", "speaker": dora.pk})

    assert refused.status_code == 422
    statement = Statement.objects.get()
    assert (statement.contact, statement.said_by, statement.via) == (dora, "Dora", "INTERVIEW")


def test_answers_stand_side_by_side_and_one_is_taken(sign_in, ines, survey):
    question = survey.questions.get(section="Money")
    carl = ContactFactory(customer=survey.project.customer, name="Carl")
    first = StatementFactory(question=question, contact=carl, said_by="Carl", value="100")
    StatementFactory(question=question, said_by="Ines", value="200")
    Answer.objects.create(
        question=question, value="200", answered_by="Ines", via="INTERVIEW",
        answered_at=first.said_at,
    )  # fmt: skip
    browser = sign_in(ines)

    seen = browser.get(page("detail", survey))
    browser.post(page("statement_take", survey, statement_pk=first.pk))

    assert "2 people answered" in seen.text
    assert "Take what Carl said" in seen.text
    assert Answer.objects.get().value == "100"
    foreign = StatementFactory()
    refused = browser.post(page("statement_take", survey, statement_pk=foreign.pk))
    assert refused.status_code == 404
