import socket
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings
from django.urls import reverse

from implportal.accounts.tests.factories import UserFactory
from implportal.notifications.domain import outbox
from implportal.notifications.domain.outbox import deliver_due, deliver_message, notify
from implportal.notifications.domain.reminders import send_due_reminders
from implportal.notifications.models import CLAIM_LASTS, Message
from implportal.notifications.registry import RULES, Reminder, ReminderRule

pytestmark = pytest.mark.django_db


@pytest.fixture
def sending(settings):
    settings.MAIL_LEAVES = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def queue(at, **fields):
    given = {
        "to": "carl@customer.example",
        "to_name": "Carl",
        "subject": "Please sign",
        "template": "email/notifications/reminder.txt",
        "context": {"text": "The solution waits for you."},
        "dedupe_key": "k",
        "at": at,
    }
    return notify(**given | fields)


def test_notify_twice_queues_once(noon):
    assert queue(noon) == queue(noon)
    assert Message.objects.count() == 1


def test_deliver_twice_sends_once(noon, sending):
    message = queue(noon)

    outcomes = [deliver_message(message_id=message.pk, now=noon) for _ in range(2)]

    assert outcomes == [True, False]
    assert [sent.to for sent in mail.outbox] == [['"Carl" <carl@customer.example>']]
    assert mail.outbox[0].extra_headers["Message-ID"] == outbox.message_id(message.pk)


def test_deliver_keeps_the_mail_where_no_server_is_set_up(noon):
    message = queue(noon)

    assert deliver_message(message_id=message.pk, now=noon) is False

    message.refresh_from_db()
    assert message.status == "KEPT"


def test_a_secret_is_sent_and_then_forgotten(noon, sending):
    link = "http://127.0.0.1:8000/s/very-secret-token"
    message = queue(noon, secrets={"text": link}, context={})
    assert link not in message.text

    deliver_message(message_id=message.pk, now=noon)

    assert link in mail.outbox[0].body
    message.refresh_from_db()
    assert "very-secret-token" not in str(message.secrets) + message.full_text()


def test_deliver_waits_longer_after_each_failure_and_then_gives_up(noon, sending, monkeypatch):
    def away(_message):
        raise ConnectionRefusedError("no server")

    monkeypatch.setattr(outbox, "_mail", away)
    message = queue(noon)
    waits, now = [], noon

    for _try in range(8):
        assert deliver_message(message_id=message.pk, now=now) is False
        message.refresh_from_db()
        waits.append((message.due_at - now) // timedelta(minutes=1))
        now = message.due_at

    assert waits == [1, 5, 15, 60, 240, 720, 1440, 1440]
    assert message.status == "FAILED"
    assert message.last_error == "ConnectionRefusedError: no server"


def test_a_claim_of_a_dead_worker_expires(noon, sending):
    message = queue(noon)
    Message.objects.update(status="SENDING", claimed_at=noon)

    assert deliver_due(now=noon + CLAIM_LASTS) == 0
    assert deliver_due(now=noon + CLAIM_LASTS + timedelta(seconds=1)) == 1

    message.refresh_from_db()
    assert message.status == "SENT"


@pytest.fixture
def one_rule(monkeypatch, ines, noon):
    """The only rule says that one thing is due for Ines."""
    due = [Reminder("task:1", noon.date(), "Task due", "Move the data.", user=ines, url="/x/")]
    rules = {"task_due": ReminderRule("task_due", "Task due", lambda _now: due)}
    monkeypatch.setattr(RULES, "_items", rules)
    return due


def test_reminders_are_queued_once_however_often_the_sweep_runs(one_rule, noon, ines):
    assert [send_due_reminders(now=noon + timedelta(minutes=5 * n)) for n in range(3)] == [1, 0, 0]

    message = Message.objects.get()
    assert (message.user, message.to, message.url) == (ines, "ines@example.com", "/x/")
    assert "Move the data." in message.text


def test_reminders_go_out_again_for_another_due_date_or_person(one_rule, noon):
    send_due_reminders(now=noon)
    first = one_rule[0]
    later = Reminder("task:1", first.due_on + timedelta(days=7), "s", "t", user=first.user)
    other = Reminder("task:1", first.due_on, "s", "t", user=UserFactory())
    one_rule += [later, other]

    assert send_due_reminders(now=noon) == 2


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_send_each_reminder_once(together, one_rule, noon, ines, sending):
    results = together(*[lambda: send_due_reminders(now=noon)] * 4)

    assert sorted(results, key=str) == [0, 0, 0, 1]
    assert Message.objects.count() == 1
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_a_message_once(together, noon, sending, monkeypatch):
    monkeypatch.setattr(outbox, "send_on_commit", lambda *_args, **_kwargs: None)
    message = queue(noon)

    results = together(*[lambda: deliver_message(message_id=message.pk, now=noon)] * 4)

    assert sorted(results) == [False, False, False, True]
    assert len(mail.outbox) == 1


def test_a_sweep_that_dies_half_way_leaves_nothing_and_the_next_one_sends(
    one_rule, noon, ines, monkeypatch
):
    def killed(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "send_on_commit", killed)
        with pytest.raises(KeyboardInterrupt):
            send_due_reminders(now=noon)

    assert not Message.objects.exists()
    assert send_due_reminders(now=noon) == 1


class Inbox:
    """What a mail server took, as it came over the wire."""

    def __init__(self):
        self.envelopes = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the library's name
        self.envelopes.append(envelope)
        return "250 OK"


def test_mail_goes_over_smtp_with_its_attachment(noon, settings):
    # given a mail server, and a message with a file and a name that needs encoding
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host, port = free.getsockname()
    server = Controller(inbox, hostname=host, port=port)
    server.start()
    settings.MAIL_LEAVES = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, port
    stored = default_storage.save("sealed.pdf", ContentFile(b"%PDF-1.7 sealed"))
    try:
        # when it is queued, a worker delivers it
        message = queue(noon, to_name="张伟", attachments=[("Solution.pdf", stored)])
        deliver_message(message_id=message.pk, now=noon)
    finally:
        server.stop()

    # then the server has it, whole
    [envelope] = inbox.envelopes
    got = message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.rcpt_tos == ["carl@customer.example"]
    assert (got["Subject"], got["To"].addresses[0].display_name) == ("Please sign", "张伟")
    assert "The solution waits for you." in got.get_body(["plain"]).get_content()
    [attached] = got.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Solution.pdf", b"%PDF-1.7 sealed")
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("SENT", 1)


def test_a_broken_rule_does_not_keep_the_others_from_running(one_rule, noon, caplog):
    def broken(_now):
        raise RuntimeError("oops")

    RULES._items = {"broken": ReminderRule("broken", "Broken", broken), **RULES._items}

    assert send_due_reminders(now=noon) == 1
    assert "Reminder rule broken failed" in caplog.text


def test_mail_is_for_administrators(sign_in, ines, adam, noon):
    message = queue(noon)
    for route, args in (("mail_list", []), ("mail_detail", [message.pk])):
        url = reverse(f"notifications:{route}", args=args)
        assert sign_in(ines).get(url).status_code == 403
        assert sign_in(adam).get(url).status_code == 200


@override_settings(MAIL_LEAVES=True)
def test_mail_page_hides_secrets_where_mail_can_leave(sign_in, adam, noon):
    message = queue(noon, secrets={"text": "http://x.example/s/very-secret-token"}, context={})

    page = sign_in(adam).get(reverse("notifications:mail_detail", args=[message.pk]))

    assert "very-secret-token" not in page.content.decode()


def test_mail_page_shows_the_link_where_no_mail_can_leave(sign_in, adam, noon):
    message = queue(noon, secrets={"text": "http://x.example/s/very-secret-token"}, context={})

    page = sign_in(adam).get(reverse("notifications:mail_detail", args=[message.pk]))

    assert 'href="http://x.example/s/very-secret-token"' in page.content.decode()


@pytest.mark.parametrize("mails", [1, 25])
def test_mail_list_costs_the_same_for_any_number(
    sign_in, adam, noon, django_assert_num_queries, mails
):
    for number in range(mails):
        queue(noon, dedupe_key=f"k{number}")
    browser = sign_in(adam)

    with django_assert_num_queries(5):  # session, user, news, count, page
        page = browser.get(reverse("notifications:mail_list"))

    assert len(page.context["mails"]) == mails


@pytest.mark.parametrize("messages", [1, 25])
def test_notifications_cost_the_same_for_any_number(
    sign_in, ines, noon, django_assert_num_queries, messages
):
    for number in range(messages):
        queue(noon, user=ines, to=ines.email, dedupe_key=f"k{number}")
    browser = sign_in(ines)

    with django_assert_num_queries(6):  # session, user, count, page, whether new, news
        page = browser.get(reverse("notifications:message_list"))

    assert len(page.context["notes"]) == messages


def test_notifications_show_only_ones_own(sign_in, ines, sam, noon):
    queue(noon, user=ines, to=ines.email)
    url = reverse("notifications:message_list")

    assert len(sign_in(ines).get(url).context["notes"]) == 1
    assert len(sign_in(sam).get(url).context["notes"]) == 0


def test_notifications_are_marked_as_seen_by_a_button(sign_in, ines, noon):
    message = queue(noon, user=ines, to=ines.email)
    browser, url = sign_in(ines), reverse("notifications:message_list")

    browser.get(url)
    message.refresh_from_db()
    assert message.seen_at is None
    browser.post(url)
    message.refresh_from_db()
    assert message.seen_at is not None
