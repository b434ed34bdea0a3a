"""What our own people are reminded of. Signers get a new link instead: domain/reminding.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.notifications.registry import Reminder, ReminderRule, register_rule
from implportal.projects.models import Project
from implportal.signing.domain.reading import questions_url
from implportal.signing.domain.reminding import add_working_days, on_turn, reminder_dates
from implportal.signing.models import Question, Signer

ANSWER_WITHIN_WORKING_DAYS = 1


def unsigned(now: datetime) -> Iterator[Reminder]:
    """Tell the sender on the same days on which the signer is asked again."""
    signers = on_turn().select_related(
        "link", "request__version", "request__project", "request__created_by"
    )
    for signer in signers.defer("request__version__content").order_by("pk"):
        request = signer.request
        due = [day for day in reminder_dates(signer.invited_at.date()) if day <= now.date()]
        if due and request.expires_at > now:
            yield Reminder(
                subject_key=f"signer:{signer.pk}",
                due_on=due[-1],
                user=request.created_by,
                subject=(
                    _("%(name)s has not confirmed “%(title)s” yet")
                    if request.version.document_kind.to_confirm
                    else _("%(name)s has not signed “%(title)s” yet")
                )
                % {"name": signer.name, "title": request.version.title},
                text=_what_helps(signer),
                url=request.get_absolute_url(),
                project_id=request.project_id,
            )


def _what_helps(signer: Signer) -> str:
    if signer.locked_at:
        return _("Too many wrong codes have locked the page. Send the link again to unlock it.")
    if signer.link.undelivered_at:
        return _("The mail with the link came back, so no more are sent. Check the address.")
    return _("A new link has gone out by mail; a call may be quicker.")


def unanswered(now: datetime) -> Iterator[Reminder]:
    """Tell whoever sent the document that a question waits for more than a working day."""
    questions = (
        Question.objects.filter(
            state=Question.State.OPEN, version__project__in=Project.objects.running()
        )
        .select_related("version__project__implementation_manager", "link__sent_by")
        .defer("version__content")
    )
    for question in questions.order_by("pk"):
        due_on = add_working_days(question.waiting_since.date(), ANSWER_WITHIN_WORKING_DAYS)
        if due_on <= now.date():
            project = question.version.project
            yield Reminder(
                subject_key=f"question:{question.pk}",
                due_on=due_on,
                user=question.link.sent_by or project.implementation_manager,
                subject=_("%(name)s waits for an answer about “%(section)s”")
                % {"name": question.name, "section": question.section_title},
                text=question.text,
                url=questions_url(project.pk),
                project_id=project.pk,
            )


register_rule(ReminderRule("signing.unsigned", gettext_lazy("Not signed yet"), unsigned))
register_rule(ReminderRule("signing.unanswered", gettext_lazy("Question unanswered"), unanswered))
