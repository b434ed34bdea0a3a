"""Real threads on a real database: of two that come at once, one wins."""

from collections import Counter
from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.documents.tests.factories import DocumentVersionFactory
from implportal.kernel.errors import DomainError
from implportal.kernel.moves import IllegalMove
from implportal.signing.domain import codes, completion, ending, requests, signing
from implportal.signing.domain.delegation import delegate_for
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.domain.turns import Conflict
from implportal.signing.models import (
    OneTimeCode,
    RequestState,
    SharedLink,
    SignatureRequest,
    SignerState,
)
from implportal.signing.tests.conftest import code_of
from implportal.signing.tests.domain.test_signing import BROWSER, link_of, offer_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _tasks_wait(monkeypatch):
    """Sealing is called by hand here; mails stay in the outbox."""
    for module in (
        "implportal.signing.domain.signing",
        "implportal.notifications.domain.outbox",
    ):
        monkeypatch.setattr(f"{module}.send_on_commit", lambda *_args, **_kwargs: None)


def signs(request, name, now):
    return lambda: signing.sign(
        link=link_of(request, name),
        typed_name=name,
        offer=offer_of(request.version),
        circumstances=BROWSER,
        at=now,
    )


def actions(request):
    return Counter(Entry.objects.filter(chain__name=request.chain).values_list("action", flat=True))


def test_two_signers_at_once_both_sign_and_one_moves_to_sealing(
    together, frozen, asked, carl, dora, now
):
    request = asked(frozen(), [SignerSpec(carl), SignerSpec(dora)])

    together(signs(request, "Carl Client", now), signs(request, "Dora Client", now))

    request.refresh_from_db()
    assert request.state == RequestState.SEALING
    assert request.signers.filter(state=SignerState.SIGNED).count() == 2
    assert (actions(request)["signing.signed"], actions(request)["signing.all_signed"]) == (2, 1)


def test_a_double_click_signs_once(together, frozen, asked, carl, now):
    request = asked(frozen(), [SignerSpec(carl)])

    results = together(*[signs(request, "Carl Client", now)] * 4)

    assert {result.pk for result in results} == {request.signers.get().pk}
    assert actions(request)["signing.signed"] == 1


def cancels(request, ines, now):
    return lambda: ending.cancel_request(request=request, actor=ines, at=now, reason="Stop")


def expires(_request, _ines, now):
    """The sweep, at the moment at which the time is up; the signer clicked just before."""
    return lambda: ending.end_overdue(now=now + timedelta(days=15))


def supersedes(request, _ines, now):
    newer = DocumentVersionFactory(
        project=request.project, kind=request.version.kind, subject=request.version.subject,
        version=request.version.version + 1, ready=True,
    )  # fmt: skip
    return lambda: ending.supersede_requests(version=newer, at=now)


def declines(request, _ines, now):
    link = link_of(request, "Carl Client")
    return lambda: signing.decline(link=link, session="here", reason="No", at=now)


def hands_over(request, ines, now):
    signer = request.signers.get(name="Carl Client")
    return lambda: delegate_for(
        signer=signer, name="Eve", email="eve@client.example", reason="Ill", actor=ines, at=now
    )


ENDS = {
    cancels: RequestState.CANCELLED,
    expires: RequestState.EXPIRED,
    supersedes: RequestState.SUPERSEDED,
    declines: RequestState.DECLINED,
    hands_over: RequestState.SENT,
}


@pytest.mark.parametrize("other", ENDS, ids=lambda other: other.__name__)
def test_of_signing_and_another_end_the_first_wins(
    other, together, frozen, asked, carl, ines, heard, now
):
    """Whoever loses is told so, a signer as a conflict (409); nothing is half done."""
    request = asked(frozen(), [SignerSpec(carl)])

    signed, ended = together(signs(request, "Carl Client", now), other(request, ines, now))

    request.refresh_from_db()
    signer = request.signers.get(name="Carl Client")
    happened = actions(request)
    if request.state == RequestState.SEALING:
        assert signer.state == SignerState.SIGNED
        assert ended == 0 or isinstance(ended, DomainError)
        assert happened["signing.signed"] == happened["signing.all_signed"] == 1
        assert not [action for action in happened if action in ENDED]
        assert heard.ended == []
        assert request.signers.count() == 1
    else:
        assert request.state == ENDS[other]
        assert isinstance(signed, Conflict)
        assert (signer.evidence, signer.statement_sha256) == (None, "")
        assert happened["signing.signed"] == 0
        assert sum(happened[action] for action in ENDED) == 1
        assert len(heard.ended) == (other is not hands_over)


ENDED = (
    "signing.request_cancelled",
    "signing.request_expired",
    "signing.request_superseded",
    "signing.declined",
    "signing.signer_delegated",
)


@pytest.mark.parametrize("other", ENDS, ids=lambda other: other.__name__)
def test_the_loser_finds_a_conflict_whoever_comes_late(other, frozen, asked, carl, ines, now):
    """The same as above with the order given, so that each way is proved every time."""
    request = asked(frozen(), [SignerSpec(carl)])
    late = signs(request, "Carl Client", now)
    other(request, ines, now)()

    with pytest.raises(Conflict):
        late()

    assert request.signers.get(name="Carl Client").evidence is None


def test_two_decline_and_one_is_heard(together, frozen, asked, carl, dora, heard, now):
    request = asked(frozen(), [SignerSpec(carl), SignerSpec(dora)])
    links = [link_of(request, name) for name in ("Carl Client", "Dora Client")]

    results = together(
        *[
            lambda link=link: signing.decline(link=link, session="here", reason="No", at=now)
            for link in links
        ]
    )

    request.refresh_from_db()
    assert request.state == RequestState.DECLINED
    assert sum(isinstance(result, Conflict) for result in results) == 1
    assert len(heard.ended) == 1


def test_a_draft_is_sent_once_or_thrown_away(together, frozen, carl, ines, now):
    draft = requests.prepare_request(
        version=frozen(), signers=[SignerSpec(carl)], terms=requests.Terms(), actor=ines, at=now
    )

    def send():
        return requests.send_request(request=draft, actor=ines, at=now)

    def discard():
        return requests.discard_draft(request=draft, actor=ines, at=now)

    results = together(send, send, discard)

    left = SignatureRequest.objects.first()
    assert sum(isinstance(result, requests.NoDraft) for result in results) == 2
    assert SharedLink.objects.count() == (1 if left else 0)
    assert left is None or left.state == RequestState.SENT


def test_two_hand_over_the_same_place_and_one_does(together, frozen, asked, carl, ines, now):
    request = asked(frozen(), [SignerSpec(carl)])
    signer = request.signers.get()

    results = together(
        *[
            lambda email=email: delegate_for(
                signer=signer, name="Eve", email=email, reason="Ill", actor=ines, at=now
            )
            for email in ("eve@client.example", "fred@client.example")
        ]
    )

    assert sum(isinstance(result, IllegalMove) for result in results) == 1
    assert request.signers.count() == 2


def test_parallel_tries_count_every_one(together, frozen, asked, carl, now):
    request = asked(frozen(kind="test.coded"), [SignerSpec(carl)])
    link = link_of(request, "Carl Client")
    codes.send_code(link=link, session="here", at=now)

    results = together(
        *[lambda: codes.check_code(link=link, session="here", digits="x", at=now)] * 8
    )

    assert all(isinstance(result, codes.WrongCode) for result in results)
    assert OneTimeCode.objects.get().tries == 5
    assert request.signers.get().code_tries == 8


def test_the_right_code_passes_once_however_often_it_comes(together, frozen, asked, carl, now):
    request = asked(frozen(kind="test.coded"), [SignerSpec(carl)])
    link = link_of(request, "Carl Client")
    codes.send_code(link=link, session="here", at=now)
    digits = code_of(request.signers.get())

    results = together(
        *[lambda: codes.check_code(link=link, session="here", digits=digits, at=now)] * 4
    )

    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert actions(request)["signing.code_passed"] == 1


def test_two_workers_seal_once(together, frozen, asked, carl, heard, now):
    request = asked(frozen(), [SignerSpec(carl)])
    signs(request, "Carl Client", now)()

    results = together(*[lambda: completion.seal_request(request_id=request.pk, now=now)] * 2)

    request.refresh_from_db()
    assert sorted(results) == [False, True]
    assert request.state == RequestState.COMPLETED
    assert len(heard.signed) == 1
