"""Whoever edits contacts could lead a signer's next link elsewhere, so the sender is told."""

from datetime import timedelta

import pytest
from django.urls import reverse

from implportal.audit.models import Entry
from implportal.notifications.models import Message
from implportal.projects.domain.customers import save_master_data
from implportal.projects.domain.duplicates import merge_contacts
from implportal.projects.tests.factories import ContactFactory
from implportal.signing.domain.ending import cancel_request
from implportal.signing.domain.reminding import remind_signers
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.models import SharedLink

ELSEWHERE = "mallory@client.example"


@pytest.fixture
def request_(frozen, asked, carl, dora):
    return asked(frozen(), [SignerSpec(carl, order=1), SignerSpec(dora, order=2)], valid_days=60)


@pytest.fixture
def change(bea, now):
    """Return a function by which somebody who keeps customers changes a contact."""

    def _change(contact, **fields):
        for name, value in fields.items():
            setattr(contact, name, value)
        return save_master_data(data=contact, actor=bea, at=now)

    return _change


def warnings():
    return Message.objects.filter(dedupe_key__startswith="address-changed:")


def test_the_sender_hears_of_another_address_by_mail_and_on_record(
    request_, carl, change, ines, bea
):
    change(carl, email=ELSEWHERE)

    mail = warnings().get()
    assert (mail.user, mail.url) == (ines, request_.get_absolute_url())
    assert f"{bea.name} has changed the e-mail address of the contact Carl Client" in mail.text
    assert f"from carl@client.example to {ELSEWHERE}" in mail.text
    entry = Entry.objects.get(action="signing.address_changed")
    assert (entry.chain.name, entry.actor) == (request_.chain, bea)
    assert entry.details["new"] == ELSEWHERE


def test_links_already_sent_and_reminders_by_the_portal_are_not_affected(
    request_, carl, change, now
):
    link = request_.signers.get(name="Carl Client").link
    change(carl, email=ELSEWHERE)

    remind_signers(now=now + timedelta(days=5))

    assert link.is_open(now)
    assert not SharedLink.objects.filter(email=ELSEWHERE).exists()
    assert request_.signers.get(name="Carl Client").email == "carl@client.example"


def test_of_somebody_whose_turn_comes_later_the_sender_hears_too(request_, dora, change):
    change(dora, email=ELSEWHERE)

    assert "Dora Client" in warnings().get().subject


def test_merging_leads_elsewhere_as_well(request_, carl, bea, now):
    other = ContactFactory(customer=carl.customer, email=ELSEWHERE)

    merge_contacts(kept=other, merged=carl, actor=bea, at=now)

    assert ELSEWHERE in warnings().get().text


def test_nobody_is_bothered_by_other_changes(request_, carl, change):
    change(carl, title="Director", phone="+49 30 1")
    change(carl, email="Carl@Client.example")
    change(ContactFactory(customer=carl.customer), email=ELSEWHERE)

    assert not warnings().exists()


def test_what_is_over_bothers_nobody(request_, carl, change, ines, now):
    cancel_request(request=request_, actor=ines, at=now, reason="Stop")

    change(carl, email=ELSEWHERE)

    assert not warnings().exists()


def test_pages_show_where_the_next_link_would_go(request_, carl, change, ines, sign_in):
    browser = sign_in(ines)
    signer = request_.signers.get(name="Carl Client")
    places = {"project_pk": request_.project_id}
    remind = places | {"pk": request_.pk, "signer_pk": signer.pk}
    before = browser.get(request_.get_absolute_url()).content.decode()

    change(carl, email=ELSEWHERE)

    page = browser.get(request_.get_absolute_url()).content.decode()
    assert "is no longer" not in before
    assert f"is no longer carl@client.example, but {ELSEWHERE}" in page
    for address in (
        reverse("signing:link_send_again", kwargs=places | {"pk": signer.link.pk}),
        reverse("signing:link_copy", kwargs=places | {"pk": signer.link.pk}),
        reverse("signing:signer_remind", kwargs=remind),
    ):
        assert ELSEWHERE in browser.get(address).content.decode()


def test_the_pages_for_administrators_tell_as_well(request_, carl, adam, sign_in):
    customer = carl.customer
    browser = sign_in(adam)
    address = reverse("admin:projects_customer_change", args=[customer.pk])
    rows = list(customer.contacts.order_by("pk"))
    data = {"contacts-TOTAL_FORMS": len(rows), "contacts-INITIAL_FORMS": len(rows)}
    for number, row in enumerate(rows):
        email = ELSEWHERE if row == carl else row.email
        fields = {"id": row.pk, "customer": customer.pk, "name": row.name, "email": email}
        data |= {f"contacts-{number}-{name}": value for name, value in fields.items()}
    own = browser.get(address).context["adminform"].form.initial

    answer = browser.post(
        address, {name: value for name, value in (own | data).items() if value is not None}
    )

    assert answer.status_code == 302
    carl.refresh_from_db()
    assert carl.email == ELSEWHERE
    assert warnings().count() == 1
