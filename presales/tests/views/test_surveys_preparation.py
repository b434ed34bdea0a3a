import pytest
from django.urls import reverse

from presales.tests.factories import SurveyFactory, SurveyTemplateFactory
from presales.tests.factories_surveys import PreparationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey(ines):
    return SurveyFactory(project__implementation_manager=ines)


def url(survey, act, *more):
    return reverse(f"presales:survey_preparation_{act}", args=[survey.project_id, survey.pk, *more])


def test_the_list_is_ticked_added_to_and_shortened(sign_in, ines, survey):
    item = PreparationFactory(survey=survey, text="Know who is coming")
    browser = sign_in(ines)

    browser.post(url(survey, "tick", item.pk), {"done": "1"})
    answer = browser.post(url(survey, "add"), {"text": "带蛋糕 🍰"}, follow=True)
    item.refresh_from_db()
    assert item.done_by == ines
    assert "带蛋糕 🍰" in answer.content.decode()
    assert answer.redirect_chain[0][0] == f"{survey.get_absolute_url()}#preparation"

    browser.post(url(survey, "tick", item.pk))
    browser.post(url(survey, "remove", survey.preparation.get(is_own=True).pk))
    item.refresh_from_db()
    assert item.done_by is None
    assert list(survey.preparation.all()) == [item]


@pytest.mark.parametrize("text", ["", "x" * 301, "a\u202eb"])
def test_what_cannot_be_kept_is_refused_with_a_reason(sign_in, ines, survey, text):
    answer = sign_in(ines).post(url(survey, "add"), {"text": text}, follow=True)

    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert survey.preparation.count() == 0


def test_an_item_of_another_survey_is_not_found_here(sign_in, ines, survey):
    other = PreparationFactory()

    assert sign_in(ines).post(url(survey, "tick", other.pk)).status_code == 404
    assert sign_in(ines).post(url(survey, "remove", other.pk)).status_code == 404


def test_the_survey_says_which_version_of_the_template_it_holds(sign_in, ines, survey):
    survey.template, survey.template_version = SurveyTemplateFactory(title="Clinics"), 1
    survey.save()
    browser = sign_in(ines)

    assert (
        "The template is at version" not in browser.get(survey.get_absolute_url()).content.decode()
    )
    survey.template.version = 3
    survey.template.save()
    page = browser.get(survey.get_absolute_url()).content.decode()
    assert "The template is at version 3 by now. This survey keeps its own questions." in page
