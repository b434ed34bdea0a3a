"""One-time codes by mail. Every limit is counted in the database, whichever process answers."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from implportal.audit.registry import Action
from implportal.kernel.errors import DomainError
from implportal.notifications.domain.outbox import notify
from implportal.signing.domain.inviting import note
from implportal.signing.domain.links import lock_signer_of
from implportal.signing.domain.turns import check_turn
from implportal.signing.models import OneTimeCode, SharedLink, Signer, SignerState

LASTS = timedelta(minutes=10)
TRIES_PER_CODE = 5
TRIES_PER_DAY = 25
SENDING_LIMITS = (
    (1, timedelta(minutes=1)),
    (3, timedelta(minutes=15)),
    (10, timedelta(days=1)),
)
"""At most so many codes within so long."""

CODE_KEY = "code:"
"""Begins the key of the mail of a code; its number follows."""

NO_HMAC = "-" * 64
"""What is compared where there is no code; no HMAC is like it."""

CODE_SENT = Action("signing.code_sent", gettext_lazy("was sent a one-time code to %(address)s"))
CODE_PASSED = Action(
    "signing.code_passed", gettext_lazy("verified the e-mail address with the one-time code")
)
CODE_FAILED = Action("signing.code_failed", gettext_lazy("entered a code that was not right"))
SIGNER_LOCKED = Action(
    "signing.signer_locked", gettext_lazy("entered too many wrong codes and was locked out")
)


class WrongCode(DomainError):
    """The code is wrong, used, expired or meant for another browser; it is never said which."""


class TooManyCodes(DomainError):
    """Codes were sent too often, or the signer is locked."""


@transaction.atomic
def send_code(*, link: SharedLink, session: str, at: datetime) -> OneTimeCode:
    """Mail six digits to the signer behind ``link``; they replace any code sent before.

    ``session`` is the browser session for which alone the code is good.

    Raises:
        LinkIsGone, Overtaken, NotYourTurn: see ``turns.check_turn``.
        TooManyCodes: one a minute, three in a quarter of an hour, ten a day; or locked.
    """
    signer = lock_signer_of(link)
    request = check_turn(signer, link=link, at=at)
    if signer.locked_at is not None:
        raise TooManyCodes(
            _("This page is locked after too many wrong codes. Please ask for a new link.")
        )
    if wait := _to_wait(signer, at):
        raise TooManyCodes(
            ngettext(
                "A code was sent a short while ago. Look into your mail, into the junk folder, "
                "too. Another can be sent in a minute.",
                "A code was sent a short while ago. Look into your mail, into the junk folder, "
                "too. Another can be sent in %(count)d minutes.",
                wait,
            )
            % {"count": wait}
        )
    signer.codes.filter(used_at=None, voided_at=None).update(voided_at=at)
    digits = f"{secrets.randbelow(10**6):06}"
    code = OneTimeCode.objects.create(
        signer=signer,
        session=session,
        hmac=_hmac(signer.pk, session, digits),
        sent_to=masked(signer.email),
        sent_at=at,
        expires_at=at + LASTS,
    )
    notify(
        to=signer.email,
        to_name=signer.name,
        subject=_("Your code for signing"),
        template="email/signing/code.txt",
        context={"title": request.version.title, "minutes": int(LASTS.total_seconds() // 60)},
        secrets={"code": digits},
        dedupe_key=f"{CODE_KEY}{code.pk}",
        project_id=request.project_id,
        at=at,
    )
    note(
        action=CODE_SENT,
        request=request,
        actor=None,
        actor_name=signer.name,
        at=at,
        address=code.sent_to,
    )
    return code


def check_code(*, link: SharedLink, session: str, digits: str, at: datetime) -> Signer:
    """Let the signer behind ``link`` pass with the right code.

    The try is counted and committed before anything is compared, so tries in parallel
    count too. After TRIES_PER_DAY the signer is locked and the sender told. Not to be
    called inside a transaction: a refusal must not undo the counting.

    Raises:
        WrongCode: the same answer whatever is wrong.
        LinkIsGone, Overtaken, NotYourTurn.
    """
    wrong = WrongCode(
        _("That code is not right or no longer good. Check it, or ask for a new one.")
    )
    signer = Signer.objects.filter(link=link).first()
    code = _count_try(signer, session=session, at=at) if signer else None
    # Computed and compared also where there is no code, so that time tells nothing either.
    given = _hmac(signer.pk if signer else 0, session, digits.strip())
    right = hmac.compare_digest(code.hmac if code else NO_HMAC, given) and code is not None
    with transaction.atomic():
        signer = lock_signer_of(link)
        request = check_turn(signer, link=link, at=at)
        if right and OneTimeCode.objects.filter(pk=code.pk, used_at=None, voided_at=None).update(
            used_at=at
        ):
            signer.state, signer.verified_code = SignerState.VERIFIED, code
            signer.verified_at, signer.verified_session = at, session
            signer.save(update_fields=["state", "verified_code", "verified_at", "verified_session"])
            note(action=CODE_PASSED, request=request, actor=None, actor_name=signer.name, at=at)
            return signer
        if signer.locked_at is None:
            note(action=CODE_FAILED, request=request, actor=None, actor_name=signer.name, at=at)
            if signer.code_tries >= TRIES_PER_DAY:
                _lock(signer, at=at)
    raise wrong


def _to_wait(signer: Signer, at: datetime) -> int:
    """Return how many minutes it takes until another code may be sent; 0 for none."""
    wait = timedelta()
    for limit, period in SENDING_LIMITS:
        sent = signer.codes.filter(sent_at__gt=at - period).order_by("-sent_at", "-pk")
        for earliest in sent.values_list("sent_at", flat=True)[limit - 1 : limit]:
            wait = max(wait, earliest + period - at)
    return -(-wait // timedelta(minutes=1))


def _count_try(signer: Signer, *, session: str, at: datetime) -> OneTimeCode | None:
    """Count one try against the signer's day and against the code; the code if it may be tried."""
    today = at.date()
    allowed = (
        Signer.objects.filter(pk=signer.pk, locked_at=None)
        .exclude(code_tries_on=today, code_tries__gte=TRIES_PER_DAY)
        .update(
            code_tries=Case(When(code_tries_on=today, then=F("code_tries") + 1), default=Value(1)),
            code_tries_on=today,
        )
    )
    live = OneTimeCode.objects.filter(
        signer=signer, session=session, used_at=None, voided_at=None, expires_at__gt=at
    )
    counted = live.filter(tries__lt=TRIES_PER_CODE).update(tries=F("tries") + 1)
    return live.first() if allowed and counted else None


def _lock(signer: Signer, *, at: datetime) -> None:
    signer.locked_at = at
    signer.save(update_fields=["locked_at"])
    request = signer.request
    user = request.created_by
    notify(
        to=user.email,
        user=user,
        subject=_("%(name)s cannot sign: too many wrong codes") % {"name": signer.name},
        template="email/signing/signer_locked.txt",
        context={"signer": signer, "request": request, "title": request.version.title},
        url=request.get_absolute_url(),
        dedupe_key=f"signer-locked:{signer.pk}:{at.isoformat()}",
        project_id=request.project_id,
        at=at,
    )
    note(action=SIGNER_LOCKED, request=request, actor=None, actor_name=signer.name, at=at)


def masked(email: str) -> str:
    """Return ``m•••••@customer.example`` for ``maria@customer.example``."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••••@{host}"


def _hmac(signer_pk: int, session: str, digits: str) -> str:
    return salted_hmac(
        "implportal.signing.code", f"{signer_pk}:{session}:{digits}", algorithm="sha256"
    ).hexdigest()
