from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from implportal.notifications.models import Message
from implportal.projects.tests.factories import ContactFactory
from implportal.signing.domain.links import revoke
from presales.domain.surveys import hand_in_survey, send_survey
from presales.models import Answer, Survey
from presales.tests.factories import SurveyFactory, SurveyQuestionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey(ines):
    survey = SurveyFactory(project__implementation_manager=ines, title="Needs")
    SurveyQuestionFactory(survey=survey, section="Today", text="Who?", is_required=True)
    SurveyQuestionFactory(survey=survey, section="Today", text="How many?", type="NUMBER")
    SurveyQuestionFactory(survey=survey, section="Tomorrow", text="When?", type="DATE")
    return survey


@pytest.fixture
def link(survey, ines):
    contact = ContactFactory(customer=survey.project.customer, name="Carl Customer")
    return send_survey(
        survey=survey, contact=contact, message="", valid_days=9, actor=ines, at=timezone.now()
    )


@pytest.fixture
def carl(link):
    """A browser that came in through the address in the mail."""
    browser = Client()
    address = Message.objects.get(dedupe_key=f"link:{link.public_id}").secrets["link"]
    browser.get(urlsplit(address).path)
    return browser


def page(link, name, **more):
    return reverse(f"presales:survey_link_{name}", kwargs={"link_id": link.public_id, **more})


def names(survey):
    return [f"q{pk}" for pk in survey.questions.order_by("order").values_list("pk", flat=True)]


def test_the_link_leads_to_the_survey_and_says_what_is_asked(carl, link):
    start = carl.get(reverse("signing:link_start", kwargs={"link_id": link.public_id}), follow=True)

    assert start.redirect_chain[-1][0] == page(link, "start")
    assert "3 questions" in start.text
    assert start.headers["Cache-Control"] == "no-store, private"
    assert start.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"


def test_answers_are_given_section_by_section_and_handed_in(carl, link, survey):
    who, many, when = names(survey)
    first, second = page(link, "section", number=1), page(link, "section", number=2)

    to_second = carl.post(first, {who: "Carla", many: "12"})
    to_end = carl.post(second, {when: "2026-05-01"})
    handed_in = carl.post(page(link, "hand_in"), follow=True)

    assert to_second.headers["Location"] == second
    assert to_end.headers["Location"] == page(link, "hand_in")
    assert "Your answers are handed in." in handed_in.text
    survey.refresh_from_db()
    assert (survey.state, survey.handed_in_by) == ("HANDED_IN", "Carl Customer")
    assert list(
        Answer.objects.order_by("question__order").values_list("value", "via", "answered_by")
    ) == [
        ("Carla", "LINK", "Carl Customer"),
        ("12", "LINK", "Carl Customer"),
        ("2026-05-01", "LINK", "Carl Customer"),
    ]


def test_one_may_stop_and_go_on_later(carl, link, survey):
    who, many, _when = names(survey)

    stopped = carl.post(page(link, "section", number=1), {who: "Carla", many: "3", "stop": "1"})
    start = carl.get(page(link, "start"))

    assert stopped.headers["Location"] == page(link, "start")
    assert start.context["go_on_url"] == page(link, "section", number=2)
    assert "2 of 3 answered" in start.text
    assert 'value="Carla"' in carl.get(page(link, "section", number=1)).text


def test_a_wrong_answer_is_refused_at_its_field_and_everything_typed_stays(carl, link, survey):
    who, many, _when = names(survey)

    refused = carl.post(page(link, "section", number=1), {who: "Carla", many: "a lot"})

    assert refused.context["form"].errors == {many: ["Enter a number."]}
    assert 'value="Carla"' in refused.text
    assert 'value="a lot"' in refused.text
    assert not Answer.objects.exists()


def test_handing_in_waits_for_what_must_be_answered(carl, link, survey):
    review = carl.get(page(link, "hand_in"))
    refused = carl.post(page(link, "hand_in"))

    assert "One question still needs your answer:" in review.text
    assert "One question still needs an answer: Who?" in refused.text
    assert Survey.objects.get().state == "OPEN"


def test_handing_in_twice_is_met_with_thanks(carl, link, survey, ines):
    survey.questions.update(is_required=False)
    hand_in_survey(survey=survey, by="Carl Customer", actor=None, at=timezone.now())

    again = carl.post(page(link, "hand_in"), follow=True)
    late = carl.post(page(link, "section", number=1), {names(survey)[0]: "late"}, follow=True)

    for answer in (again, late):
        assert answer.status_code == 200
        assert "Your answers are handed in." in answer.text
    assert not Answer.objects.exists()
    assert Message.objects.filter(user=ines).count() == 1


def test_hostile_answers_are_shown_as_words(carl, link, survey):
    who = names(survey)[0]
    carl.post(page(link, "section", number=1), {who: "<script>alert(1)</script>"})

    for address in (page(link, "section", number=1), page(link, "hand_in")):
        text = carl.get(address).text
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_looking_changes_nothing(carl, link, survey):
    def everything():
        return {model: list(model.objects.order_by("pk").values()) for model in apps.get_models()}

    before = everything()
    for address in (
        page(link, "start"),
        page(link, "section", number=1),
        page(link, "section", number=2),
        page(link, "hand_in"),
    ):
        assert carl.get(address).status_code == 200
        assert carl.head(address).status_code == 200

    assert everything() == before


def test_strangers_wrong_sections_and_closed_links_are_refused(carl, link, survey, ines):
    assert Client().get(page(link, "start")).status_code == 404
    assert carl.get(page(link, "section", number=3)).status_code == 404
    assert carl.get(page(link, "section", number=0)).status_code == 404

    revoke(link=link, actor=ines, at=timezone.now())

    assert carl.get(page(link, "start")).status_code == 410
    assert carl.post(page(link, "section", number=1), {names(survey)[0]: "x"}).status_code == 410
    assert not Answer.objects.exists()


@pytest.mark.parametrize("more", [0, 25])
def test_a_section_costs_the_same_for_any_number_of_questions(
    carl, link, survey, django_assert_num_queries, more
):
    SurveyQuestionFactory.create_batch(more, survey=survey, section="Tomorrow")

    # link, survey, contact, their part, questions with answers, what they said
    with django_assert_num_queries(6):
        carl.get(page(link, "section", number=2))
