from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.notifications.models import Message
from implportal.signing.domain import codes, signing
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


def test_tries_count_although_they_are_refused(signer, send, check):
    with pytest.raises(codes.WrongCode):
        check(wrong(send()))

    signer.refresh_from_db()
    assert signer.code_tries == 1
    assert Entry.objects.filter(action="signing.code_failed").count() == 1


def test_who_has_signed_gets_no_code(signer, send, check, now):
    check(send())
    type(signer).objects.filter(pk=signer.pk).update(
        state="SIGNED", evidence={}, statement_sha256="0" * 64, decided_at=now
    )

    with pytest.raises(Overtaken):
        send(minutes=5)
