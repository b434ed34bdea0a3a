import json
from datetime import timedelta

import jsonschema
import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.notifications.models import Message
from implportal.signing.domain import codes, completion, ending, signing
from implportal.signing.domain.delegation import (
    DelegationReasonMissing,
    DelegationRefused,
    WrongDelegate,
    delegate_by_link,
    delegate_for,
)
from implportal.signing.domain.evidence_export import SCHEMA_FILE
from implportal.signing.domain.links import LinkIsGone, send_again
from implportal.signing.domain.requests import SignerSpec, Terms
from implportal.signing.domain.turns import NotYourTurn, Overtaken
from implportal.signing.models import RequestState, SharedLink, SignerState
from implportal.signing.tests.conftest import code_of
from implportal.signing.tests.domain.test_signing import BROWSER, link_of, offer_of

EVE = {"name": "Eve Deputy", "email": "eve@client.example", "reason": "On holiday"}


@pytest.fixture
def request_(frozen, asked):
    return asked(frozen())


def hand_over(request, now, who="Carl Client", **changes):
    return delegate_by_link(
        link=link_of(request, who), session="here", at=now, **{**EVE, **changes}
    )


def sign_as(request, name, now):
    return signing.sign(
        link=link_of(request, name),
        typed_name=name,
        offer=offer_of(request.version),
        circumstances=BROWSER,
        at=now,
    )


def test_the_new_person_stands_in_the_same_place_with_a_link_of_their_own(request_, ines, now):
    old_link = link_of(request_, "Carl Client")

    eve = hand_over(request_, now)

    carl = request_.signers.get(name="Carl Client")
    assert carl.state == SignerState.REPLACED
    assert (eve.delegated_from, eve.order, eve.role, eve.state) == (carl, 1, "SIGNER", "INVITED")
    old_link.refresh_from_db()
    assert old_link.revoked_at == now
    link = SharedLink.objects.open_at(now).get()
    assert (link.signer, link.email, link.kind) == (eve, "eve@client.example", "SIGN")
    assert "Carl Client was asked before and is replaced by you" in link.message.text
    told = Message.objects.filter(dedupe_key__startswith="delegated:")
    assert {message.to for message in told} == {ines.email, "carl@client.example"}


def test_handing_over_stands_on_the_chain_with_both_and_the_reason(request_, now):
    hand_over(request_, now)

    entry = Entry.objects.get(chain__name=request_.chain, action="signing.signer_delegated")
    assert f"{entry.actor_label} {entry.sentence}" == (
        "Carl Client put Eve Deputy in the place of Carl Client for signing TD-2026-0001: "
        "On holiday"
    )


def test_the_next_group_waits_until_the_new_person_has_signed(request_, now):
    hand_over(request_, now)

    assert request_.signers.get(name="Dora Client").state == SignerState.WAITING
    sign_as(request_, "Eve Deputy", now)
    sign_as(request_, "Dora Client", now)

    request_.refresh_from_db()
    assert request_.state == RequestState.SEALING


def test_evidence_and_certificate_tell_of_it(request_, now):
    hand_over(request_, now)
    sign_as(request_, "Eve Deputy", now)
    sign_as(request_, "Dora Client", now)

    evidence = completion.build_evidence(request_)

    (event,) = [e for e in evidence["events"] if e["action"] == "signing.signer_delegated"]
    assert event["details"]["before"] == "Carl Client"
    assert event["details"]["email"] == "eve@client.example"
    eve, dora = evidence["signers"]
    assert eve["delegated_from"] == {
        "name": "Carl Client", "email": "carl@client.example", "reason": EVE["reason"],
    }  # fmt: skip
    assert dora["delegated_from"] is None
    schema = json.loads(SCHEMA_FILE.read_text())
    form = {"$defs": schema["$defs"], "$ref": "#/$defs/signature"}
    for signature in (eve, dora):
        jsonschema.validate(signature, form, cls=jsonschema.Draft202012Validator)
    assert completion.seal_request(request_id=request_.pk, now=now)
    assert Message.objects.filter(dedupe_key__startswith="completed:", to="carl@client.example")


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "Carl@client.example"},
        {"email": "DORA@client.example"},
        {"email": "nowhere"},
        {"name": "  "},
    ],
)
def test_it_goes_to_somebody_new_alone(wrong, request_, now):
    with pytest.raises(WrongDelegate):
        hand_over(request_, now, **wrong)

    assert request_.signers.count() == 2
    assert link_of(request_, "Carl Client").revoked_at is None


def test_it_needs_a_reason(request_, now):
    with pytest.raises(DelegationReasonMissing):
        hand_over(request_, now, reason=" \x00 ")


def test_who_has_handed_over_neither_signs_nor_gets_a_new_link(request_, ines, now):
    link = link_of(request_, "Carl Client")
    hand_over(request_, now)

    with pytest.raises(Overtaken):
        hand_over(request_, now, email="fred@client.example")
    with pytest.raises(Overtaken):
        signing.sign(
            link=link, typed_name="Carl", offer=offer_of(request_.version),
            circumstances=BROWSER, at=now,
        )  # fmt: skip
    with pytest.raises(LinkIsGone):
        send_again(link=link, actor=ines, at=now)


def test_who_has_signed_does_not_hand_over(request_, now):
    link = link_of(request_, "Carl Client")
    sign_as(request_, "Carl Client", now)

    with pytest.raises(Overtaken):
        delegate_by_link(link=link, session="here", at=now, **EVE)


def test_a_link_that_is_not_for_signing_hands_nothing_over(frozen, shared, now):
    with pytest.raises(NotYourTurn):
        delegate_by_link(link=shared(frozen()), session="here", at=now, **EVE)


def test_where_a_code_is_asked_for_it_is_asked_before_handing_over(frozen, asked, carl, now):
    request = asked(frozen(kind="test.coded"), [SignerSpec(carl)])
    link = link_of(request, "Carl Client")

    with pytest.raises(signing.CodeMissing):
        hand_over(request, now)
    codes.send_code(link=link, session="here", at=now)
    codes.check_code(link=link, session="here", digits=code_of(request.signers.get()), at=now)

    assert hand_over(request, now).state == SignerState.INVITED


def test_a_sender_who_asks_in_person_forbids_it_to_the_customer_alone(
    frozen, asked, carl, ines, now
):
    request = asked(frozen(), [SignerSpec(carl)], terms=Terms(may_delegate=False))

    with pytest.raises(DelegationRefused):
        hand_over(request, now)

    assert delegate_for(signer=request.signers.get(), actor=ines, at=now, **EVE).name == EVE["name"]


def test_a_place_is_handed_on_three_times_at_most(request_, now):
    who = "Carl Client"
    for number in range(3):
        who = hand_over(
            request_, now, who, name=f"Person {number}", email=f"p{number}@client.example"
        ).name

    with pytest.raises(DelegationRefused):
        hand_over(request_, now, who)

    assert request_.signers.filter(state=SignerState.REPLACED).count() == 3


def test_our_people_do_it_for_somebody_who_is_away_and_tell_them(request_, ines, now):
    eve = delegate_for(signer=request_.signers.get(name="Carl Client"), actor=ines, at=now, **EVE)

    assert eve.state == SignerState.INVITED
    told = Message.objects.get(dedupe_key__startswith="delegated:")
    assert told.to == "carl@client.example"
    assert "Ines Example has asked Eve Deputy instead of you" in told.text


def test_whom_we_replaced_gets_no_copy(frozen, asked, carl, ines, now):
    request = asked(frozen(), [SignerSpec(carl)])
    delegate_for(signer=request.signers.get(), actor=ines, at=now, **EVE)
    sign_as(request, "Eve Deputy", now)

    assert completion.seal_request(request_id=request.pk, now=now)

    copies = Message.objects.filter(dedupe_key__startswith="completed:").order_by("to")
    assert [copy.to for copy in copies] == ["eve@client.example", ines.email]


def test_who_is_not_asked_yet_is_replaced_without_a_mail(request_, ines, now):
    eve = delegate_for(signer=request_.signers.get(name="Dora Client"), actor=ines, at=now, **EVE)

    assert (eve.state, eve.order, eve.link) == (SignerState.WAITING, 2, None)
    assert not Message.objects.filter(to__in=["eve@client.example", "dora@client.example"])
    sign_as(request_, "Carl Client", now)
    eve.refresh_from_db()
    assert eve.state == SignerState.INVITED


@pytest.mark.parametrize("who", ["sam", "bea", "conny"])
def test_it_is_refused_to_who_does_not_run_the_project(who, request_, now, request):
    with pytest.raises(NotAllowed):
        delegate_for(
            signer=request_.signers.get(name="Carl Client"),
            actor=request.getfixturevalue(who), at=now, **EVE,
        )  # fmt: skip

    assert request_.signers.count() == 2


def test_nothing_is_handed_over_in_what_has_ended(request_, ines, now):
    signer = request_.signers.get(name="Carl Client")
    ending.cancel_request(request=request_, actor=ines, at=now, reason="Stop")

    with pytest.raises(IllegalMove):
        delegate_for(signer=signer, actor=ines, at=now, **EVE)
    with pytest.raises(IllegalMove):
        delegate_for(signer=signer, actor=ines, at=now + timedelta(days=99), **EVE)
