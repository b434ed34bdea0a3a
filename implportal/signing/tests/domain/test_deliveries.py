"""What became of the mail of a link, and who hears of it."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from implportal.audit.models import Entry
from implportal.notifications.domain.outbox import settle_message
from implportal.notifications.models import Message
from implportal.signing.domain.codes import send_code
from implportal.signing.domain.links import AddressTaken, send_again
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.domain.signing import sign
from implportal.signing.models import SharedLink
from implportal.signing.tests.domain.test_signing import BROWSER, offer_of

REASON = "550 5.1.1 User unknown"


@pytest.fixture
def signer(frozen, asked, carl):
    return asked(frozen(), [SignerSpec(carl)]).signers.select_related("link__message").get()


def delivered(link, at):
    settle_message(link.message, Message.Status.SENT, now=at)


def bounced(link, at):
    settle_message(link.message, Message.Status.BOUNCED, error=REASON, now=at)


def on_chain(request) -> list[str]:
    entries = Entry.objects.filter(chain__name=request.chain).order_by("sequence")
    return [entry.action.removeprefix("signing.") for entry in entries]


def test_that_the_mail_was_handed_over_stands_at_the_link_and_on_the_chain_of_the_request(
    signer, now
):
    delivered(signer.link, now)

    signer.link.refresh_from_db()
    assert signer.link.delivered_at == now
    assert on_chain(signer.request)[-1] == "link_delivered"


def test_that_the_mail_came_back_stands_there_too_with_the_reason(signer, now, ines):
    delivered(signer.link, now)
    bounced(signer.link, now + timedelta(minutes=5))

    signer.link.refresh_from_db()
    assert signer.link.undelivered_at == now + timedelta(minutes=5)
    assert signer.link.undelivered_reason == REASON
    assert on_chain(signer.request)[-2:] == ["link_delivered", "link_undelivered"]
    told = Message.objects.get(dedupe_key__startswith="link-undelivered:")
    assert (told.user, told.url) == (ines, signer.request.get_absolute_url())
    assert REASON in told.text


def test_a_mail_that_was_given_up_counts_as_not_delivered(frozen, shared, now, ines):
    link = shared(frozen())

    settle_message(link.message, Message.Status.FAILED, error="TimeoutError: x", now=now)

    link.refresh_from_db()
    assert link.undelivered_reason == "TimeoutError: x"
    assert Message.objects.get(dedupe_key__startswith="link-undelivered:").user == ines


def test_a_link_to_read_is_noted_in_its_project_when_it_came_back_alone(frozen, shared, now):
    link = shared(frozen())

    delivered(link, now)
    before = Entry.objects.count()
    bounced(link, now)

    assert [e.action for e in Entry.objects.order_by("pk")[before:]] == ["signing.link_undelivered"]
    assert Entry.objects.latest("pk").chain.name == f"project:{link.project_id}"


def test_a_code_that_came_back_is_told_to_the_sender_for_nobody_else_can_help(signer, now, ines):
    code = send_code(link=signer.link, session="s", at=now)
    mail = Message.objects.get(dedupe_key=f"code:{code.pk}")

    settle_message(mail, Message.Status.BOUNCED, error=REASON, now=now)

    told = Message.objects.get(dedupe_key__startswith="code-undelivered:")
    assert (told.user, told.url) == (ines, signer.request.get_absolute_url())
    assert told.subject == "Carl Client cannot sign: the code did not arrive"
    assert REASON in told.text
    assert on_chain(signer.request)[-1] == "code_undelivered"
    said = Entry.objects.get(action="signing.code_undelivered").sentence
    assert said == f"could not deliver the one-time code to c•••••@client.example: {REASON}"


def test_a_code_that_arrived_is_no_news(signer, now):
    code = send_code(link=signer.link, session="s", at=now)
    before = Entry.objects.count()

    settle_message(Message.objects.get(dedupe_key=f"code:{code.pk}"), "SENT", now=now)

    assert Entry.objects.count() == before
    assert not Message.objects.filter(dedupe_key__startswith="code-undelivered:").exists()


def test_the_evidence_says_when_the_mail_was_handed_over_even_when_the_mail_is_gone(signer, now):
    delivered(signer.link, now)
    link = SharedLink.objects.get(pk=signer.link.pk)
    SharedLink.objects.update(message=None)
    Message.objects.all().delete()

    signed = sign(
        link=SharedLink.objects.get(pk=link.pk), typed_name="Carl",
        offer=offer_of(signer.request.version), circumstances=BROWSER, at=now,
    )  # fmt: skip

    told = signed.evidence["link"]
    assert told["delivery"] == "SENT"
    assert datetime.fromisoformat(told["delivered_at"]) - now < timedelta(milliseconds=1)


def test_other_mails_are_not_our_matter(frozen, shared, now):
    shared(frozen())
    code = Message.objects.create(
        dedupe_key="code:1", to="a@b.example", subject="s", text="t", created_at=now, due_at=now
    )
    before = Entry.objects.count()

    settle_message(code, Message.Status.BOUNCED, error=REASON, now=now)

    assert Entry.objects.count() == before


def test_sending_again_goes_to_the_address_that_was_corrected(signer, carl, ines, now):
    bounced(signer.link, now)
    type(carl).objects.filter(pk=carl.pk).update(email="carl.new@client.example")

    link = send_again(link=signer.link, actor=ines, at=now)

    signer.refresh_from_db()
    assert link.email == signer.email == link.message.to == "carl.new@client.example"
    assert (link.undelivered_at, link.undelivered_reason) == (None, "")
    entry = Entry.objects.get(action="signing.link_readdressed")
    assert entry.details["old"] == "carl@client.example"
    assert entry.details["new"] == "carl.new@client.example"


def test_a_reminder_by_the_portal_itself_does_not_follow_another_address(signer, carl, now):
    type(carl).objects.filter(pk=carl.pk).update(email="carl.new@client.example")

    link = send_again(link=signer.link, actor=None, at=now)

    assert link.email == "carl@client.example"


def test_two_signers_never_share_an_address(frozen, asked, carl, dora, ines, now):
    request = asked(frozen(), [SignerSpec(carl), SignerSpec(dora)])
    link = request.signers.select_related("link").get(name="Carl Client").link
    type(carl).objects.filter(pk=carl.pk).update(email="DORA@client.example")

    with pytest.raises(AddressTaken):
        send_again(link=link, actor=ines, at=now)

    link.refresh_from_db()
    assert link.revoked_at is None
    assert SharedLink.objects.count() == 2


def test_list_and_request_say_what_to_do_about_it(signer, now, ines, sign_in):
    bounced(signer.link, now)
    browser = sign_in(ines)
    project_pk = signer.request.project_id

    listed = browser.get(reverse("signing:link_list", kwargs={"project_pk": project_pk}))
    shown = browser.get(signer.request.get_absolute_url())

    sentence = f"The mail could not be delivered: {REASON} – check the address and send again."
    assert sentence in listed.content.decode()
    assert sentence in shown.content.decode()
