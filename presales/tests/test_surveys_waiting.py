from datetime import timedelta

import pytest

from implportal.catalogue.reminders import qualifications_ending
from implportal.catalogue.tests.factories import QualificationFactory
from implportal.projects.domain.phases import missing_for
from implportal.projects.models import Phase
from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from presales.activities import survey_is_missing, surveys_waiting
from presales.reminders import surveys_unanswered
from presales.tests.factories import SurveyFactory

pytestmark = pytest.mark.django_db


def sent(project, at):
    carl = ContactFactory(customer=project.customer, name="Carl")
    return SurveyFactory(project=project, title="Needs", state="OPEN", sent_to=carl, sent_at=at)


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

    with django_assert_num_queries(1):
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
    assert reminder.subject == "“Needs” is not answered yet"


def test_the_owner_is_reminded_sixty_days_before_a_qualification_ends(cora, noon):
    today = noon.date()
    for days in (-1, 60, 61):
        QualificationFactory(
            title=f"Ends in {days}", valid_until=today + timedelta(days=days), owner=cora
        )
    QualificationFactory(valid_until=today)

    [reminder] = qualifications_ending(noon)

    assert (reminder.user, reminder.subject) == (cora, "“Ends in 60” ends on 1 May 2026")
