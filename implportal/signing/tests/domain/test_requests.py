from datetime import timedelta

import pytest

from implportal.audit.models import Chain, Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.notifications.models import Message
from implportal.projects.tests.factories import ContactFactory
from implportal.signing.domain import ending, requests
from implportal.signing.domain.inviting import days_later
from implportal.signing.domain.links import ContactOfOthers
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.models import (
    REQUEST_MOVES,
    SIGNER_MOVES,
    RequestState,
    SharedLink,
    SignatureRequest,
    SignerState,
)


def states(request):
    return list(request.signers.order_by("order", "pk").values_list("name", "state"))


def test_only_the_first_in_order_is_asked_at_once(frozen, asked, now):
    request = asked(frozen())

    assert states(request) == [("Carl Client", "INVITED"), ("Dora Client", "WAITING")]
    link = SharedLink.objects.get()
    assert (link.kind, link.email) == ("SIGN", "carl@client.example")
    assert link.message.subject == "Please sign: Roll-out"
    assert request.state == RequestState.SENT
    assert request.expires_at == days_later(14, request.project, at=now)


def test_a_group_is_asked_at_the_same_time(frozen, asked, carl, dora):
    request = asked(frozen(), [SignerSpec(carl), SignerSpec(dora)])

    assert states(request) == [("Carl Client", "INVITED"), ("Dora Client", "INVITED")]


def test_a_viewer_gets_a_link_for_reading_and_a_copy_gets_none_yet(
    frozen, asked, carl, dora, project
):
    third = ContactFactory(customer=project.customer)
    people = [SignerSpec(carl), SignerSpec(dora, "VIEWER"), SignerSpec(third, "COPY")]

    asked(frozen(), people)

    assert sorted(SharedLink.objects.values_list("email", "kind")) == [
        ("carl@client.example", "SIGN"),
        ("dora@client.example", "READ"),
    ]


@pytest.mark.parametrize("who", ["sam", "cora", "bea", "conny"])
def test_asking_is_refused_to_who_does_not_run_the_project(who, frozen, asked, request):
    version = frozen()

    with pytest.raises(NotAllowed):
        asked(version, actor=request.getfixturevalue(who))

    assert not SignatureRequest.objects.exists()


def test_somebody_must_sign(frozen, asked, carl):
    with pytest.raises(requests.NobodyToSign):
        asked(frozen(), [SignerSpec(carl, "VIEWER")])


def test_nobody_is_asked_twice(frozen, asked, carl):
    with pytest.raises(requests.AskedTwice):
        asked(frozen(), [SignerSpec(carl), SignerSpec(carl, "COPY", 2)])


def test_people_of_another_customer_are_not_asked(frozen, asked, db):
    with pytest.raises(ContactOfOthers):
        asked(frozen(), [SignerSpec(ContactFactory())])


def test_a_version_without_its_pdf_is_not_signed(frozen, asked):
    version = frozen()
    version.state = "FAILED"
    version.pdf, version.pdf_sha256 = version.pdf.name, version.pdf_sha256
    version.save(update_fields=["state"])

    with pytest.raises(requests.NotReadyToSign):
        asked(version)


def test_a_superseded_version_is_not_signed(frozen, asked):
    old = frozen()
    frozen()

    with pytest.raises(requests.NotReadyToSign):
        asked(old)


def test_a_version_is_asked_about_once(frozen, asked):
    version = frozen()
    asked(version)

    with pytest.raises(requests.AlreadyAsked):
        asked(version)

    assert SignatureRequest.objects.count() == 1


def test_asking_for_a_newer_version_ends_the_older_request(frozen, asked, now):
    first = asked(frozen())
    second = asked(frozen())

    first.refresh_from_db()
    assert first.state == RequestState.SUPERSEDED
    assert second.state == RequestState.SENT
    assert SharedLink.objects.open_at(now).get().signer.request == second


def test_cancelling_closes_links_and_tells_who_was_asked(frozen, asked, ines, now):
    request = asked(frozen())

    ending.cancel_request(request=request, actor=ines, at=now, reason="Wrong price")

    request.refresh_from_db()
    assert (request.state, request.state_reason) == (RequestState.CANCELLED, "Wrong price")
    assert not SharedLink.objects.open_at(now).exists()
    told = Message.objects.filter(dedupe_key__startswith="request-ended:")
    assert [message.to for message in told] == ["carl@client.example"]
    assert "Wrong price" in told.get().text
    with pytest.raises(IllegalMove):
        ending.cancel_request(request=request, actor=ines, at=now, reason="Again")


def test_cancelling_is_refused_to_a_stranger(frozen, asked, sam, now):
    request = asked(frozen())

    with pytest.raises(NotAllowed):
        ending.cancel_request(request=request, actor=sam, at=now, reason="No")

    request.refresh_from_db()
    assert request.state == RequestState.SENT


def test_what_is_overdue_ends(frozen, asked, now):
    request = asked(frozen(), valid_days=7)

    assert ending.end_overdue(now=now + timedelta(days=6)) == 0
    assert ending.end_overdue(now=now + timedelta(days=8)) == 1

    request.refresh_from_db()
    assert request.state == RequestState.EXPIRED


def test_what_was_replaced_by_a_newer_version_ends(frozen, asked, now):
    request = asked(frozen())
    frozen()

    assert ending.end_overdue(now=now) == 1

    request.refresh_from_db()
    assert request.state == RequestState.SUPERSEDED


def test_every_event_joins_the_chain_of_the_request_and_shows_in_the_project(
    frozen, asked, project
):
    request = asked(frozen())

    chain = Chain.objects.get(name=f"request:{request.public_id}")
    assert list(chain.entries.order_by("sequence").values_list("action", "project_id")) == [
        ("signing.request_prepared", project.pk),
        ("signing.request_created", project.pk),
        ("signing.link_sent", project.pk),
    ]
    assert Entry.objects.filter(action="signing.request_created").get().sentence == (
        "asked Carl Client, Dora Client to sign version 1 of TD-2026-0001"
    )


def test_states_that_end_have_no_way_on():
    ends = {"COMPLETED", "DECLINED", "CANCELLED", "EXPIRED", "SUPERSEDED"}
    assert set(RequestState.values) - {str(state) for state in REQUEST_MOVES} == ends
    assert set(SignerState.values) - {str(state) for state in SIGNER_MOVES} == {
        "SIGNED",
        "DECLINED",
        "REPLACED",
    }
