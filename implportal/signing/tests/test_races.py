"""Real threads on a real database: of two that come at once, one wins."""

from collections import Counter

import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import DomainError
from implportal.signing.domain import codes, completion, ending, signing
from implportal.signing.domain.links import LinkIsGone
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.domain.turns import Overtaken
from implportal.signing.models import OneTimeCode, RequestState, SignerState
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


def test_of_signing_and_cancelling_the_first_wins(together, frozen, asked, carl, ines, now):
    request = asked(frozen(), [SignerSpec(carl)])

    signed, cancelled = together(
        signs(request, "Carl Client", now),
        lambda: ending.cancel_request(request=request, actor=ines, at=now, reason="Stop"),
    )

    request.refresh_from_db()
    if request.state == RequestState.SEALING:
        assert isinstance(cancelled, DomainError)
    else:
        assert request.state == RequestState.CANCELLED
        assert isinstance(signed, Overtaken | LinkIsGone)
        assert request.signers.get().evidence is None


def test_of_signing_and_declining_the_first_wins(together, frozen, asked, carl, dora, now):
    request = asked(frozen(), [SignerSpec(carl), SignerSpec(dora)])

    together(
        signs(request, "Carl Client", now),
        lambda: signing.decline(link=link_of(request, "Dora Client"), reason="No", at=now),
    )

    request.refresh_from_db()
    assert request.state == RequestState.DECLINED
    assert request.signers.get(name="Dora Client").state == SignerState.DECLINED


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
