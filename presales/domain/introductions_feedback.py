"""What those who got an introduction say of it themselves, through their link."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.notifications.domain.outbox import notify
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Step
from implportal.signing.domain.limits import check_answers
from implportal.signing.models import SharedLink
from presales.models import SCALE, Introduction, Recipient

FEEDBACK_GIVEN = Action(
    "presales.introduction_feedback",
    gettext_lazy("answered to the introduction %(number)s with confidence %(confidence)s of 5"),
)


def recipient_of(link: SharedLink) -> Recipient | None:
    """Return as whom a link to an introduction was given; None for any other. One query."""
    return (
        Recipient.objects.filter(version=link.object_id, contact=link.contact_id)
        .select_related("introduction", "contact")
        .first()
    )


@transaction.atomic
def give_feedback(
    *, link: SharedLink, recipient: Recipient, confidence: int, note: str, at: datetime
) -> Recipient:
    """Keep what the reader behind ``link`` says of the introduction, from 1 to 5.

    It takes the place of what they said before, and of what one of us noted for them. The
    activity is done by it, and the implementation manager hears of it by mail. The same
    once more is silent.

    Raises:
        TooManyAnswers: they have changed it often enough today.
        ProjectNotRunning: the project rests or is over.
        ValueError: ``confidence`` lies outside 1 to 5, or ``recipient`` is another reader.
    """
    if confidence not in SCALE or recipient.contact_id != link.contact_id:
        raise ValueError(confidence)
    introduction = Introduction.objects.locked(recipient.introduction_id)
    project = introduction.project
    check_running(project)
    recipient.refresh_from_db(fields=["confidence", "note", "is_own_answer"])
    said = (recipient.is_own_answer, recipient.confidence, recipient.note)
    if said == (True, confidence, note):
        return recipient
    check_answers(FEEDBACK_GIVEN, subject=introduction, name=link.name, at=at)
    recipient.confidence, recipient.note, recipient.noted_at = confidence, note, at
    recipient.noted_by, recipient.is_own_answer = None, True
    recipient.save(update_fields=["confidence", "note", "noted_at", "noted_by", "is_own_answer"])
    advance_step(
        project=project, key="introduction", state=Step.State.DONE, actor=None,
        actor_name=link.name, at=at,
    )  # fmt: skip
    record(
        FEEDBACK_GIVEN, subject=introduction, actor=None, actor_name=link.name, at=at,
        project=project, details={"number": introduction.number, "confidence": confidence},
    )  # fmt: skip
    manager = project.implementation_manager
    notify(
        to=manager.email,
        user=manager,
        subject=_("%(name)s has answered to “%(title)s”")
        % {"name": link.name, "title": introduction.title},
        template="email/presales/introduction_feedback.txt",
        context={
            "title": introduction.title,
            "name": link.name,
            "project": project,
            "confidence": confidence,
            "note": note,
        },
        url=introduction.get_absolute_url(),
        project_id=project.pk,
        dedupe_key=f"introduction-feedback:{recipient.pk}:{at.isoformat()}",
        at=at,
    )
    return recipient
