from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from implportal.documents.models import DocumentVersion
from implportal.notifications.models import Message
from implportal.projects.tests.factories import ContactFactory
from implportal.signing.domain.links import revoke, share
from implportal.signing.models import SharedLink
from presales.domain.introductions import freeze_introduction, give_introduction, note_confidence
from presales.models import Recipient
from presales.tests.factories import IntroductionTextFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(ines):
    text = IntroductionTextFactory(introduction__project__implementation_manager=ines)
    introduction, now = text.introduction, timezone.now()
    version = freeze_introduction(introduction=introduction, actor=ines, at=now)
    DocumentVersion.objects.update(state="READY", pdf="x.pdf", pdf_sha256="0" * 64)
    contact = ContactFactory(customer=introduction.project.customer, name="Carl Customer")
    give_introduction(
        introduction=introduction, contacts=[contact], message="", valid_days=9, actor=ines, at=now
    )
    return SharedLink.objects.get(object_id=version.pk)


def enter(link):
    browser = Client()
    address = Message.objects.get(dedupe_key=f"link:{link.public_id}").secrets["link"]
    browser.get(urlsplit(address).path)
    return browser


def page(link):
    return reverse("presales:introduction_feedback", kwargs={"link_id": link.public_id})


def document(link):
    return reverse("signing:link_document", kwargs={"link_id": link.public_id})


def test_at_its_end_the_introduction_asks_what_one_thinks(link):
    assert page(link) in enter(link).get(document(link)).text


def test_looking_at_the_form_is_no_answer(link):
    assert enter(link).get(page(link)).status_code == 200
    assert Recipient.objects.get().confidence is None


def test_an_answer_is_kept_and_may_be_changed(link, ines):
    carl = enter(link)

    first = carl.post(page(link), {"confidence": "3", "note": "Who else?"}, follow=True)
    carl.post(page(link), {"confidence": "5", "note": "Convinced"})

    assert "Thank you" in first.text
    assert "Who else?" in first.text
    recipient = Recipient.objects.get()
    assert (recipient.confidence, recipient.note, recipient.is_own_answer) == (5, "Convinced", True)
    assert Message.objects.filter(user=ines, subject__contains="has answered").count() == 2


@pytest.mark.parametrize("confidence", ["", "0", "6", "x"])
def test_what_is_no_answer_is_refused_and_the_words_stay(link, confidence):
    refused = enter(link).post(page(link), {"confidence": confidence, "note": "My words"})

    assert list(refused.context["form"].errors) == ["confidence"]
    assert "My words" in refused.text
    assert Recipient.objects.get().note == ""


def test_what_we_noted_for_them_is_not_shown_to_them(link, ines):
    note_confidence(
        recipient=Recipient.objects.get(), confidence=1, note="Grumpy", actor=ines,
        at=timezone.now(),
    )  # fmt: skip

    assert "Grumpy" not in enter(link).get(page(link)).text


def test_strangers_find_nothing(link):
    assert Client().get(page(link)).status_code == 404


def test_a_link_that_was_closed_takes_no_answer(link, ines):
    carl = enter(link)
    revoke(link=link, actor=ines, at=timezone.now())

    assert carl.post(page(link), {"confidence": "5"}).status_code == 410
    assert Recipient.objects.get().confidence is None


def test_who_was_not_given_the_introduction_is_not_asked(link, ines):
    other = share(
        kind="READ", project=link.project, subject=link.subject, actor=ines, at=timezone.now(),
        valid_days=9, subject_line="Look", name="Dora", email="dora@customer.example",
    )  # fmt: skip

    assert enter(other).get(page(other)).status_code == 404


def test_a_project_that_rests_says_so_and_keeps_the_words(link):
    link.project.state = "SUSPENDED"
    link.project.save()

    refused = enter(link).post(page(link), {"confidence": "4", "note": "My words"})

    assert refused.status_code == 200
    assert "My words" in refused.text
    assert Recipient.objects.get().confidence is None
