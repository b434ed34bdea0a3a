"""What pre-sales reminds of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.notifications.registry import Reminder, ReminderRule, register_rule
from implportal.projects.models import Project
from implportal.signing.domain.reminding import add_working_days
from presales.domain.exchange_waiting import open_questions
from presales.domain.solution_approval import approval_url, approvals_waiting
from presales.models import Solution, Survey

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
    """Tell the implementation manager of a survey that is out for three working days."""
    out = Survey.objects.filter(
        project__in=Project.objects.running(), state=Survey.State.OPEN, sent_at__isnull=False
    ).select_related("project__implementation_manager", "sent_to")
    for survey in out.order_by("pk"):
        due_on = add_working_days(survey.sent_at.date(), UNANSWERED_WORKING_DAYS)
        if due_on <= now.date():
            yield Reminder(
                subject_key=f"survey:{survey.pk}",
                due_on=due_on,
                user=survey.project.implementation_manager,
                subject=_("“%(title)s” is not answered yet") % {"title": survey.title},
                text=_(
                    "%(name)s has the link since %(day)s. Send it again, or ask the "
                    "questions in a meeting."
                )
                % {
                    "name": survey.sent_to.name,
                    "day": date_format(survey.sent_at, "j F Y"),
                },
                url=survey.get_absolute_url(),
                project_id=survey.project_id,
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
