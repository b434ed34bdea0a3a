from datetime import timedelta

import pytest

from implportal.catalogue.reminders import qualifications_ending
from implportal.catalogue.tests.factories import QualificationFactory
from implportal.projects.domain.phases import missing_for
from implportal.projects.models import Phase
from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from presales.activities import survey_is_missing, surveys_waiting
from presales.domain.surveys import hand_in_survey, send_survey
from presales.models import Respondent
from presales.reminders import surveys_unanswered
from presales.tests.factories import SurveyFactory, SurveyQuestionFactory

pytestmark = pytest.mark.django_db


def sent(project, at, *names):
    people = [ContactFactory(customer=project.customer, name=name) for name in names or ["Carl"]]
    survey = SurveyFactory(
        project=project, title="Needs", state="OPEN", sent_to=people[-1], sent_at=at
    )
    for person in people:
        Respondent.objects.create(survey=survey, contact=person, sent_at=at)
    return survey


def test_delivery_waits_for_a_survey_that_is_handed_in(ines):
    survey = SurveyFactory(project__implementation_manager=ines)
    project = survey.project
    [reason] = survey_is_missing(project)

    assert str(reason.text) == "The survey is not handed in yet."
    assert reason.url == f"/projects/{project.pk}/surveys/"
    assert reason in missing_for(project, Phase.DELIVERY)
    survey.state, survey.handed_in_at = "HANDED_IN", project.created_at
    survey.save()
    assert list(survey_is_missing(project)) == []


@pytest.mark.parametrize("state", ["DONE", "WAIVED"])
def test_delivery_does_not_wait_where_the_activity_is_settled_by_hand(state):
    project = ProjectFactory()
    project.steps.filter(key="survey").update(state=state, waived_reason="Known customer")

    assert list(survey_is_missing(project)) == []


def test_surveys_wait_for_the_customer_and_then_for_the_manager(
    ines, sam, noon, django_assert_num_queries
):
    project = ProjectFactory(implementation_manager=ines)
    sent(project, noon)
    SurveyFactory(project=project, title="Answered", handed_in=True)
    SurveyFactory(project=project)
    SurveyFactory(project__implementation_manager=ines, project__state="SUSPENDED", handed_in=True)

    with django_assert_num_queries(2):
        lines = list(surveys_waiting(ines, noon))

    assert [(line.text, line.on, line.who, line.since) for line in lines] == [
        ("“Needs” is to be answered", "CUSTOMER", "Carl", noon),
        ("Turn the answers of “Answered” into requirements", "YOU", "", noon),
    ]
    assert list(surveys_waiting(sam, noon)) == []


def test_the_manager_is_reminded_after_three_working_days(ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    sent(project, noon)
    sent(ProjectFactory(state="SUSPENDED"), noon)

    assert list(surveys_unanswered(noon + timedelta(days=2))) == []
    [reminder] = surveys_unanswered(noon + timedelta(days=3))

    assert (reminder.user, reminder.due_on) == (ines, (noon + timedelta(days=3)).date())
    assert reminder.subject == "Carl has not answered “Needs” yet"


def test_each_person_who_has_not_handed_in_is_named(ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    survey = sent(project, noon, "Carl", "王小明 🏥", "ليلى")
    later = noon + timedelta(days=3)

    def names():
        return [line.who for line in surveys_waiting(ines, later)]

    assert names() == ["Carl", "王小明 🏥", "ليلى"]
    survey.respondents.filter(contact__name="Carl").update(handed_in_at=noon)
    assert names() == ["王小明 🏥", "ليلى"]
    assert [reminder.subject for reminder in surveys_unanswered(later)] == [
        "王小明 🏥 has not answered “Needs” yet",
        "ليلى has not answered “Needs” yet",
    ]


def test_where_all_have_handed_in_but_something_is_missing_it_waits_for_the_manager(ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    survey = sent(project, noon)
    SurveyQuestionFactory(survey=survey, is_required=True, section="Nobody's")
    survey.respondents.update(handed_in_at=noon)

    [line] = surveys_waiting(ines, noon)

    assert (line.on, line.since, line.button) == ("YOU", noon, "See what is missing")
    assert list(surveys_unanswered(noon + timedelta(days=9))) == []


def test_the_activity_says_whom_it_waits_for(ines, noon):
    survey = SurveyFactory(project__implementation_manager=ines)
    for section in ("People", "Money"):
        SurveyQuestionFactory(survey=survey, section=section, is_required=section == "Money")
    contacts = [
        ContactFactory(customer=survey.project.customer, name=name) for name in ("Carl", "Dora")
    ]
    step = survey.project.steps.get(key="survey")

    def standing():
        step.refresh_from_db()
        return step.state, step.next_step, step.waiting_on

    for contact in contacts:
        send_survey(survey=survey, contact=contact, message="", valid_days=9, actor=ines, at=noon,
                    sections=["People"])  # fmt: skip
    assert standing() == ("WAITING", "Wait for the answers", "Carl, Dora")
    hand_in_survey(survey=survey, by="Carl", contact=contacts[0], actor=None, at=noon)
    assert standing() == ("WAITING", "Wait for the answers", "Dora")
    hand_in_survey(survey=survey, by="Dora", contact=contacts[1], actor=None, at=noon)
    assert standing() == ("IN_PROGRESS", "Ask what nobody has answered", "")


def test_of_very_many_only_as_many_are_named_as_there_is_room_for(ines, noon):
    survey = SurveyFactory(project__implementation_manager=ines)
    SurveyQuestionFactory(survey=survey)
    for number in range(4):
        contact = ContactFactory(customer=survey.project.customer, name=f"{number} {'n' * 68}")
        send_survey(survey=survey, contact=contact, message="", valid_days=9, actor=ines, at=noon)

    assert survey.project.steps.get(key="survey").waiting_on == (
        f"0 {'n' * 68}, 1 {'n' * 68} and 2 more"
    )


def test_the_owner_is_reminded_sixty_days_before_a_qualification_ends(cora, noon):
    today = noon.date()
    for days in (-1, 60, 61):
        QualificationFactory(
            title=f"Ends in {days}", valid_until=today + timedelta(days=days), owner=cora
        )
    QualificationFactory(valid_until=today)

    [reminder] = qualifications_ending(noon)

    assert (reminder.user, reminder.subject) == (cora, "“Ends in 60” ends on 1 May 2026")
