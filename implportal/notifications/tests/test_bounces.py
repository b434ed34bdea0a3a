"""What a mail server refuses, at once or by a report that comes later."""

import mailbox
import sys
from io import BytesIO, StringIO
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from implportal.notifications.domain import outbox
from implportal.notifications.domain.bounces import note_bounce, read_bounce
from implportal.notifications.domain.outbox import deliver_message, message_id, notify
from implportal.notifications.models import HIDDEN, Message
from implportal.notifications.registry import DELIVERY_LISTENERS, DeliveryListener

pytestmark = pytest.mark.django_db

REPORT = """\
From: MAILER-DAEMON@mail.customer.example
To: bounces@portal.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I am sorry to have to inform you.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.customer.example
Arrival-Date: Mon, 2 Mar 2026 12:00:00 +0000

Final-Recipient: rfc822; carl@customer.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <carl@customer.example>: User unknown
    in local recipient table

--b1
Content-Type: {kind}

From: portal@portal.example
To: carl@customer.example
Message-ID: {message_id}
Subject: For you
{body}
--b1--
"""


def report(message, **changes) -> bytes:
    fields = {
        "action": "failed",
        "status": "5.1.1",
        "kind": "message/rfc822",
        "body": "\nHello\n",
        "message_id": message_id(message.pk),
    }
    return REPORT.format(**fields | changes).encode()


@pytest.fixture
def heard(monkeypatch):
    """What listeners were told."""
    heard = []

    def handle(message, at):
        heard.append((message.pk, message.status, message.last_error, at))

    monkeypatch.setattr(DELIVERY_LISTENERS, "_items", {"test": DeliveryListener("test", handle)})
    return heard


@pytest.fixture
def message(noon):
    return notify(
        to="carl@customer.example",
        subject="For you",
        template="email/notifications/reminder.txt",
        context={},
        secrets={"text": "http://127.0.0.1/s/secret"},
        dedupe_key="k",
        at=noon,
    )


@pytest.fixture
def server_says(settings, monkeypatch):
    """Let the mail server answer with an error."""

    def _says(error):
        settings.MAIL_LEAVES = True

        def send():
            if error:
                raise error

        monkeypatch.setattr(outbox, "_mail", lambda _message: SimpleNamespace(send=send))

    return _says


@pytest.fixture
def sent(message, noon, server_says):
    server_says(None)
    deliver_message(message_id=message.pk, now=noon)
    message.refresh_from_db()
    return message


@pytest.mark.parametrize(
    "error",
    [
        SMTPRecipientsRefused({"carl@customer.example": (550, b"5.1.1 User  unknown")}),
        SMTPDataError(554, b"5.1.1 User unknown"),
    ],
)
def test_a_refusal_for_good_is_a_bounce_at_once_and_forgets_the_secret(
    error, message, noon, server_says, heard
):
    server_says(error)

    assert deliver_message(message_id=message.pk, now=noon) is False
    assert deliver_message(message_id=message.pk, now=noon) is False

    message.refresh_from_db()
    assert (message.status, message.attempts) == ("BOUNCED", 1)
    assert message.last_error.endswith(" 5.1.1 User unknown")
    assert message.secrets == {"text": HIDDEN}
    assert heard == [(message.pk, "BOUNCED", message.last_error, noon)]


@pytest.mark.parametrize(
    "error",
    [
        SMTPRecipientsRefused({"carl@customer.example": (451, b"Come back later")}),
        SMTPDataError(452, b"Mailbox full"),
        SMTPSenderRefused(550, b"You are not allowed", "portal@portal.example"),
    ],
)
def test_a_refusal_for_now_or_of_ourselves_is_tried_again(error, message, noon, server_says, heard):
    server_says(error)

    deliver_message(message_id=message.pk, now=noon)

    message.refresh_from_db()
    assert message.status == "WAITING"
    assert message.full_text().count("/s/secret") == 1
    assert heard == []


def test_a_mail_that_left_is_told_once(sent, noon, heard):
    # the fixture ``sent`` ran before anybody listened
    assert outbox.settle_message(sent, Message.Status.SENT, now=noon) is False
    assert heard == []


def test_a_broken_listener_does_not_send_the_mail_twice(
    message, noon, server_says, monkeypatch, caplog
):
    def broken(_message, _at):
        raise RuntimeError("oops")

    listener = DeliveryListener("broken", broken)
    monkeypatch.setattr(DELIVERY_LISTENERS, "_items", {"broken": listener})
    server_says(None)

    assert deliver_message(message_id=message.pk, now=noon) is True
    assert deliver_message(message_id=message.pk, now=noon) is False
    assert "Delivery listener broken failed" in caplog.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [("message/rfc822", "\nHello\n"), ("text/rfc822-headers", "")],
)
def test_a_report_of_failure_is_noted_once(kind, body, sent, noon, heard):
    raw = report(sent, kind=kind, body=body)

    assert note_bounce(raw=raw, now=noon) == sent
    assert note_bounce(raw=raw, now=noon) is None

    sent.refresh_from_db()
    assert sent.status == "BOUNCED"
    assert sent.last_error == (
        "550 5.1.1 <carl@customer.example>: User unknown in local recipient table"
    )
    assert heard == [(sent.pk, "BOUNCED", sent.last_error, noon)]


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "failed", "status": "4.4.7"},
        {"action": "delivered", "status": "2.0.0"},
        {"message_id": "<abc@elsewhere.example>"},
    ],
)
def test_what_does_not_say_that_our_mail_failed_for_good_changes_nothing(
    changes, sent, noon, heard
):
    assert note_bounce(raw=report(sent, **changes), now=noon) is None

    sent.refresh_from_db()
    assert (sent.status, heard) == ("SENT", [])


def test_a_made_up_message_id_bounces_nobody(sent, noon):
    for forged in (
        f"<{sent.pk}.{'0' * 32}@127.0.0.1>",
        message_id(sent.pk).replace(f"<{sent.pk}.", f"<{sent.pk + 1}."),
        message_id(sent.pk).replace("@127.0.0.1", "@evil.example"),
    ):
        assert note_bounce(raw=report(sent, message_id=forged), now=noon) is None

    sent.refresh_from_db()
    assert sent.status == "SENT"


def test_the_message_id_says_nothing_of_who_gets_it(sent):
    assert "carl" not in message_id(sent.pk)
    assert "customer" not in message_id(sent.pk)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff" * 100,
        b"Subject: Out of office\n\nBack on Monday",
        b"Content-Type: multipart/report; boundary=b\n\n--b\n\nno\n--b--\n",
        (
            b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: "
            b"message/delivery-status\n\nx\n--b--\n"
        ),
        b"Content-Type: multipart/report; boundary=b\n\n"
        + b"".join(
            b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1)
            for n in range(3000)
        ),
    ],
)
def test_whatever_anybody_sends_to_the_address_is_survived(raw):
    assert read_bounce(raw) is None


def test_the_command_reads_one_mail_from_a_pipe(sent, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=BytesIO(report(sent))))
    said = StringIO()

    call_command("read_bounces", stdout=said)

    assert said.getvalue() == "1 read, 1 came back\n"


def test_the_command_reads_the_new_mails_of_a_maildir_once(sent, tmp_path):
    box = mailbox.Maildir(tmp_path / "box")
    box.add(report(sent))
    box.add(b"Subject: hello\n\nyou")
    outputs = []

    for _run in range(2):
        said = StringIO()
        call_command("read_bounces", tmp_path / "box", stdout=said)
        outputs.append(said.getvalue())

    assert outputs == ["2 read, 1 came back\n", "0 read, 0 came back\n"]
    assert len(box) == 2


def test_the_command_reads_a_file_and_refuses_what_is_none(sent, tmp_path):
    file = tmp_path / "bounce.eml"
    file.write_bytes(report(sent))
    said = StringIO()

    call_command("read_bounces", file, stdout=said)

    assert said.getvalue() == "1 read, 1 came back\n"
    for wrong in (tmp_path / "missing", tmp_path):
        with pytest.raises(CommandError):
            call_command("read_bounces", wrong)
