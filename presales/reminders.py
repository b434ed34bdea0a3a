"""What pre-sales reminds of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.notifications.registry import Reminder, ReminderRule, register_rule
from implportal.projects.models import Project
from implportal.signing.domain.reminding import add_working_days
from presales.domain.exchange_waiting import open_questions
from presales.domain.research_standing import due_on_of, unwritten_interviews
from presales.domain.solution_approval import approval_url, approvals_waiting
from presales.models import Arrangement, Respondent, Solution, Survey

ARRANGEMENT_EVERY_DAYS = 2
UNSIGNED_WORKING_DAYS = 3
UNANSWERED_WORKING_DAYS = 3
UNAPPROVED_WORKING_DAYS = 1


def solutions_unsigned(now: datetime) -> Iterator[Reminder]:
    """Tell the implementation manager of a solution that is out for three working days."""
    out = Solution.objects.filter(
        project__in=Project.objects.running(),
        state__in=[Solution.State.IN_REVIEW, Solution.State.SIGNING],
    ).select_related("project__implementation_manager", "project__customer")
    for solution in out.order_by("pk"):
        due_on = add_working_days(solution.state_since.date(), UNSIGNED_WORKING_DAYS)
        if due_on <= now.date():
            project = solution.project
            yield Reminder(
                subject_key=f"solution:{solution.pk}",
                due_on=due_on,
                user=project.implementation_manager,
                subject=_("“%(title)s” is not signed yet") % {"title": solution.title},
                text=_("It is with %(customer)s since %(day)s. A call may help it on.")
                % {
                    "customer": project.customer.name,
                    "day": date_format(solution.state_since, "j F Y"),
                },
                url=solution.get_absolute_url(),
                project_id=project.pk,
            )


def approvals_unanswered(now: datetime) -> Iterator[Reminder]:
    """Tell who was asked to approve a solution and has not answered for a working day."""
    for approval in approvals_waiting().order_by("pk"):
        due_on = add_working_days(approval.asked_at.date(), UNAPPROVED_WORKING_DAYS)
        if due_on <= now.date():
            solution = approval.solution
            yield Reminder(
                subject_key=f"approval:{approval.pk}",
                due_on=due_on,
                user=approval.approver,
                subject=_("“%(title)s” waits for your approval") % {"title": solution.title},
                text=_("%(name)s asked you on %(day)s. The customer gets it when you approve it.")
                % {
                    "name": approval.asked_by.name,
                    "day": date_format(approval.asked_at, "j F Y"),
                },
                url=approval_url(solution),
                project_id=solution.project_id,
            )


def surveys_unanswered(now: datetime) -> Iterator[Reminder]:
    """Tell the implementation manager of each person who has a survey for three working days."""
    out = Respondent.objects.filter(
        survey__project__in=Project.objects.running(),
        survey__state=Survey.State.OPEN,
        handed_in_at=None,
    ).select_related("survey__project__implementation_manager", "contact")
    for respondent in out.order_by("survey_id", "pk"):
        survey = respondent.survey
        due_on = add_working_days(respondent.sent_at.date(), UNANSWERED_WORKING_DAYS)
        if due_on <= now.date():
            yield Reminder(
                subject_key=f"survey:{survey.pk}:{respondent.pk}",
                due_on=due_on,
                user=survey.project.implementation_manager,
                subject=_("%(name)s has not answered “%(title)s” yet")
                % {"name": respondent.contact.name, "title": survey.title},
                text=_(
                    "%(name)s has the link since %(day)s. Send it again, or ask the "
                    "questions in a meeting."
                )
                % {
                    "name": respondent.contact.name,
                    "day": date_format(respondent.sent_at, "j F Y"),
                },
                url=survey.get_absolute_url(),
                project_id=survey.project_id,
            )


def interviews_unwritten(now: datetime) -> Iterator[Reminder]:
    """Tell the interviewer, a day after, of an interview of which nothing is noted."""
    interviews = unwritten_interviews(now).select_related("interviewer", "contact")
    for interview in interviews.order_by("pk"):
        yield Reminder(
            subject_key=f"interview:{interview.pk}",
            due_on=due_on_of(interview),
            user=interview.interviewer,
            subject=_("What did %(name)s tell you?") % {"name": interview.person},
            text=_("What was said is half forgotten by now. A few lines are enough."),
            url=interview.get_absolute_url(),
            project_id=interview.project_id,
        )


def exchange_questions_open(now: datetime) -> Iterator[Reminder]:
    """Tell the implementation manager of questions that are open for three working days."""
    for one in open_questions(now, Project.objects.running()):
        yield Reminder(
            subject_key=f"exchange-questions:{one.meeting.pk}",
            due_on=one.due_on,
            user=one.meeting.project.implementation_manager,
            subject=one.text,
            text=_("Whoever asked expects an answer. Note it, or let somebody find it out."),
            url=one.url,
            project_id=one.meeting.project_id,
        )


def arrangements_due(now: datetime) -> Iterator[Reminder]:
    """Tell who arranges something for a visit on its day, and every second day after."""
    today = timezone.localdate(now)
    items = (
        Arrangement.objects.open()
        .filter(due_on__lte=today, meeting__end_at__gt=now)
        .select_related("owner", "meeting__organiser")
    )
    for one in items.order_by("pk"):
        meeting, late = one.meeting, (today - one.due_on).days
        place = {"project_pk": meeting.project_id, "pk": meeting.pk}
        words = _("Late: %(text)s") if late else _("Due today: %(text)s")
        yield Reminder(
            subject_key=f"arrangement:{one.pk}",
            due_on=today - timedelta(days=late % ARRANGEMENT_EVERY_DAYS),
            user=one.owner or meeting.organiser,
            subject=words % {"text": one.text},
            text=_("To be arranged for “%(title)s” on %(day)s.")
            % {"title": meeting.title, "day": date_format(meeting.start_at, "j F Y")},
            url=f"{reverse('presales:inspection_detail', kwargs=place)}#arrangements",
            project_id=meeting.project_id,
        )


register_rule(
    ReminderRule("arrangement_due", gettext_lazy("Something to arrange"), arrangements_due)
)
register_rule(
    ReminderRule("solution_unsigned", gettext_lazy("Solution unsigned"), solutions_unsigned)
)
register_rule(
    ReminderRule("solution_unapproved", gettext_lazy("Solution not approved"), approvals_unanswered)
)
register_rule(
    ReminderRule("survey_unanswered", gettext_lazy("Survey unanswered"), surveys_unanswered)
)
register_rule(
    ReminderRule(
        "exchange_questions_open", gettext_lazy("Question unanswered"), exchange_questions_open
    )
)
register_rule(
    ReminderRule("interview_unwritten", gettext_lazy("Interview not noted"), interviews_unwritten)
)
