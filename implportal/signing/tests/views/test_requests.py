import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from implportal.signing.domain import requests
from implportal.signing.domain.requests import SignerSpec, Terms
from implportal.signing.models import RequestState, SharedLink, SignatureRequest, SignerState
from implportal.signing.tests.conftest import at


def url(route, request, **kwargs):
    return reverse(
        f"signing:{route}", kwargs={"project_pk": request.project_id, "pk": request.pk, **kwargs}
    )


@pytest.fixture
def draft(frozen, ines, carl, dora, now):
    return requests.prepare_request(
        version=frozen(), signers=[SignerSpec(carl), SignerSpec(dora, "COPY")], terms=Terms(),
        actor=ines, at=now,
    )  # fmt: skip


@pytest.fixture
def sent(frozen, asked):
    return asked(frozen())


EVE = {"name": "Eve", "email": "eve@client.example", "reason": "On holiday"}


def test_the_page_of_a_draft_shows_whom_it_will_ask_and_leads_to_sending(draft, ines, sign_in):
    browser = sign_in(ines)

    page = browser.get(draft.get_absolute_url()).content.decode()

    assert "This is a draft: nobody has been asked." in page
    assert url("request_send", draft) in page
    assert url("request_change", draft) in page
    assert url("request_discard", draft) in page
    browser.post(url("request_send", draft))
    draft.refresh_from_db()
    assert draft.state == RequestState.SENT


def test_the_form_of_a_draft_is_filled_with_its_people(draft, carl, dora, ines, sign_in):
    browser = sign_in(ines)
    form = browser.get(url("request_change", draft)).context["form"]
    day = timezone.localdate() + timedelta(days=30)

    browser.post(
        url("request_change", draft),
        {
            f"role_{carl.pk}": "VIEWER", f"role_{dora.pk}": "SIGNER", f"order_{dora.pk}": "2",
            "deadline": day.isoformat(), "message": "Hello",
        },
    )  # fmt: skip

    assert (form[f"role_{carl.pk}"].initial, form[f"role_{dora.pk}"].initial) == ("SIGNER", "COPY")
    draft.refresh_from_db()
    assert list(draft.signers.order_by("order").values_list("name", "role", "order")) == [
        ("Carl Client", "VIEWER", 1),
        ("Dora Client", "SIGNER", 2),
    ]
    assert (draft.message, draft.may_delegate) == ("Hello", False)


def test_what_was_sent_has_no_form_for_its_people(sent, ines, sign_in):
    assert sign_in(ines).get(url("request_change", sent)).status_code == 404


def test_a_draft_is_thrown_away_from_its_page(draft, ines, sign_in):
    answer = sign_in(ines).post(url("request_discard", draft))

    assert answer["Location"] == reverse(
        "signing:request_list", kwargs={"project_pk": draft.project_id}
    )
    assert not SignatureRequest.objects.exists()


def test_the_page_says_who_has_it_and_for_how_long(sent, ines, sign_in):
    sent.signers.filter(state="INVITED").update(invited_at=timezone.now() - timedelta(days=4))

    page = sign_in(ines).get(sent.get_absolute_url()).content.decode()

    assert "It is the turn of Carl Client." in page
    assert "0 of 2 have decided." in page
    assert "for 4 days" in page
    assert "Not opened yet" in page


@pytest.mark.parametrize(
    ("state", "words", "more"),
    [
        ("EXPIRED", "The time for signing was up before all had signed", {}),
        ("DECLINED", "Declined: Too dear", {"state_reason": "Too dear"}),
        ("SEALING", "The document is being sealed", {}),
        ("SEAL_FAILED", "It is tried again by itself", {}),
        ("SUPERSEDED", "Replaced by a newer version", {}),
        ("CANCELLED", "Cancelled: Wrong price", {"state_reason": "Wrong price"}),
        ("COMPLETED", "Signed by all and sealed", {"completed_at": timezone.now()}),
    ],
)
def test_in_each_state_the_page_says_what_to_do(state, words, more, sent, ines, sign_in):
    SignatureRequest.objects.filter(pk=sent.pk).update(state=state, **more)

    page = sign_in(ines).get(sent.get_absolute_url()).content.decode()

    assert words in page
    assert url("request_cancel", sent) not in page
    home = sent.version.subject.get_absolute_url()
    assert re.search(f'href="{home}">.*Where it is written</a>', page)
    asks = re.findall(f'<a href="{home}">(Go there|Send it for signature again)</a>', page)
    assert asks == {
        "EXPIRED": ["Go there"],
        "DECLINED": ["Go there"],
        "CANCELLED": ["Send it for signature again"],
    }.get(state, [])


@pytest.mark.parametrize(
    ("state", "words", "more"),
    [
        ("SENT", "Sent to be confirmed", {}),
        ("EXPIRED", "The time was up before all had confirmed", {}),
        ("DECLINED", "Objected to: Not so", {"state_reason": "Not so"}),
        ("SEALING", "All have confirmed", {}),
        ("SEAL_FAILED", "All confirmations are kept", {}),
        ("COMPLETED", "Confirmed by all and sealed", {"completed_at": timezone.now()}),
    ],
)
def test_of_minutes_no_page_says_that_they_are_signed(
    state, words, more, frozen, asked, ines, sign_in
):
    request = asked(frozen(kind="test.minutes"))
    SignatureRequest.objects.filter(pk=request.pk).update(state=state, **more)
    browser = sign_in(ines)

    page = browser.get(request.get_absolute_url()).content.decode()
    listed = browser.get(
        reverse("signing:request_list", kwargs={"project_pk": request.project_id}),
        {"export": "csv"},
    ).content.decode()

    assert words in page
    assert "Signed by all" not in page + listed
    assert "asked Carl Client, Dora Client to confirm version 1" in page


def test_more_time_is_given_from_the_page(sent, ines, sign_in):
    day = timezone.localdate() + timedelta(days=60)

    sign_in(ines).post(url("request_extend", sent), {"deadline": day.isoformat()})

    before = sent.expires_at
    sent.refresh_from_db()
    assert sent.expires_at > before


def test_a_signer_is_reminded_from_the_page_but_not_at_once(sent, ines, sign_in):
    browser, signer = sign_in(ines), sent.signers.get(name="Carl Client")
    page = url("signer_remind", sent, signer_pk=signer.pk)

    at_once = browser.get(sent.get_absolute_url()).content.decode()
    refused = browser.post(page)
    SharedLink.objects.update(sent_at=timezone.now() - timedelta(days=2))
    later = browser.get(sent.get_absolute_url()).content.decode()
    done = browser.post(page)

    assert page not in at_once
    assert "a reminder by hand can go out from" in at_once
    assert page in later
    assert "a reminder by hand can go out from" not in later

    assert "A call may be quicker" in refused.content.decode()
    assert done["Location"] == sent.get_absolute_url()
    signer.refresh_from_db()
    assert signer.reminded_at is not None


def test_somebody_else_is_put_in_the_place_of_a_signer(sent, ines, sign_in):
    signer = sent.signers.get(name="Carl Client")

    sign_in(ines).post(url("signer_delegate", sent, signer_pk=signer.pk), EVE)

    page = sign_in(ines).get(sent.get_absolute_url()).content.decode()
    assert "In the place of Carl Client: On holiday" in page
    assert sent.signers.get(name="Eve").state == SignerState.INVITED


def test_a_person_of_another_request_is_not_found(sent, draft, ines, sign_in):
    stranger = draft.signers.first()

    answer = sign_in(ines).post(url("signer_delegate", sent, signer_pk=stranger.pk), EVE)

    assert answer.status_code == 404


def test_the_list_is_filtered_sorted_and_exported(draft, ines, sign_in):
    browser = sign_in(ines)
    page = reverse("signing:request_list", kwargs={"project_pk": draft.project_id})

    assert browser.get(page, {"state": "DRAFT", "sort": "title"}).context["total"] == 1
    assert browser.get(page, {"state": "SENT"}).context["total"] == 0
    assert browser.get(page, {"q": "Dora"}).context["total"] == 1
    requests.send_request(request=draft, actor=ines, at=timezone.now())
    csv = browser.get(page, {"export": "csv"}).content.decode()
    assert "Carl Client" in csv.splitlines()[1]


# --- The customer's page ---------------------------------------------------------------


@pytest.fixture
def link(sent):
    return sent.signers.get(name="Carl Client").link


def test_a_signer_hands_over_behind_the_link_which_then_is_closed(link, sent, visit):
    browser = visit(link)
    page = browser.get(at("link_sign", link)).content.decode()
    assert at("link_delegate", link) in page

    done = browser.post(at("link_delegate", link), EVE)

    assert "Eve (eve@client.example) has mail" in done.content.decode()
    assert sent.signers.get(name="Carl Client").state == SignerState.REPLACED
    eve = sent.signers.get(name="Eve")
    assert f"The reason: {EVE['reason']}" in eve.link.message.text
    assert browser.get(at("link_sign", link)).status_code == 410


def test_opening_the_page_for_handing_over_changes_nothing(link, sent, visit):
    visit(link).get(at("link_delegate", link))

    assert sent.signers.count() == 2
    link.refresh_from_db()
    assert (link.opened_at, link.revoked_at) == (None, None)


def test_where_a_code_is_asked_for_the_page_leads_to_it_first(frozen, asked, carl, visit):
    request = asked(frozen(kind="test.coded"), [SignerSpec(carl)])
    link = request.signers.get().link
    browser = visit(link)

    page = browser.get(at("link_delegate", link)).content.decode()
    refused = browser.post(at("link_delegate", link), EVE)

    assert "enter the code from your mail first" in page
    assert 'name="email"' not in page
    assert refused.status_code == 200
    assert request.signers.count() == 1


def test_a_sender_who_asks_in_person_offers_no_handing_over(frozen, asked, carl, visit):
    request = asked(frozen(), [SignerSpec(carl)], terms=Terms(may_delegate=False))
    link = request.signers.get().link
    browser = visit(link)

    assert at("link_delegate", link) not in browser.get(at("link_sign", link)).content.decode()
    assert "asks you in person" in browser.get(at("link_delegate", link)).content.decode()


def test_a_link_for_reading_has_no_such_page(frozen, shared, visit):
    link = shared(frozen())

    assert visit(link).get(at("link_delegate", link)).status_code == 404
