from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.notifications.models import Message
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.tests.factories import ContactFactory
from implportal.signing.domain import ending, extending, requests
from implportal.signing.domain.inviting import days_later
from implportal.signing.domain.requests import SignerSpec, Terms
from implportal.signing.models import RequestState, SharedLink, SignatureRequest, Signer


@pytest.fixture
def draft(frozen, ines, carl, dora, now):
    return requests.prepare_request(
        version=frozen(),
        signers=[SignerSpec(carl, order=1), SignerSpec(dora, "APPROVER", 2)],
        terms=Terms(message="As agreed on the phone."),
        actor=ines,
        at=now,
    )


@pytest.fixture
def by_days(now):
    """The day so many days from now, where the customer is."""
    return lambda days: (now + timedelta(days=days)).astimezone(ZoneInfo("Europe/Berlin")).date()


def test_nobody_hears_of_a_draft(draft):
    assert draft.state == RequestState.DRAFT
    assert not SharedLink.objects.exists()
    assert not Message.objects.filter(to__endswith="client.example").exists()
    assert [entry.sentence for entry in Entry.objects.filter(chain__name=draft.chain)] == [
        "prepared the signing of version 1 of TD-2026-0001"
    ]


def test_a_draft_may_name_other_people_and_terms(draft, ines, dora, now, by_days):
    requests.change_draft(
        request=draft,
        signers=[SignerSpec(dora)],
        terms=Terms(deadline=by_days(5), may_delegate=False),
        actor=ines,
        at=now,
    )

    draft.refresh_from_db()
    assert list(draft.signers.values_list("name", "role")) == [("Dora Client", "SIGNER")]
    assert draft.expires_at.astimezone(ZoneInfo("Europe/Berlin")).date() == by_days(5)
    assert (draft.message, draft.may_delegate) == ("", False)


def test_sending_a_draft_asks_the_first_with_the_word_of_the_sender(draft, ines, now):
    later = now + timedelta(days=3)

    requests.send_request(request=draft, actor=ines, at=later)

    draft.refresh_from_db()
    link = SharedLink.objects.get()
    assert (draft.state, draft.sent_at) == (RequestState.SENT, later)
    assert draft.expires_at == days_later(14, draft.project, at=later)
    assert link.email == "carl@client.example"
    assert "As agreed on the phone." in link.message.text
    with pytest.raises(requests.NoDraft):
        requests.send_request(request=draft, actor=ines, at=later)
    assert SharedLink.objects.count() == 1


def test_a_draft_is_thrown_away_and_that_it_was_there_stays_on_record(draft, ines, heard, now):
    chain, version = draft.chain, draft.version_id

    requests.discard_draft(request=draft, actor=ines, at=now)

    assert not SignatureRequest.objects.exists()
    assert not Signer.objects.exists()
    assert Entry.objects.filter(chain__name=chain).latest("sequence").sentence == (
        "threw away the draft for signing version 1 of TD-2026-0001"
    )
    assert heard.ended == [(version, RequestState.CANCELLED)]
    with pytest.raises(requests.NoDraft):
        requests.discard_draft(request=draft, actor=ines, at=now)


def test_a_version_has_one_draft_and_none_while_it_is_signed(draft, ines, carl, now):
    again = {
        "version": draft.version, "signers": [SignerSpec(carl)], "terms": Terms(), "actor": ines,
        "at": now,
    }  # fmt: skip
    with pytest.raises(requests.AlreadyAsked):
        requests.prepare_request(**again)

    requests.send_request(request=draft, actor=ines, at=now)

    with pytest.raises(requests.AlreadyAsked):
        requests.prepare_request(**again)
    with pytest.raises(requests.NoDraft):
        requests.change_draft(
            request=draft, signers=[SignerSpec(carl)], terms=Terms(), actor=ines, at=now
        )


def test_asking_at_once_makes_use_of_the_draft(draft, asked, carl):
    sent = asked(draft.version, [SignerSpec(carl)])

    assert sent.pk == draft.pk
    assert list(sent.signers.values_list("name", flat=True)) == ["Carl Client"]


def test_sending_for_a_newer_version_throws_older_drafts_away(draft, frozen, asked):
    newer = asked(frozen())

    assert SignatureRequest.objects.get() == newer


@pytest.mark.parametrize("who", ["sam", "bea", "conny"])
@pytest.mark.parametrize("act", ["send_request", "discard_draft"])
def test_drafts_are_for_who_runs_the_project(who, act, draft, now, request):
    with pytest.raises(NotAllowed):
        getattr(requests, act)(request=draft, actor=request.getfixturevalue(who), at=now)

    draft.refresh_from_db()
    assert draft.state == RequestState.DRAFT


def test_an_approver_alone_signs_nothing(frozen, asked, carl):
    with pytest.raises(requests.NobodyToSign):
        asked(frozen(), [SignerSpec(carl, "APPROVER")])


def test_approvers_are_asked_to_approve(draft, ines, carl, dora, now):
    requests.change_draft(
        request=draft,
        signers=[SignerSpec(dora, "APPROVER", 1), SignerSpec(carl, order=2)],
        terms=Terms(), actor=ines, at=now,
    )  # fmt: skip

    requests.send_request(request=draft, actor=ines, at=now)

    link = SharedLink.objects.select_related("message").get()
    assert link.message.subject == "Please approve: Roll-out"
    assert "Please read and approve" in link.message.text


def test_a_deadline_that_has_passed_is_refused(draft, frozen, ines, carl, now, by_days):
    with pytest.raises(requests.DeadlineTooEarly):
        requests.change_draft(
            request=draft, signers=[SignerSpec(carl)], terms=Terms(deadline=by_days(-1)),
            actor=ines, at=now,
        )  # fmt: skip
    requests.change_draft(
        request=draft, signers=[SignerSpec(carl)], terms=Terms(deadline=by_days(2)),
        actor=ines, at=now,
    )  # fmt: skip
    with pytest.raises(requests.DeadlineTooEarly):
        requests.send_request(request=draft, actor=ines, at=now + timedelta(days=4))


# --- More time -------------------------------------------------------------------------


def test_more_time_keeps_links_good_and_tells_who_is_on_turn(frozen, asked, ines, now, by_days):
    request = asked(frozen(), valid_days=6)
    before = SharedLink.objects.get()

    extending.extend_request(request=request, deadline=by_days(20), actor=ines, at=now)

    request.refresh_from_db()
    link = SharedLink.objects.get()
    assert request.expires_at.astimezone(ZoneInfo("Europe/Berlin")).date() == by_days(20)
    assert link.expires_at == request.expires_at + timedelta(days=30) > before.expires_at
    assert link.mail["context"]["deadline"] != before.mail["context"]["deadline"]
    told = Message.objects.filter(dedupe_key__startswith="deadline:")
    assert [message.to for message in told] == ["carl@client.example"]
    assert ending.end_overdue(now=now + timedelta(days=8)) == 0
    assert ending.end_overdue(now=now + timedelta(days=21)) == 1
    assert "signing.request_extended" in Entry.objects.filter(
        chain__name=request.chain
    ).values_list("action", flat=True)


def test_less_time_is_no_more_time(frozen, asked, ines, now, by_days):
    request = asked(frozen(), valid_days=7)

    with pytest.raises(requests.DeadlineTooEarly):
        extending.extend_request(request=request, deadline=by_days(6), actor=ines, at=now)


def test_an_end_is_not_undone_by_more_time(frozen, asked, ines, now, by_days):
    request = asked(frozen(), valid_days=7)

    with pytest.raises(IllegalMove):
        extending.extend_request(
            request=request, deadline=by_days(20), actor=ines, at=now + timedelta(days=8)
        )


def test_more_time_is_refused_to_others_and_in_a_project_that_rests(
    frozen, asked, project, ines, conny, now, by_days
):
    request = asked(frozen())
    with pytest.raises(NotAllowed):
        extending.extend_request(request=request, deadline=by_days(20), actor=conny, at=now)
    project.state = "SUSPENDED"
    project.save(update_fields=["state"])
    with pytest.raises(ProjectNotRunning):
        extending.extend_request(request=request, deadline=by_days(20), actor=ines, at=now)


# --- Ends ------------------------------------------------------------------------------


def test_when_time_is_up_the_sender_and_all_who_were_asked_are_told(
    frozen, asked, ines, carl, dora, heard, project, now
):
    third = ContactFactory(customer=project.customer, email="third@client.example")
    people = [SignerSpec(carl), SignerSpec(dora, order=2), SignerSpec(third, "VIEWER")]
    request = asked(frozen(), people, valid_days=7)

    ending.end_overdue(now=now + timedelta(days=8))

    told = Message.objects.filter(dedupe_key__startswith="request-")
    assert sorted(message.to for message in told) == sorted(
        [ines.email, "carl@client.example", "third@client.example"]
    )
    assert "Missing: Carl Client, Dora Client" in told.get(to=ines.email).text
    assert heard.ended == [(request.version_id, RequestState.EXPIRED)]


def test_the_kind_hears_of_every_end_once(frozen, asked, ines, heard, now):
    first = asked(frozen())
    second = asked(frozen())
    ending.cancel_request(request=second, actor=ines, at=now, reason="Stop")
    with pytest.raises(IllegalMove):
        ending.cancel_request(request=second, actor=ines, at=now, reason="Stop")

    assert heard.ended == [
        (first.version_id, RequestState.SUPERSEDED),
        (second.version_id, RequestState.CANCELLED),
    ]
