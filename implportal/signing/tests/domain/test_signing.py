from dataclasses import replace
from datetime import timedelta

import pytest

from implportal.audit.domain import broken_at
from implportal.audit.models import Chain, Entry
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import NotAllowed
from implportal.notifications.models import Message
from implportal.projects.tests.factories import ContactFactory
from implportal.signing.domain import completion, consents, ending, requests, signing
from implportal.signing.domain.codes import send_code
from implportal.signing.domain.consents import current_consent
from implportal.signing.domain.evidence import check_evidence, events_of
from implportal.signing.domain.links import LinkIsGone, revoke
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.domain.turns import NotYourTurn, Overtaken
from implportal.signing.models import RequestState, SharedLink, SignatureRequest, SignerState

BROWSER = signing.Circumstances(
    session="session-1",
    address="192.0.2.7",
    user_agent="Firefox",
    language="en-GB",
    time_zone="Europe/Paris",
)


def offer_of(version):
    return signing.Offer(
        content_sha256=version.content_sha256,
        pdf_sha256=version.pdf_sha256,
        consent_version="confirm-1" if version.document_kind.to_confirm else "1",
        consent_language="en",
        consent_given=True,
    )


def link_of(request, name):
    return request.signers.select_related("link").get(name=name).link


@pytest.fixture
def sign(now):
    def _sign(request, name="Carl Client", **changes):
        return signing.sign(
            **{
                "link": link_of(request, name),
                "typed_name": name,
                "offer": offer_of(request.version),
                "circumstances": BROWSER,
                "at": now,
                **changes,
            }
        )

    return _sign


def test_signing_keeps_what_proves_it_and_asks_the_next(frozen, asked, sign, now):
    request = asked(frozen())

    signer = sign(request)

    signer.refresh_from_db()
    request.refresh_from_db()
    evidence = signer.evidence
    assert signer.state == SignerState.SIGNED
    assert signer.decided_at == now
    assert signer.statement_sha256 == evidence["statement_sha256"]
    assert evidence["statement"]["content_sha256"] == request.version.content_sha256
    assert evidence["statement"]["pdf_sha256"] == request.version.pdf_sha256
    assert evidence["statement"]["typed_name"] == "Carl Client"
    assert evidence["statement"]["signer"]["email"] == "carl@client.example"
    assert evidence["statement"]["intent"] == "I sign this document."
    assert (evidence["address"], evidence["user_agent"]) == ("192.0.2.7", "Firefox")
    assert evidence["time_zone"] == "Europe/Paris"
    assert evidence["consent"]["version"] == "1"
    assert evidence["code"] is None
    assert evidence["application"].startswith("implportal ")
    assert request.state == RequestState.IN_PROGRESS
    assert request.signers.get(name="Dora Client").state == SignerState.INVITED


@pytest.mark.parametrize(
    ("kind", "role", "act", "refusal"),
    [
        ("test.plain", "SIGNER", "signed version 1 of", "declined to sign"),
        ("test.plain", "APPROVER", "approved version 1 of", "declined to approve"),
        ("test.minutes", "SIGNER", "confirmed version 1 of", "objected to"),
    ],
)
def test_the_record_calls_each_act_by_its_name(
    kind, role, act, refusal, frozen, asked, carl, dora, sign, now
):
    last = SignerSpec(ContactFactory(customer=carl.customer), order=2)
    people = [SignerSpec(carl, role=role), SignerSpec(dora, role=role), last]
    request = asked(frozen(kind=kind), people)

    sign(request)
    signing.decline(link=link_of(request, "Dora Client"), session="here", reason="Too dear", at=now)

    said = [event["text"] for event in events_of(Chain.objects.get(name=request.chain))]
    assert f"Carl Client {act} TD-2026-0001 (by link)" in said
    assert f"Dora Client {refusal} TD-2026-0001: Too dear" in said


def test_the_last_signature_seals_and_tells_everybody(
    frozen, asked, sign, heard, ines, django_capture_on_commit_callbacks
):
    version = frozen()
    request = asked(version)

    with django_capture_on_commit_callbacks(execute=True):
        sign(request)
        sign(request, "Dora Client")

    request.refresh_from_db()
    version.refresh_from_db()
    assert request.state == RequestState.COMPLETED
    assert version.is_sealed
    assert [pk for pk, _at in heard.signed] == [version.pk]
    copies = Message.objects.filter(dedupe_key__startswith="completed:").order_by("to")
    assert [message.to for message in copies] == [
        "carl@client.example",
        "dora@client.example",
        ines.email,
    ]
    assert copies[0].attachments == [["TD-2026-0001-v1-signed.pdf", version.sealed_pdf.name]]


def test_a_second_click_gets_the_first_result(frozen, asked, sign, now):
    request = asked(frozen())
    first = sign(request)

    second = sign(request, typed_name="Somebody else", at=now + timedelta(seconds=1))

    assert second.pk == first.pk
    assert second.evidence == first.evidence
    assert Entry.objects.filter(action="signing.signed").count() == 1


@pytest.mark.parametrize("name", ["content_sha256", "pdf_sha256"])
def test_another_digest_is_refused_and_nothing_is_kept(name, frozen, asked, sign):
    request = asked(frozen())

    with pytest.raises(signing.DocumentHasChanged):
        sign(request, offer=replace(offer_of(request.version), **{name: "0" * 64}))

    assert request.signers.get(name="Carl Client").evidence is None


def test_a_stored_pdf_that_was_changed_is_not_signed(frozen, asked, sign):
    version = frozen()
    request = asked(version)
    with version.pdf.storage.open(version.pdf.name, "wb") as file:
        file.write(b"%PDF-1.7 another")

    with pytest.raises(signing.DocumentHasChanged):
        sign(request)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"typed_name": " \x00 "}, signing.NameMissing),
        ({"given": False}, signing.ConsentMissing),
        ({"version": "99"}, signing.ConsentMissing),
    ],
)
def test_name_and_consent_are_needed(changes, refusal, frozen, asked, sign):
    request = asked(frozen())
    offer = replace(
        offer_of(request.version),
        consent_given=changes.pop("given", True),
        consent_version=changes.pop("version", "1"),
    )

    with pytest.raises(refusal):
        sign(request, offer=offer, **changes)

    assert request.signers.get(name="Carl Client").state == SignerState.INVITED


@pytest.mark.parametrize(
    ("kind", "role", "shown", "refused"),
    [
        ("test.plain", "SIGNER", {"1"}, {"approve-1", "confirm-1"}),
        # Approvers agreed to the first text before they had one of their own.
        ("test.plain", "APPROVER", {"1", "approve-1"}, {"confirm-1"}),
        ("test.minutes", "SIGNER", {"confirm-1"}, {"1", "approve-1"}),
    ],
)
def test_nobody_signs_under_a_text_that_was_meant_for_another_part(
    kind, role, shown, refused, frozen, asked, carl, dora, sign
):
    version = frozen(kind=kind)
    request = asked(version, [SignerSpec(carl, role=role), SignerSpec(dora, order=2)])
    offer = offer_of(version)

    for text in refused:
        with pytest.raises(signing.ConsentMissing):
            sign(request, offer=replace(offer, consent_version=text))
    newest = current_consent("en", role=role, to_confirm=kind == "test.minutes").version

    assert newest in shown
    assert {
        text
        for text in shown | refused
        if consents.consent_text(text, "en", role=role, to_confirm=kind == "test.minutes")
    } == shown
    signer = sign(request, offer=replace(offer, consent_version=newest))
    assert signer.evidence["consent"]["version"] == newest


def test_an_approver_is_not_asked_to_be_entitled_to_sign():
    assert "entitled to sign" in current_consent("en").text
    assert "sign" not in current_consent("de", role="APPROVER").text
    assert "sign" not in current_consent("en", to_confirm=True).text


def test_a_document_that_asks_for_a_code_is_not_signed_without(frozen, asked, sign):
    request = asked(frozen(kind="test.coded"))

    with pytest.raises(signing.CodeMissing):
        sign(request)


def test_a_link_that_was_copied_by_hand_asks_for_a_code(frozen, asked, sign):
    request = asked(frozen())
    SharedLink.objects.update(copied_by_hand=True)

    with pytest.raises(signing.CodeMissing):
        sign(request)


def test_a_link_for_reading_signs_nothing(frozen, shared, now):
    version = frozen()

    with pytest.raises(NotYourTurn):
        signing.sign(
            link=shared(version, kind="READ"),
            typed_name="Carl",
            offer=offer_of(version),
            circumstances=BROWSER,
            at=now,
        )


def test_after_the_deadline_and_after_revocation_nothing_is_signed(frozen, asked, sign, ines, now):
    request = asked(frozen(), valid_days=7)

    with pytest.raises(Overtaken):
        sign(request, at=now + timedelta(days=8))
    revoke(link=link_of(request, "Carl Client"), actor=ines, at=now)
    with pytest.raises(LinkIsGone):
        sign(request)


def test_a_superseded_version_is_not_signed(frozen, asked, sign):
    request = asked(frozen())
    frozen()

    with pytest.raises(Overtaken):
        sign(request)


def test_after_cancelling_nothing_is_signed(frozen, asked, sign, ines, now):
    request = asked(frozen(), [SignerSpec(contact) for contact in _people(frozen)])
    ending.cancel_request(request=request, actor=ines, at=now, reason="Stop")

    with pytest.raises((Overtaken, LinkIsGone)):
        sign(request)


def _people(_frozen):
    from implportal.projects.models import Contact

    return Contact.objects.order_by("pk")


def test_declining_ends_the_request_for_everybody(frozen, asked, sign, heard, ines, now):
    version = frozen()
    request = asked(version)
    sign(request)

    signing.decline(link=link_of(request, "Dora Client"), session="here", reason="Too dear", at=now)

    request.refresh_from_db()
    assert (request.state, request.state_reason) == (RequestState.DECLINED, "Too dear")
    assert heard.ended == [(version.pk, RequestState.DECLINED)]
    assert Message.objects.get(dedupe_key__startswith="declined:").user == ines
    told = Message.objects.filter(dedupe_key__startswith="request-ended:")
    assert [message.to for message in told] == ["carl@client.example"]
    with pytest.raises((Overtaken, LinkIsGone)):
        sign(request, "Dora Client")


def test_declining_needs_a_reason(frozen, asked, now):
    request = asked(frozen())

    with pytest.raises(signing.ReasonMissing):
        signing.decline(link=link_of(request, "Carl Client"), session="here", reason="  ", at=now)

    request.refresh_from_db()
    assert request.state == RequestState.SENT


@pytest.fixture
def all_signed(frozen, asked, sign, carl):
    """A request whose one signature is given and which waits to be sealed."""
    request = asked(frozen(), [SignerSpec(carl)])
    sign(request)
    request.refresh_from_db()
    assert request.state == RequestState.SEALING
    return request


def test_a_failed_seal_is_visible_and_tried_again(
    all_signed, heard, ines, sam, now, monkeypatch, django_capture_on_commit_callbacks
):
    def fails(*_args, **_kwargs):
        raise OSError("no key")

    with monkeypatch.context() as broken:
        broken.setattr("implportal.signing.domain.completion.seal_version", fails)
        assert not completion.seal_request(request_id=all_signed.pk, now=now)
    all_signed.refresh_from_db()
    assert all_signed.state == RequestState.SEAL_FAILED
    assert "OSError" in all_signed.state_reason
    assert heard.signed == []
    assert Message.objects.get(dedupe_key=f"seal-failed:{all_signed.pk}").user == ines

    with pytest.raises(NotAllowed):
        requests.retry_seal(request=all_signed, actor=sam, at=now)
    with django_capture_on_commit_callbacks(execute=True):
        requests.retry_seal(request=all_signed, actor=ines, at=now)

    all_signed.refresh_from_db()
    assert all_signed.state == RequestState.COMPLETED
    assert len(heard.signed) == 1


def test_the_sweep_seals_what_was_lost_and_what_failed(
    all_signed, now, django_capture_on_commit_callbacks
):
    SignatureRequest.objects.update(
        state=RequestState.SEAL_FAILED, seal_attempts=3, seal_claimed_at=now
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert completion.hand_out_sealings(now=now + timedelta(minutes=8)) == 0
        assert completion.hand_out_sealings(now=now + timedelta(minutes=9)) == 1

    all_signed.refresh_from_db()
    assert all_signed.state == RequestState.COMPLETED


def test_a_hook_that_fails_leaves_the_request_unfinished_and_the_file_sealed_once(
    all_signed, now, monkeypatch
):
    def fails(*_args, **_kwargs):
        raise RuntimeError("hook")

    with monkeypatch.context() as broken:
        broken.setattr("implportal.signing.domain.completion._send_copies", fails)
        assert not completion.seal_request(request_id=all_signed.pk, now=now)
    sealed = DocumentVersion.objects.get(pk=all_signed.version_id).sealed_sha256
    SignatureRequest.objects.update(state=RequestState.SEALING, seal_claimed_at=None)
    assert completion.seal_request(request_id=all_signed.pk, now=now)

    all_signed.refresh_from_db()
    assert all_signed.state == RequestState.COMPLETED
    assert DocumentVersion.objects.get(pk=all_signed.version_id).sealed_sha256 == sealed


def test_sealing_twice_is_silent(all_signed, heard, now):
    assert completion.seal_request(request_id=all_signed.pk, now=now)
    assert not completion.seal_request(request_id=all_signed.pk, now=now)
    completion.complete(request=all_signed, at=now)

    assert len(heard.signed) == 1


def test_the_evidence_is_found_true_and_any_change_is_found(all_signed, now):
    evidence = completion.build_evidence(all_signed)
    completion.seal_request(request_id=all_signed.pk, now=now)
    version = all_signed.version

    assert [finding.ok for finding in check_evidence(version, evidence)] == [True, True]
    forged = {**evidence, "signers": [{**evidence["signers"][0], "address": "203.0.113.9"}]}
    assert [finding.ok for finding in check_evidence(version, forged)] == [False, True]
    short = {**evidence, "events": evidence["events"][:-1]}
    assert [finding.ok for finding in check_evidence(version, short)] == [True, False]


@pytest.mark.parametrize("harm", ["edit", "delete", "reorder"])
def test_a_chain_that_was_tampered_with_is_found(harm, all_signed, now, as_owner_of_the_database):
    evidence = completion.build_evidence(all_signed)
    completion.seal_request(request_id=all_signed.pk, now=now)
    entries = Entry.objects.filter(chain__name=all_signed.chain)
    with as_owner_of_the_database():
        if harm == "edit":
            entries.filter(sequence=1).update(actor_name="Somebody")
        elif harm == "delete":
            entries.filter(sequence=2).delete()
        else:
            entries.filter(sequence=2).update(sequence=99)
            entries.filter(sequence=1).update(sequence=2)
            entries.filter(sequence=99).update(sequence=1)

    assert broken_at(Chain.objects.get(name=all_signed.chain)) is not None
    findings = check_evidence(all_signed.version, evidence)
    assert [finding.ok for finding in findings] == [True, False]


def test_nobody_acts_before_being_asked(frozen, asked, dora, shared, now):
    request = asked(frozen())
    signer = request.signers.get(name="Dora Client")
    signer.link = shared(request.version, kind="SIGN", contact=dora)
    signer.save(update_fields=["link"])

    with pytest.raises(NotYourTurn):
        send_code(link=signer.link, session="s", at=now)
