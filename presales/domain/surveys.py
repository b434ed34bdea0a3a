from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from implportal.accounts.models import User
from implportal.audit.domain import record
from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import check_move
from implportal.notifications.domain.outbox import notify
from implportal.projects.domain.projects import check_running
from implportal.projects.domain.steps import advance_step
from implportal.projects.models import Contact, Project, Step
from implportal.signing.domain.links import revoke, share
from implportal.signing.models import SharedLink
from presales.domain.surveys_conditions import answers_of, asked, asked_of
from presales.domain.surveys_people import (
    part_of,
    questions_for,
    respondent_of,
    still_answering,
)
from presales.domain.surveys_preparation import copy_preparation
from presales.models import (
    COPIED_FIELDS,
    SURVEY_MOVES,
    Respondent,
    Survey,
    SurveyQuestion,
    SurveyTemplate,
    TemplateQuestion,
)
from presales.permissions import may_interview, may_prepare

State = Survey.State

SURVEY_STARTED = Action("presales.survey_started", gettext_lazy("prepared the survey “%(title)s”"))
SURVEY_SENT = Action(
    "presales.survey_sent", gettext_lazy("sent the survey “%(title)s” to %(name)s")
)
SURVEY_HANDED_IN = Action(
    "presales.survey_handed_in",
    gettext_lazy("handed in the survey “%(title)s” with %(answers)s answers"),
)
PART_HANDED_IN = Action(
    "presales.survey_part_handed_in",
    gettext_lazy("handed in a part of the survey “%(title)s” with %(answers)s answers"),
)
WRONG_PERSON = Action(
    "presales.survey_wrong_person",
    gettext_lazy("said that the link to “%(title)s” for %(name)s had reached somebody else"),
)
SURVEY_REOPENED = Action(
    "presales.survey_reopened", gettext_lazy("opened the survey “%(title)s” again")
)
SURVEY_CLOSED = Action("presales.survey_closed", gettext_lazy("closed the survey “%(title)s”"))


class TemplateIsEmpty(DomainError):
    """There is no question to ask, or the template is not published."""


class AnswersMissing(DomainError):
    """A question that must be answered is not."""


class HandedInAlready(DomainError):
    """It was handed in before; the first time counts."""


@transaction.atomic
def start_survey(
    *, project: Project, template: SurveyTemplate, title: str, actor: User, at: datetime
) -> Survey:
    """Prepare a survey with its own copy of the template's questions.

    Raises:
        NotAllowed: ``actor`` does not run this project.
        ProjectNotRunning: the project rests or is over.
        TemplateIsEmpty: it has no question, or is not published.
    """
    project = Project.objects.locked(project.pk)
    if not may_prepare(actor, project):
        raise NotAllowed
    check_running(project)
    # Nobody changes the template while it is copied.
    template = SurveyTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)
    questions = (
        TemplateQuestion.objects.filter(section__template=template)
        .select_related("section")
        .order_by("section__order", "section_id", "order", "pk")
    )
    if not template.is_published or not questions:
        raise TemplateIsEmpty(_("This template has no questions yet or is not published."))
    survey = Survey.objects.create(
        project=project, title=title, template=template, template_version=template.version,
        created_at=at, created_by=actor,
    )  # fmt: skip
    _copy_questions(survey, questions)
    copy_preparation(survey)
    _advance(survey, Step.State.IN_PROGRESS, actor=actor, at=at, next_step=_("Have it answered"))
    _record(SURVEY_STARTED, survey, actor=actor, at=at)
    return survey


@transaction.atomic
def send_survey(
    *,
    survey: Survey,
    contact: Contact,
    message: str,
    valid_days: int,
    actor: User,
    at: datetime,
    sections: Sequence[str] = (),
) -> SharedLink:
    """Send a contact the link to answer ``sections`` through, all where none is named.

    Others keep their links; one that this person has is closed, and a part that was handed
    in is open again. The link is open for ``valid_days`` calendar days.

    Raises:
        NotAllowed, ProjectNotRunning, ContactOfOthers.
        HandedInAlready: there is nothing to answer any more.
    """
    survey = _locked(survey)
    if not may_prepare(actor, survey.project):
        raise NotAllowed
    check_running(survey.project)
    if not survey.takes_answers:
        raise HandedInAlready(_("This survey is handed in. Open it again to send it."))
    old_links = SharedLink.objects.to(survey).filter(revoked_at=None, contact=contact)
    for old in old_links.order_by("pk"):
        revoke(link=old, actor=actor, at=at)
    link = share(
        kind="ANSWER",
        project=survey.project,
        subject=survey,
        contact=contact,
        actor=actor,
        at=at,
        valid_days=valid_days,
        subject_line=_("Your answers, please: %(title)s") % {"title": survey.title},
        template="email/presales/survey_sent.txt",
        context={
            "title": survey.title,
            "message": message,
            "questions": survey.questions.filter(
                **({"section__in": sections} if sections else {})
            ).count(),
        },
    )
    Respondent.objects.update_or_create(
        survey=survey,
        contact=contact,
        defaults={"sections": list(sections), "sent_at": at, "handed_in_at": None},
    )
    survey.state, survey.sent_to, survey.sent_at = State.OPEN, contact, at
    survey.save(update_fields=["state", "sent_to", "sent_at"])
    _advance(
        survey, Step.State.WAITING, actor=actor, at=at,
        next_step=_("Wait for the answers"), waiting_on=_names(still_answering(survey)),
    )  # fmt: skip
    _record(SURVEY_SENT, survey, actor=actor, at=at, name=contact.name)
    return link


@transaction.atomic
def hand_in_survey(
    *, survey: Survey, by: str, actor: User | None, at: datetime, contact: Contact | None = None
) -> Survey:
    """Say that the answers are complete; from then on they do not change.

    ``by`` names who says so. ``actor`` is None when it is the customer through the
    link; ``contact`` then is the person, who hands in their own part. The survey is handed
    in with the last part, unless a question that nobody was asked must be answered; the
    implementation manager is told of each.

    Raises:
        NotAllowed: ``actor`` does not work on this project.
        ProjectNotRunning: the project rests or is over.
        HandedInAlready: the first time counts.
        AnswersMissing: the message names the first questions that must be answered.
    """
    survey = _locked(survey)
    if actor is not None and not may_interview(actor, survey.project):
        raise NotAllowed
    check_running(survey.project)
    respondent = respondent_of(survey, contact)
    if not survey.takes_answers or (respondent and respondent.handed_in_at):
        raise HandedInAlready(_("This survey was handed in already. Thank you."))
    questions = questions_for(survey, contact, respondent)
    mine = part_of(respondent, asked(questions, answers_of(questions)))
    _check_complete([one for one in mine if one.is_required and not hasattr(one, "answer")])
    answers = len(answers_of(mine))
    if respondent:
        respondent.handed_in_at = at
        respondent.save(update_fields=["handed_in_at"])
        others = still_answering(survey)
        if others or missing_answers(survey):
            _advance(
                survey, Step.State.WAITING if others else Step.State.IN_PROGRESS, actor=None,
                actor_name=by, at=at, waiting_on=_names(others),
                next_step=_("Wait for the answers") if others
                else _("Ask what nobody has answered"),
            )  # fmt: skip
            _record(PART_HANDED_IN, survey, actor=None, actor_name=by, at=at, answers=answers)
            _tell_manager(survey, by=by, answers=answers, at=at)
            return survey
    check_move(SURVEY_MOVES, source=State(survey.state), target=State.HANDED_IN)
    survey.state, survey.handed_in_at, survey.handed_in_by = State.HANDED_IN, at, by[:160]
    survey.save(update_fields=["state", "handed_in_at", "handed_in_by"])
    _advance(
        survey, Step.State.IN_PROGRESS, actor=actor, actor_name=by, at=at,
        next_step=_("Turn the answers into requirements"),
    )  # fmt: skip
    _record(SURVEY_HANDED_IN, survey, actor=actor, actor_name=by, at=at, answers=answers)
    if actor is None:
        _tell_manager(survey, by=by, answers=answers, at=at)
    return survey


def _check_complete(missing: Sequence[SurveyQuestion]) -> None:
    if missing:
        raise AnswersMissing(
            ngettext(
                "One question still needs an answer: %(questions)s",
                "%(count)s questions still need an answer: %(questions)s",
                len(missing),
            )
            % {"count": len(missing), "questions": " · ".join(q.text for q in missing[:3])}
        )


@transaction.atomic
def refuse_link(*, link: SharedLink, at: datetime) -> None:
    """Close a link whose reader says to be somebody else, and tell the manager.

    Raises:
        ProjectNotRunning: the project rests or is over.
    """
    survey = _locked(link.subject)
    check_running(survey.project)
    revoke(link=link, actor=None, at=at)
    _record(WRONG_PERSON, survey, actor=None, actor_name=_("A reader"), at=at, name=link.name)
    manager = survey.project.implementation_manager
    notify(
        to=manager.email,
        user=manager,
        subject=_("The survey “%(title)s” reached the wrong person") % {"title": survey.title},
        template="email/presales/survey_wrong_person.txt",
        context={"title": survey.title, "name": link.name, "email": link.email,
                 "project": survey.project},
        url=survey.get_absolute_url(),
        project_id=survey.project_id,
        dedupe_key=f"survey-wrong-person:{link.pk}",
        at=at,
    )  # fmt: skip


def missing_answers(survey: Survey) -> list[SurveyQuestion]:
    """Return the questions that must be answered, are asked, and are not, in order."""
    return [one for one in asked_of(survey) if one.is_required and not hasattr(one, "answer")]


@transaction.atomic
def reopen_survey(*, survey: Survey, actor: User, at: datetime) -> Survey:
    """Let answers be changed again.

    Raises:
        NotAllowed, ProjectNotRunning.
        IllegalMove: it is open.
    """
    survey = _locked(survey)
    if not may_prepare(actor, survey.project):
        raise NotAllowed
    check_running(survey.project)
    check_move(SURVEY_MOVES, source=State(survey.state), target=State.OPEN)
    survey.state, survey.handed_in_at, survey.handed_in_by = State.OPEN, None, ""
    survey.save(update_fields=["state", "handed_in_at", "handed_in_by"])
    survey.respondents.update(handed_in_at=None)
    _advance(survey, Step.State.IN_PROGRESS, actor=actor, at=at, next_step=_("Have it answered"))
    _record(SURVEY_REOPENED, survey, actor=actor, at=at)
    return survey


@transaction.atomic
def close_survey(*, survey: Survey, actor: User, at: datetime) -> Survey:
    """Say that all that is needed was taken from the answers.

    Raises:
        NotAllowed, ProjectNotRunning.
        IllegalMove: it is not handed in.
    """
    survey = _locked(survey)
    if not may_prepare(actor, survey.project):
        raise NotAllowed
    check_running(survey.project)
    check_move(SURVEY_MOVES, source=State(survey.state), target=State.CLOSED)
    survey.state = State.CLOSED
    survey.save(update_fields=["state"])
    _advance(survey, Step.State.DONE, actor=actor, at=at)
    _record(SURVEY_CLOSED, survey, actor=actor, at=at)
    return survey


def _names(people: Sequence[str]) -> str:
    """The names as long as there is room for them, then how many more."""
    room = Step._meta.get_field("waiting_on").max_length
    for shown in range(len(people), 0, -1):
        more = len(people) - shown
        said = ", ".join(people[:shown])
        said = _("%(names)s and %(count)s more") % {"names": said, "count": more} if more else said
        if len(said) <= room:
            return said
    return ""


def _copy_questions(survey: Survey, questions: Iterable[TemplateQuestion]) -> None:
    copies = {
        question.pk: SurveyQuestion(
            survey=survey,
            section=question.section.title,
            order=order,
            **{name: getattr(question, name) for name in COPIED_FIELDS},
        )
        for order, question in enumerate(questions, start=1)
    }
    SurveyQuestion.objects.bulk_create(copies.values())
    hanging = []
    for question in questions:
        if question.depends_on_id is not None:
            copies[question.pk].depends_on = copies[question.depends_on_id]
            hanging.append(copies[question.pk])
    SurveyQuestion.objects.bulk_update(hanging, ["depends_on"])


def _locked(survey: Survey) -> Survey:
    return Survey.objects.select_related("project__implementation_manager").locked(survey.pk)


def _tell_manager(survey: Survey, *, by: str, answers: int, at: datetime) -> None:
    manager = survey.project.implementation_manager
    notify(
        to=manager.email,
        user=manager,
        subject=_("%(name)s has handed in “%(title)s”") % {"name": by, "title": survey.title},
        template="email/presales/survey_handed_in.txt",
        context={"title": survey.title, "name": by, "project": survey.project, "answers": answers},
        url=reverse(
            "presales:survey_requirements",
            kwargs={"project_pk": survey.project_id, "pk": survey.pk},
        ),
        project_id=survey.project_id,
        dedupe_key=f"survey-handed-in:{survey.pk}:{at.isoformat()}",
        at=at,
    )


def _advance(
    survey: Survey,
    state: Step.State,
    *,
    actor: User | None,
    at: datetime,
    next_step: str = "",
    waiting_on: str = "",
    actor_name: str = "",
) -> None:
    advance_step(
        project=survey.project, key="survey", state=state, actor=actor, at=at,
        next_step=next_step, waiting_on=waiting_on, actor_name=actor_name,
    )  # fmt: skip


def _record(
    action: Action,
    survey: Survey,
    *,
    actor: User | None,
    at: datetime,
    actor_name: str = "",
    **details: object,
) -> None:
    record(
        action, subject=survey, actor=actor, actor_name=actor_name, at=at,
        project=survey.project, details={"title": survey.title, **details},
    )  # fmt: skip
