from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.notifications.models import Message
from implportal.signing.domain import codes, signing
from implportal.signing.domain.links import send_again
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.domain.turns import Overtaken
from implportal.signing.models import OneTimeCode, SignerState
from implportal.signing.tests.conftest import code_of

HERE, ELSEWHERE = "session-here", "session-elsewhere"


@pytest.fixture
def signer(frozen, asked, carl, dora):
    request = asked(frozen(kind="test.coded"), [SignerSpec(carl), SignerSpec(dora)])
    return request.signers.select_related("link").get(name="Carl Client")


@pytest.fixture
def send(signer, now):
    def _send(minutes=0, session=HERE):
        codes.send_code(link=signer.link, session=session, at=now + timedelta(minutes=minutes))
        return code_of(signer)

    return _send


@pytest.fixture
def check(signer, now):
    def _check(digits, minutes=0, session=HERE, link=None):
        moment = now + timedelta(minutes=minutes)
        return codes.check_code(link=link or signer.link, session=session, digits=digits, at=moment)

    return _check


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06}"


def test_a_code_is_mailed_and_only_its_hmac_is_kept(signer, send):
    digits = send()

    code = OneTimeCode.objects.get()
    assert len(digits) == 6
    assert digits not in code.hmac
    assert code.sent_to == "c•••••@client.example"
    message = Message.objects.get(dedupe_key=f"code:{code.pk}")
    assert digits not in message.text
    assert digits not in message.subject


def test_the_right_code_verifies_once(signer, send, check, now):
    digits = send()

    check(digits)

    signer.refresh_from_db()
    assert signer.state == SignerState.VERIFIED
    assert signing.is_verified(signer, session=HERE, at=now)
    assert not signing.is_verified(signer, session=ELSEWHERE, at=now)
    assert not signing.is_verified(signer, session=HERE, at=now + timedelta(minutes=30))
    with pytest.raises(codes.WrongCode):
        check(digits)


def test_a_code_runs_out_after_ten_minutes(send, check):
    digits = send()

    with pytest.raises(codes.WrongCode):
        check(digits, minutes=10)


def test_a_code_is_good_in_its_browser_alone(send, check):
    digits = send()

    with pytest.raises(codes.WrongCode):
        check(digits, session=ELSEWHERE)


def test_the_code_of_another_signer_is_wrong(signer, send, check):
    digits = send()
    other = signer.request.signers.select_related("link").get(name="Dora Client")

    with pytest.raises(codes.WrongCode):
        check(digits, link=other.link)

    other.refresh_from_db()
    assert other.state == SignerState.INVITED


def test_a_new_code_voids_the_old(send, check):
    old = send()
    send(minutes=2)

    with pytest.raises(codes.WrongCode):
        check(old, minutes=2)


def test_the_sixth_try_fails_even_with_the_right_code(send, check):
    digits = send()
    for _try in range(5):
        with pytest.raises(codes.WrongCode):
            check(wrong(digits))

    with pytest.raises(codes.WrongCode):
        check(digits)

    assert OneTimeCode.objects.get().tries == 5


def test_tries_count_although_they_are_refused(signer, send, check):
    with pytest.raises(codes.WrongCode):
        check(wrong(send()))

    signer.refresh_from_db()
    assert signer.code_tries == 1
    assert Entry.objects.filter(action="signing.code_failed").count() == 1


def test_after_25_tries_a_day_the_signer_is_locked_and_the_sender_told(
    signer, send, check, ines, now
):
    digits = send()
    for _try in range(25):
        with pytest.raises(codes.WrongCode):
            check("x")

    signer.refresh_from_db()
    assert signer.locked_at == now
    assert Message.objects.get(dedupe_key__startswith="signer-locked:").user == ines
    with pytest.raises(codes.WrongCode):
        check(digits)
    with pytest.raises(codes.TooManyCodes):
        send(minutes=5)

    link = send_again(link=signer.link, actor=ines, at=now)
    codes.send_code(link=link, session=HERE, at=now + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        ([0], 0.9),
        ([0, 2, 4], 14),
        ([20 * number for number in range(10)], 23 * 60),
    ],
)
def test_codes_are_sent_at_most_so_often(sent, refused, send, signer, now):
    type(signer.request).objects.update(expires_at=now + timedelta(days=30))
    for minutes in sent:
        send(minutes=minutes)

    with pytest.raises(codes.TooManyCodes):
        send(minutes=refused)

    assert OneTimeCode.objects.count() == len(sent)


def test_who_has_signed_gets_no_code(signer, send, check, now):
    check(send())
    type(signer).objects.filter(pk=signer.pk).update(
        state="SIGNED", evidence={}, statement_sha256="0" * 64, decided_at=now
    )

    with pytest.raises(Overtaken):
        send(minutes=5)
