"""What an introduction shows: choosing it from the catalogue, its order, its words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models, transaction
from django.db.models import Case, Max, Q, Value, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from implportal.accounts.models import User
from implportal.catalogue.models import (
    OfferedSolution,
    Product,
    ProfilePart,
    Qualification,
    ReferenceCase,
    Standing,
)
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.order import keys_after_step, put_in_order
from implportal.projects.domain.projects import check_running
from presales.models import ITEM_FIELDS, Introduction, IntroductionPart, PartKind
from presales.permissions import may_prepare

CHOICES_OF_A_KIND = 200
"""More than anybody reads through; the rest is found when the catalogue is tidied."""
REWORDED = frozenset(ITEM_FIELDS) - {PartKind.QUALIFICATION}
"""Kinds whose words in the catalogue a customer may get others for. A qualification is a fact."""


class NotInDraft(DomainError):
    """A frozen introduction does not change; a new version begins with taking it back."""


class NotShowable(DomainError):
    """A qualification has ended or a customer does not agree to being named."""


class NothingChosen(DomainError):
    """Nothing was chosen, or it is not there any more."""


class HeadingMissing(DomainError):
    """A text of one's own needs a heading."""


@dataclass(frozen=True)
class Choice:
    """Something of the catalogue; with a ``reason`` it can not be chosen."""

    value: str
    label: str
    detail: str = ""
    reason: str = ""


@dataclass(frozen=True)
class ChoiceGroup:
    label: str
    choices: list[Choice]


def reason_against(item: models.Model, *, on: date) -> str:
    """Return why ``item`` may not be shown to a customer on a day; empty if it may."""
    if isinstance(item, Qualification) and item.standing_on(on) == Standing.ENDED:
        return _("ended on %(day)s") % {"day": date_format(item.valid_until, "DATE_FORMAT")}
    if isinstance(item, ReferenceCase):
        standing = item.standing_on(on)
        if standing == Standing.MISSING:
            return _("the customer has not agreed to being named")
        if standing == Standing.ENDED:
            return _("the consent ended on %(day)s") % {
                "day": date_format(item.consent_ends_on, "DATE_FORMAT")
            }
    if isinstance(item, Product | OfferedSolution) and not item.is_offered:
        return _("it is not offered any more")
    if isinstance(item, User) and not item.is_active:
        return _("this person has left")
    return ""


def choices_for(introduction: Introduction, *, on: date) -> list[ChoiceGroup]:
    """Return what can still be added, by kind. Costs seven queries."""
    chosen = {(part.kind, part.item.pk) for part in parts_of(introduction) if part.item}
    groups = []
    for kind in ITEM_FIELDS:
        items = _items(kind, introduction).order_by(*_ORDER[kind], "pk")[:CHOICES_OF_A_KIND]
        choices = [
            Choice(f"{kind}-{item.pk}", _label(item), _detail(item), reason_against(item, on=on))
            for item in items
            if (kind, item.pk) not in chosen
        ]
        if choices:
            groups.append(ChoiceGroup(str(kind.label), choices))
    return groups


_ORDER: dict[PartKind, tuple[str, ...]] = {
    PartKind.PROFILE: ("order",),
    PartKind.QUALIFICATION: ("title",),
    PartKind.REFERENCE: ("-is_near", "title"),
    PartKind.SOLUTION: ("-is_near", "title"),
    PartKind.PRODUCT: ("name",),
    PartKind.PERSON: ("name",),
}


def _items(kind: PartKind, introduction: Introduction) -> models.QuerySet:
    """All items of a kind that fit; what is of the customer's field comes first."""
    project = introduction.project
    if kind == PartKind.PROFILE:
        return ProfilePart.objects.all()
    if kind == PartKind.QUALIFICATION:
        return Qualification.objects.all()
    if kind in {PartKind.REFERENCE, PartKind.SOLUTION}:
        field = project.customer.field_of_business_id
        items = (
            ReferenceCase.objects.all()
            if kind == PartKind.REFERENCE
            else OfferedSolution.objects.filter(is_offered=True)
        )
        return items.select_related("field_of_business").annotate(
            is_near=Case(When(field_of_business=field, then=Value(1)), default=Value(0))
            if field
            else Value(0)
        )
    if kind == PartKind.PRODUCT:
        return Product.objects.filter(is_offered=True)
    return User.objects.filter(
        Q(pk__in=[project.implementation_manager_id, introduction.created_by_id])
        | Q(projects_delivered=project)
        | Q(projects_collected=project)
        | Q(memberships__project=project),
        is_active=True,
    ).distinct()


def may_introduce(introduction: Introduction) -> set[int]:
    """Return the primary keys of the people who may be introduced. One query."""
    return set(_items(PartKind.PERSON, introduction).values_list("pk", flat=True))


def _label(item: models.Model) -> str:
    return getattr(item, "title", "") if not isinstance(item, User | Product) else str(item)


def _detail(item: models.Model) -> str:
    if isinstance(item, Qualification):
        return item.issuer
    if isinstance(item, ReferenceCase):
        return " · ".join(filter(None, [item.customer_name, str(item.field_of_business or "")]))
    if isinstance(item, OfferedSolution):
        return str(item.field_of_business or "")
    if isinstance(item, User):
        return item.title or item.get_role_display()
    return ""


def parts_of(introduction: Introduction) -> list[IntroductionPart]:
    """Return the parts in order with what they show. Costs one query."""
    return list(
        introduction.parts.select_related(
            *ITEM_FIELDS.values(),
            "reference__field_of_business",
            "offered_solution__field_of_business",
        ).order_by("order", "pk")
    )


def draft_of(introduction: Introduction, *, actor: User) -> Introduction:
    """Re-read a draft, locked, for a change by ``actor``.

    Raises:
        NotAllowed, ProjectNotRunning.
        NotInDraft: it is frozen.
    """
    introduction = Introduction.objects.locked(introduction.pk)
    if not may_prepare(actor, introduction.project):
        raise NotAllowed
    check_running(introduction.project)
    if introduction.state != Introduction.State.DRAFT:
        raise NotInDraft(_("This introduction is frozen. Take it back to change it."))
    return introduction


@transaction.atomic
def add_parts(
    *, introduction: Introduction, chosen: Sequence[str], actor: User, at: datetime
) -> list[IntroductionPart]:
    """Add what was ``chosen`` ("QUALIFICATION-7", …) at the end; what is there already stays.

    Raises:
        NotAllowed, ProjectNotRunning, NotInDraft.
        NothingChosen: nothing, or something that is not in the catalogue.
        NotShowable: some of it may not be shown today; nothing is added then.
    """
    introduction = draft_of(introduction, actor=actor)
    if not chosen:
        raise NothingChosen(_("Tick what you want to add."))
    found = [_find(word, introduction) for word in chosen]
    check_showable([item for _kind, item in found], on=timezone.localdate(at))
    there = {(part.kind, part.item.pk) for part in parts_of(introduction) if part.item}
    order = _last_order(introduction)
    return IntroductionPart.objects.bulk_create(
        IntroductionPart(
            introduction=introduction, kind=kind, order=order + place, **{ITEM_FIELDS[kind]: item}
        )
        for place, (kind, item) in enumerate(found, start=1)
        if (kind, item.pk) not in there
    )


def check_showable(items: Iterable[models.Model | None], *, on: date) -> None:
    """Let a choice pass if all of it may be shown on a day.

    Raises:
        NotShowable: the message names what may not, and why.
    """
    against = [
        f"{_label(item)}: {reason}"
        for item in items
        if item is not None and (reason := reason_against(item, on=on))
    ]
    if against:
        raise NotShowable(
            _("This may not be shown to customers: %(reasons)s.") % {"reasons": "; ".join(against)}
        )


def _find(word: str, introduction: Introduction) -> tuple[PartKind, models.Model]:
    name, _dash, number = word.partition("-")
    if name in ITEM_FIELDS and number.isdecimal():
        kind = PartKind(name)
        if item := _items(kind, introduction).filter(pk=int(number)).first():
            return kind, item
    raise NothingChosen(_("Something that you chose is not there any more. Choose again."))


def _last_order(introduction: Introduction) -> int:
    return introduction.parts.aggregate(last=Max("order"))["last"] or 0


@transaction.atomic
def add_text(
    *, introduction: Introduction, title: str, text: str, actor: User, at: datetime
) -> IntroductionPart:
    """Add a text of one's own at the end.

    Raises:
        NotAllowed, ProjectNotRunning, NotInDraft.
        HeadingMissing: the title is blank.
    """
    introduction = draft_of(introduction, actor=actor)
    if not title.strip():
        raise HeadingMissing(_("Give the text a heading."))
    return IntroductionPart.objects.create(
        introduction=introduction,
        kind=PartKind.TEXT,
        order=_last_order(introduction) + 1,
        title=title.strip(),
        text=text,
    )


@transaction.atomic
def change_part(
    *,
    part: IntroductionPart,
    title: str,
    text: str,
    actor: User,
    at: datetime,
    replaces_text: bool = False,
) -> IntroductionPart:
    """Set the heading (blank: that of the catalogue) and the words for this customer.

    They come before the words of the catalogue, or take their place (``replaces_text``),
    in this introduction alone. Blank words take no place.

    Raises:
        NotAllowed, ProjectNotRunning, NotInDraft.
        HeadingMissing: a text of one's own without a heading.
    """
    draft_of(part.introduction, actor=actor)
    if part.kind == PartKind.TEXT and not title.strip():
        raise HeadingMissing(_("Give the text a heading."))
    part.title, part.text = title.strip(), text.strip()
    part.replaces_text = replaces_text and bool(part.text) and part.kind in REWORDED
    part.save(update_fields=["title", "text", "replaces_text"])
    return part


@transaction.atomic
def move_part(*, part: IntroductionPart, step: int, actor: User, at: datetime) -> None:
    """Move a part by ``step`` places; beyond the ends of the list nothing happens.

    Raises:
        NotAllowed, ProjectNotRunning, NotInDraft.
    """
    parts = draft_of(part.introduction, actor=actor).parts.all()
    put_in_order(parts, keys_after_step(parts, key=part.pk, step=step))


@transaction.atomic
def order_parts(
    *, introduction: Introduction, keys: Sequence[int], actor: User, at: datetime
) -> None:
    """Put the parts in the order of their primary keys.

    Raises:
        NotAllowed, ProjectNotRunning, NotInDraft.
        DomainError: the keys are not exactly those of the parts.
    """
    put_in_order(draft_of(introduction, actor=actor).parts.all(), keys)


@transaction.atomic
def remove_part(*, part: IntroductionPart, actor: User, at: datetime) -> None:
    """Take a part out; the catalogue keeps what it showed.

    Raises:
        NotAllowed, ProjectNotRunning, NotInDraft.
    """
    draft_of(part.introduction, actor=actor)
    part.delete()
