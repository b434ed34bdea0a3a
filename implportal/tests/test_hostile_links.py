"""Hostile texts in all that a customer gets, reads and writes behind a link.

Staff see what comes of it on their pages, the mails go over the wire, and the document is
sealed: it is text everywhere.
"""

from __future__ import annotations

import re
import socket
from collections import Counter
from datetime import timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from django.template.loader import render_to_string
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from implportal.documents.canonical import digest
from implportal.notifications.domain.outbox import deliver_message
from implportal.notifications.models import Message
from implportal.tests.forms_of_pages import fill, forms_of
from implportal.tests.hostile import SHORT, what_is_wrong
from implportal.tests.hostile_story import Story, Words
from implportal.tests.test_access import methods_of, our_routes
from implportal.tests.test_architecture import PUBLIC

pytestmark = pytest.mark.django_db
DISCUSS = ("signing:link_document", "signing:link_changes")
PAGES = {
    "discuss carl": (*DISCUSS, "signing:link_question_ask", "signing:link_question_reply"),
    "sign emil": (*DISCUSS, "signing:link_delegate"),
    "sign carl": (*DISCUSS, "signing:link_sign"),
    "sign dora": (*DISCUSS, "signing:link_sign"),
    "confirm carl": ("signing:link_document", "signing:link_sign"),
    "confirm dora": ("signing:link_document", "signing:link_sign"),
    "read carl": ("signing:link_document", "presales:introduction_feedback"),
    "answer carl": (
        "presales:survey_link_start",
        "presales:survey_link_section",
        "presales:survey_link_hand_in",
    ),
    "request carl": ("delivery:link_user_requests", "delivery:link_user_request"),
    "attend carl": ("aftersales:training_link",),
    "attend guest": ("aftersales:training_link",),
    "feedback carl": ("meetings:feedback_link",),
}
"""Whose link, and the pages behind it in the order in which they are filled and read."""

WITHOUT_WORDS = {
    "documents:verification_start": "takes a file",
    "documents:verification_detail": "takes a file",
    "signing:link_opened": "a button",
    "signing:link_document_file": "a button",
    "signing:link_sealed_file": "a button",
    "signing:link_section_understood": "a button",
    "signing:link_question_close": "a button",
    "signing:link_code_send": "a button",
    "signing:link_code_check": "takes the digits of a code; test_code_attacks tries others",
    "presales:survey_link_hand_in": "a button",
    "presales:survey_link_not_me": "a button",
}
"""Forms of customers and strangers that take no words, and why."""

ANSWERED_WELL = {200, 409}
NAMES = list(SHORT)
BATCHES = {f"{NAMES[n]} and more": NAMES[n : n + 7] for n in range(0, len(NAMES), 7)}
HEADERS_OF_MAIL = {
    "Auto-Submitted",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Subject",
    "To",
}


class Customer:
    """One customer with a browser, behind one link after the other."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.wrong: list[str] = []
        self.filled: set[str] = set()
        self.taken: set[str] = set()

    def look(self, where: str, answer) -> str:
        assert answer.status_code in ANSWERED_WELL, f"{where}: {answer.status_code}"
        html = answer.content.decode()
        self.wrong += [f"{where}: {what}" for what in what_is_wrong(html)]
        return html

    def visit(self, whose: str) -> None:
        """Come by the mail's link, fill every form of the pages behind it, read them again."""
        link = self.story.links[whose]
        browser = Client()
        enter(browser, link)
        if whose.startswith("sign"):
            show_the_code(browser, link)
        addresses = [(route, self.address(route, link)) for route in PAGES[whose]]
        for route, address in addresses:
            where = f"{route} as {whose}"
            page = self.look(where, browser.get(address, follow=True))
            for form in forms_of(page):
                action = form.action or address
                name = resolve(action).view_name
                if self.is_the_other_answer(whose, name):
                    continue
                words = self.story.words
                data = fill(form, words.text) | {
                    key: [words.line(longest)] for key, longest in form.lines.items()
                }
                data |= {key: ["frank@customer.example"] for key in data if key == "email"}
                if name == "aftersales:training_link":
                    data["reply"] = ["NOT_COMING"]  # the button that was pressed
                answer = browser.post(action, data, follow=True)
                self.look(f"{where}: {name}", answer)
                self.filled.add(name)
                if not (answer.context and getattr(answer.context.get("form"), "errors", None)):
                    self.taken.add(name)
        for route, address in addresses:
            answer = browser.get(address, follow=True)
            if answer.status_code != 410:  # handed over: the link is closed
                self.look(f"{route} as {whose}, afterwards", answer)

    @staticmethod
    def is_the_other_answer(whose: str, name: str) -> bool:
        """On one page stand yes and no: carl says yes, dora says no."""
        yes, no = name == "signing:link_sign", name == "signing:link_decline"
        return no if whose.endswith("carl") else yes if whose.endswith("dora") else False

    def address(self, route: str, link) -> str:
        given = {"link_id": link.public_id, "number": 1, "key": "", "pk": 0}
        story = self.story
        if "question" in route:
            given |= {"key": story.question.section_key, "pk": story.question.pk}
        places = next(places for name, _view, places in our_routes() if name == route)
        return reverse(route, kwargs={place: given[place] for place in places})


def enter(browser: Client, link) -> None:
    mail = Message.objects.get(pk=link.message_id)
    token = re.search(r"/s/([^/]+)/", mail.secrets["link"])[1]
    answer = browser.get(reverse("signing:link_enter", kwargs={"token": token}))
    assert answer.status_code == 302


def show_the_code(browser: Client, link) -> None:
    given = {"link_id": link.public_id}
    browser.post(reverse("signing:link_code_send", kwargs=given))
    mails = Message.objects.filter(to=link.email, secrets__has_key="code")
    code = mails.latest("pk").secrets["code"]
    browser.post(reverse("signing:link_code_check", kwargs=given), {"code": code})


@pytest.fixture
def _pages_at_once(monkeypatch):
    """What stands in the PDF is looked at where PDFs are."""

    def render(content, **arguments):
        return b"%PDF-1.7 " + digest(repr((content, arguments)).encode()).encode()

    monkeypatch.setattr("implportal.documents.renderer.render_document", render)
    monkeypatch.setattr("implportal.documents.sealing.seal", lambda pdf, **_key: pdf + b" sealed")


@pytest.fixture
def cast(ines, piet, bea):
    return SimpleNamespace(ines=ines, piet=piet, bea=bea)


@pytest.fixture
def tell(cast):
    """Return a function that tells the story with some samples."""

    def _tell(names):
        ines = cast.ines
        words = Words(names)
        ines.name, ines.title, ines.phone = words.line(120), words.line(100), words.line(40)
        ines.save()
        return Story(cast=cast, words=words, at=timezone.now() - timedelta(minutes=1))

    return _tell


def staff_pages(story: Story):
    project = {"project_pk": story.project.pk}
    yield reverse("portal:home")
    yield reverse("notifications:message_list")
    yield reverse("projects:customer_detail", kwargs={"pk": story.project.customer_id})
    for route in (
        "portal:project_detail", "portal:project_waiting", "portal:project_feed",
        "signing:link_list", "signing:question_list", "signing:request_list",
        "documents:version_list", "presales:solution_home", "presales:solution_versions",
        "presales:survey_list", "presales:requirement_list", "delivery:user_request_list",
        "meetings:meeting_list", "aftersales:training_list",
    ):  # fmt: skip
        yield reverse(route, kwargs=project)
    for request in story.project.signature_requests.order_by("pk"):
        yield reverse("signing:request_detail", kwargs=project | {"pk": request.pk})
    yield reverse("meetings:meeting_detail", kwargs=project | {"pk": story.meeting.pk})
    yield reverse("presales:survey_detail", kwargs=project | {"pk": story.survey.pk})
    yield reverse("aftersales:training_session", kwargs=project | {"pk": story.training.pk})


def go_through_all_links(story: Story) -> Customer:
    customer = Customer(story)
    story.discuss()
    customer.visit("discuss carl")
    story.sign()
    story.confirm()
    story.answer()
    story.request()
    story.attend()
    story.read()
    story.feedback()
    for whose in PAGES:
        if whose != "discuss carl":
            customer.visit(whose)
    return customer


@pytest.mark.usefixtures("_pages_at_once")
@pytest.mark.parametrize("batch", BATCHES)
def test_what_customers_write_is_text_on_their_pages_ours_and_in_the_mails(
    batch, tell, sign_in, inbox
):
    story = tell(BATCHES[batch])

    customer = go_through_all_links(story)

    staff = sign_in(story.ines)
    for address in staff_pages(story):
        customer.look(address, staff.get(address))
    assert customer.wrong == []
    public = {
        name
        for name, view, _places in our_routes()
        if name in PUBLIC and "POST" in methods_of(view)
    }
    assert public - customer.filled == set(WITHOUT_WORDS), "fill these, or say why not"
    assert customer.filled - customer.taken == set()
    check_mails(inbox)


class Inbox:
    """What a mail server took, as it came over the wire."""

    def __init__(self) -> None:
        self.envelopes = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the library's name
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture
def inbox(settings):
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host, port = free.getsockname()
    server = Controller(inbox, hostname=host, port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, port
    settings.MAIL_LEAVES = True
    yield inbox
    server.stop()


def check_mails(inbox) -> None:
    """Send all that is queued; each arrives as one mail to one person, of the parts it has."""
    queued = list(Message.objects.filter(status="WAITING").order_by("pk"))
    later = timezone.now() + timedelta(days=1)
    assert len(queued) > 15
    for message in queued:
        text = message.full_text()
        assert deliver_message(message_id=message.pk, now=later), message.subject
        [envelope] = inbox.envelopes
        inbox.envelopes.clear()
        check_mail(envelope, message, text)


def styles_of_ours() -> set[str]:
    """Mail programs know no style sheets, so each element of ours carries its style."""
    return set(what_is_wrong(render_to_string("email/message.html", {"paragraphs": ["x"]})))


def check_mail(envelope, message, text) -> None:
    mail = message_from_bytes(envelope.content, policy=policy.default)
    counted = Counter(mail.keys())
    assert set(counted) == HEADERS_OF_MAIL
    assert set(counted.values()) == {1}
    assert envelope.rcpt_tos == [message.to]
    assert [one.addr_spec for one in mail["To"].addresses] == [message.to]
    assert len(mail["From"].addresses) == 1
    assert mail["Subject"].split() == message.subject.split()
    assert [part.defects for part in mail.walk() if part.defects] == []
    plain = mail.get_body(["plain"])
    assert plain.get_content().split() == text.split()
    shown = what_is_wrong(mail.get_body(["html"]).get_content())
    # An address in a text may be followed, as mail programs offer it in plain text too.
    found = {what for what in shown if not what.startswith('<a href="http')}
    assert found <= styles_of_ours()
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    calendar = ["text/calendar"] if message.calendar else []
    assert kinds == ["text/plain", "text/html", *calendar]
