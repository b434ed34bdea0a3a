"""What was agreed at the kick-off, as a document."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from delivery.models import Kickoff
from implportal.documents.domain.content import (
    SectionInput,
    build_content,
    plain_words,
    table,
)
from implportal.documents.registry import DocumentKind
from implportal.projects.models import Project

KICKOFF_DOCUMENT = DocumentKind(key="delivery.kickoff", title="Kick-off document", prefix="KO")


def kickoff_content(*, kickoff: Kickoff, project: Project, at: datetime) -> dict[str, Any]:
    """Return the content of the kick-off document; sections without a text are left out."""
    meeting = kickoff.meeting
    day = meeting.start_at.astimezone(ZoneInfo(meeting.time_zone)).date()
    sections = (
        ("goals", _("Goals"), kickoff.goals),
        ("people", _("People"), _people(project)),
        ("permission", _("Permission"), _permission(project)),
        ("milestones", _("Milestones"), _milestones(kickoff, project)),
        ("rules", _("Rules of working together"), kickoff.rules),
        ("agenda", _("Agenda"), meeting.agenda),
        ("minutes", _("Minutes"), meeting.minutes),
        ("present", _("Present"), _present(kickoff)),
    )
    return build_content(
        project=project,
        number=kickoff.number,
        title=_("Kick-off of “%(title)s”") % {"title": project.title},
        subtitle=_("What was agreed at the start of the delivery"),
        date=at.date(),
        facts=[
            (_("Held on"), date_format(day, "j F Y")),
            (_("Place"), meeting.place or meeting.call_link or "–"),
            (_("Implementation manager"), project.implementation_manager.name),
            (
                _("Project manager"),
                getattr(project.project_manager, "name", "–"),
            ),
        ],
        sections=[
            SectionInput(key=key, title=title, markdown=text)
            for key, title, text in sections
            if text.strip()
        ],
    )


def _people(project: Project) -> str:
    rows = [(project.implementation_manager, _("Implementation manager"), "")]
    if project.project_manager:
        rows.append((project.project_manager, _("Project manager"), ""))
    rows += [
        (member.user, member.responsibility, f"{member.percent} %")
        for member in project.members.select_related("user").order_by("user__name", "pk")
    ]
    ours = table(
        (_("Name"), _("Part"), _("Time"), _("E-mail"), _("Phone")),
        [(user.name, part, share, user.email, user.phone) for user, part, share in rows],
    )
    stakes = project.stakeholders.select_related("contact").order_by("contact__name", "pk")
    if not stakes:
        return ours
    theirs = table(
        (_("Name at the customer"), _("Part"), _("E-mail"), _("Phone")),
        [
            (one.contact.name, one.get_role_display(), one.contact.email, one.contact.phone)
            for one in stakes
        ],
    )
    return f"{ours}\n\n{theirs}"


def _permission(project: Project) -> str:
    if not (project.project_manager and project.delivery_granted_at):
        return ""
    return _(
        "%(name)s runs the delivery: plans the work, names the people, reports progress "
        "and speaks for the project to the customer."
    ) % {"name": plain_words(project.project_manager.name)}


def _milestones(kickoff: Kickoff, project: Project) -> str:
    planned = project.tasks.filter(is_milestone=True).order_by("starts_on", "position", "pk")
    rows = [(date_format(task.starts_on, "j F Y"), task.title) for task in planned]
    days = table((_("Day"), _("Milestone")), rows) if rows else ""
    return "\n\n".join(filter(None, [kickoff.milestones, days]))


def _present(kickoff: Kickoff) -> str:
    came = (
        kickoff.meeting.attendees.filter(came=True).select_related("user", "contact").order_by("pk")
    )
    return "\n".join(f"- {plain_words(attendee.label)}" for attendee in came)
