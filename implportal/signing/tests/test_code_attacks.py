"""What somebody who holds the link, but not the mailbox, may try with the one-time code."""

from __future__ import annotations

import hmac
import re
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from implportal.audit.models import Entry
from implportal.documents.registry import kind_for
from implportal.notifications.models import Message
from implportal.signing.domain import codes, signing
from implportal.signing.domain.links import send_again
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.models import OneTimeCode, SignerState
from implportal.signing.tests.conftest import at as address_at
from implportal.signing.tests.conftest import code_of
from implportal.signing.tests.domain.test_signing import offer_of

EQUAL = hmac.compare_digest
HERE, ELSEWHERE = "session-here", "session-elsewhere"


@pytest.fixture
def morning():
    """Eight o'clock of this day: what is counted by the day must not meet midnight."""
    return timezone.now().replace(hour=8, minute=0, second=0)


@pytest.fixture
def signer(frozen, asked, carl, dora, morning):
    version = frozen(kind="test.coded")
    request = asked(version, [SignerSpec(carl), SignerSpec(dora)], at=morning)
    return request.signers.select_related("link").get(name="Carl Client")


@pytest.fixture
def send(signer, morning):
    def _send(minutes=0, session=HERE, link=None):
        moment = morning + timedelta(minutes=minutes)
        codes.send_code(link=link or signer.link, session=session, at=moment)
        return code_of(signer)

    return _send


@pytest.fixture
def passes(signer, morning):
    """Return a function that tries a code and says whether it let one through."""

    def _passes(digits, minutes=0, session=HERE, link=None) -> bool:
        moment = morning + timedelta(minutes=minutes)
        try:
            codes.check_code(link=link or signer.link, session=session, digits=digits, at=moment)
        except codes.WrongCode:
            return False
        return True

    return _passes


def wrong(digits: str, step: int = 1) -> str:
    return f"{(int(digits) + step) % 10**6:06}"


def state_of(signer):
    signer.refresh_from_db()
    return signer.state


# --- The attacks -----------------------------------------------------------------------


def test_replay_of_a_used_code(send, passes, signer):
    digits = send()

    assert [passes(digits), passes(digits)] == [True, False]
    assert not signing.is_verified(signer, session=ELSEWHERE, at=timezone.now())


def test_a_used_code_in_another_browser(send, passes, signer, morning):
    digits = send()
    passes(digits)

    assert not passes(digits, session=ELSEWHERE)
    signer.refresh_from_db()
    assert not signing.is_verified(signer, session=ELSEWHERE, at=morning)


def test_the_sixth_try(send, passes, signer):
    digits = send()

    assert not any(passes(wrong(digits, step)) for step in range(1, 6))
    assert not passes(digits)
    assert state_of(signer) == SignerState.INVITED


def test_the_code_of_another_signer(send, passes, signer):
    digits = send()
    other = signer.request.signers.select_related("link").get(name="Dora Client")
    send(link=other.link)

    assert not passes(digits, link=other.link)
    assert state_of(other) == SignerState.INVITED


def test_another_session(send, passes):
    assert not passes(send(), session=ELSEWHERE)


def test_an_expired_code(send, passes):
    digits = send()

    assert not passes(digits, minutes=10)
    assert passes(send(minutes=20), minutes=29.9)


def test_a_new_code_voids_the_old(send, passes):
    old = send()
    new = send(minutes=2)

    assert old == new or not passes(old, minutes=2)
    assert passes(new, minutes=2)


def test_the_code_of_a_link_that_was_replaced(send, passes, signer, ines, morning):
    digits = send()
    new = send_again(link=signer.link, actor=ines, at=morning)

    with pytest.raises(codes.DomainError):
        passes(digits)
    assert not passes(digits, link=new, session=ELSEWHERE)


def test_guessing_over_several_codes_ends_with_the_day(send, passes, signer, ines, morning):
    tries = 0
    for round_ in range(5):
        minutes = 20 * round_
        digits = send(minutes=minutes)
        for step in range(1, 6):
            assert not passes(wrong(digits, step), minutes=minutes)
            tries += 1

    signer.refresh_from_db()
    assert (tries, signer.code_tries) == (25, 25)
    assert signer.locked_at == morning + timedelta(minutes=80)
    with pytest.raises(codes.TooManyCodes):
        send(minutes=100)
    assert not passes(digits, minutes=80)
    told = Message.objects.get(dedupe_key__startswith="signer-locked:")
    assert (told.user, told.url) == (ines, signer.request.get_absolute_url())
    assert Entry.objects.filter(action="signing.signer_locked").count() == 1


def test_the_right_code_after_the_lock(send, passes, signer, morning):
    digits = send()
    type(signer).objects.filter(pk=signer.pk).update(locked_at=morning)

    assert not passes(digits)
    assert state_of(signer) == SignerState.INVITED


def test_tries_without_any_code_count_for_the_day_too(passes, signer):
    assert not any(passes("000000") for _try in range(25))

    signer.refresh_from_db()
    assert signer.locked_at is not None


def test_the_portals_own_reminder_does_not_unlock(passes, signer, morning, ines):
    for _try in range(25):
        passes("000000")

    link = send_again(link=signer.link, actor=None, at=morning)
    with pytest.raises(codes.TooManyCodes):
        codes.send_code(link=link, session=HERE, at=morning)
    link = send_again(link=link, actor=ines, at=morning)
    codes.send_code(link=link, session=HERE, at=morning)


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        ([0], 0.99),
        ([0, 2, 4], 14.9),
        ([20 * number for number in range(10)], 24 * 60 - 1),
    ],
    ids=["one a minute", "three a quarter of an hour", "ten a day"],
)
def test_flooding_the_mailbox(sent, refused, send, signer, morning):
    end = morning + timedelta(days=30)
    type(signer.request).objects.filter(pk=signer.request_id).update(expires_at=end)
    for minutes in sent:
        send(minutes=minutes)

    with pytest.raises(codes.TooManyCodes):
        send(minutes=refused)
    assert OneTimeCode.objects.count() == len(sent)


def test_whoever_has_to_wait_is_told_how_long(send):
    for minutes in (0, 2, 4):
        send(minutes=minutes)

    with pytest.raises(codes.TooManyCodes, match="Another can be sent in 10 minutes"):
        send(minutes=5)


def test_flooding_through_new_links_and_browsers(send, signer, ines, morning):
    send()
    link = send_again(link=signer.link, actor=ines, at=morning)

    with pytest.raises(codes.TooManyCodes):
        send(minutes=0.5, session=ELSEWHERE, link=link)


# --- Many at once ----------------------------------------------------------------------


@pytest.fixture
def _mails_wait(monkeypatch):
    monkeypatch.setattr(
        "implportal.notifications.domain.outbox.send_on_commit", lambda *_args, **_kwargs: None
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_mails_wait")
def test_parallel_tries_do_not_pass_the_count(together, send, passes, signer):
    digits = send()
    guesses = [wrong(digits, step) for step in range(1, 13)]

    results = together(*[lambda guess=guess: passes(guess) for guess in guesses])

    signer.refresh_from_db()
    assert Counter(results) == {False: 12}
    assert OneTimeCode.objects.get().tries == 5
    assert signer.code_tries == 12
    assert not passes(digits)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_mails_wait")
def test_parallel_tries_do_not_pass_the_day(together, passes, signer):
    type(signer).objects.filter(pk=signer.pk).update(
        code_tries=20, code_tries_on=timezone.now().date()
    )

    together(*[lambda: passes("000000")] * 10)

    signer.refresh_from_db()
    assert signer.code_tries == 25
    assert signer.locked_at is not None
    assert Entry.objects.filter(action="signing.signer_locked").count() == 1
    assert Message.objects.filter(dedupe_key__startswith="signer-locked:").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_mails_wait")
def test_the_right_code_in_parallel_passes_once(together, send, passes):
    digits = send()

    results = together(*[lambda: passes(digits)] * 5)

    assert Counter(results) == {True: 1, False: 4}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_mails_wait")
def test_parallel_requests_send_one_code(together, send):
    results = together(*[send] * 4)

    assert sum(isinstance(one, codes.TooManyCodes) for one in results) == 3
    assert OneTimeCode.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_mails_wait")
def test_a_try_is_counted_and_committed_before_it_is_compared_in_constant_time(
    send, passes, signer, monkeypatch
):
    digits, seen = send(), []

    def compare(one, other):
        seen.append((connection.in_atomic_block, OneTimeCode.objects.get().tries))
        return EQUAL(one, other)

    monkeypatch.setattr(codes.hmac, "compare_digest", compare)

    assert not passes(wrong(digits))
    assert passes(digits)
    assert seen == [(False, 1), (False, 2)]


# --- What the page gives away ----------------------------------------------------------


def test_wrong_expired_locked_and_missing_codes_get_the_same_answer(
    frozen, asked, carl, now, visit
):
    signer = asked(frozen(kind="test.coded"), [SignerSpec(carl)]).signers.get()
    browser = visit(signer.link)
    check = address_at("link_code_check", signer.link)
    browser.post(address_at("link_code_send", signer.link))
    digits, code = code_of(signer), OneTimeCode.objects.filter(signer=signer)
    answers = {}

    def ask(name, given=digits, client=browser):
        answer = client.post(check, {"code": given})
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
        answers[name] = (answer.status_code, page, sorted(answer.headers.items()))

    ask("wrong", wrong(digits))
    ask("malformed", "x")
    code.update(tries=5)
    ask("tried too often")
    code.update(tries=0, expires_at=now - timedelta(minutes=1))
    ask("expired")
    code.update(expires_at=now + timedelta(minutes=9), voided_at=now)
    ask("void")
    code.update(voided_at=None)
    ask("other browser", client=visit(signer.link))
    type(signer).objects.filter(pk=signer.pk).update(locked_at=now)
    ask("locked")
    type(signer).objects.filter(pk=signer.pk).update(locked_at=None)
    code.update(used_at=now)
    ask("used")

    assert all(status == 200 for status, _page, _headers in answers.values())
    assert {name for name, answer in answers.items() if answer != answers["wrong"]} == set()
    assert "not right or no longer good" in answers["wrong"][1]
    assert digits not in answers["expired"][1]


# --- Where a code is asked for ---------------------------------------------------------


@pytest.mark.parametrize("kind", ["aftersales.acceptance", "delivery.change", "presales.solution"])
def test_what_binds_the_customer_asks_for_a_code(kind):
    assert kind_for(kind).code_required


def test_without_the_code_nothing_is_signed(signer, morning):
    with pytest.raises(signing.CodeMissing):
        signing.sign(
            link=signer.link,
            typed_name="Carl",
            offer=offer_of(signer.request.version),
            circumstances=signing.Circumstances(session=HERE),
            at=morning,
        )

    assert state_of(signer) == SignerState.INVITED


def test_a_code_holds_for_half_an_hour_in_its_browser(send, passes, signer, morning):
    passes(send())
    signer.refresh_from_db()

    def verified(minutes, session=HERE):
        moment = morning + timedelta(minutes=minutes)
        return signing.is_verified(signer, session=session, at=moment)

    assert [verified(29.9), verified(30), verified(0, ELSEWHERE)] == [True, False, False]
