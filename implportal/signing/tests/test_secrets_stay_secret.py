"""From the mail to the sealed file: a token and a code stand in their own mail and nowhere else."""

from __future__ import annotations

import io
import logging
import re

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.db import connection
from django.urls import reverse

from implportal.kernel.logs import HideTokens
from implportal.notifications.models import Message
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.tests.conftest import at

TOKEN = re.compile(r"/s/([\w-]{43})/")
CODE = re.compile(r"^(\d{6})$", re.MULTILINE)


@pytest.fixture
def mails(settings):
    """Mail that really leaves; what was secret in it is then forgotten."""
    settings.MAIL_LEAVES = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return mail.outbox


@pytest.fixture
def log(caplog):
    """Everything that any logger says at DEBUG, as the console prints it."""
    assert django_settings.LOGGING["handlers"]["console"]["filters"] == ["no_tokens"]
    caplog.set_level(logging.DEBUG)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setLevel(logging.DEBUG)
    handler.addFilter(HideTokens())
    loggers = [logging.getLogger(), logging.getLogger("django.server")]
    for logger in loggers:
        logger.addHandler(handler)
    yield stream
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.fixture
def printed(monkeypatch):
    """All that goes into the frozen and the sealed PDF, before it is packed."""
    printed = []

    def render(*args, **kwargs):
        printed.append(repr((args, kwargs)))
        return b"%PDF-1.7 " + str(len(printed)).encode()

    def seal(pdf, **kwargs):
        printed.append(repr(kwargs))
        return pdf + b" sealed"

    monkeypatch.setattr("implportal.documents.renderer.render_document", render)
    monkeypatch.setattr("implportal.documents.sealing.seal", seal)
    return printed


def every_row() -> str:
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found.append(repr(cursor.fetchall()))
        return "\n".join(found)


def test_token_and_code_stand_in_their_own_mail_alone(
    printed, frozen, asked, shared, carl, dora, ines, adam, client, sign_in, mails, log, tmp_path,
    django_capture_on_commit_callbacks,
):  # fmt: skip
    # given a document that Carl is asked to sign, and signs
    version = frozen(kind="test.coded")
    with django_capture_on_commit_callbacks(execute=True):
        request = asked(version, [SignerSpec(carl)])
    link = request.signers.select_related("link").get().link
    token = TOKEN.search(mails[-1].body)[1]
    client.get(f"/s/{token}/")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(at("link_code_send", link))
    code = CODE.search(mails[-1].body)[1]
    pages = [client.get(at("link_document", link)), client.get(at("link_sign", link))]
    pages.append(client.post(at("link_code_check", link), {"code": code}, follow=True))
    form = client.get(at("link_sign", link)).context["sign_form"].initial
    with django_capture_on_commit_callbacks(execute=True):
        signed = {**form, "typed_name": "Carl Client", "consent": "on"}
        pages.append(client.post(at("link_sign", link), signed, follow=True))

    # when our people look at all of it, give a link again, and copy one
    staff, administrator = sign_in(ines), sign_in(adam)
    project = {"project_pk": request.project_id}
    other = shared(version, kind="READ", contact=dora)
    copied = staff.post(reverse("signing:link_copy", kwargs={**project, "pk": other.pk}))
    by_hand = TOKEN.search(copied.content.decode())[1]
    for route in ("link_list", "request_list", "question_list"):
        address = reverse(f"signing:{route}", kwargs=project)
        pages += [staff.get(address), staff.get(address, {"export": "csv"})]
    pages += [
        staff.get(request.get_absolute_url()),
        staff.get(reverse("portal:home")),
        staff.get(reverse("portal:project_detail", kwargs=project)),
        staff.get(reverse("portal:project_feed", kwargs=project)),
        staff.get(reverse("notifications:message_list")),
        staff.get(reverse("documents:version_list", kwargs=project)),
        client.get(version.verification_url.removeprefix(django_settings.BASE_URL)),
        administrator.get(reverse("notifications:mail_list")),
        *(
            administrator.get(reverse("notifications:mail_detail", kwargs={"pk": pk}))
            for pk in Message.objects.values_list("pk", flat=True)
        ),
    ]
    client.get(f"/s/{token[:-1]}x/")  # refused addresses are logged
    client.get(f"/s/{token}x")

    # then neither stands anywhere but in its mail
    assert {page.status_code for page in pages} == {200}
    shown = "\n".join(page.content.decode() for page in pages if not page.streaming)
    stored = every_row()
    files = "".join(repr(file.read_bytes()) for file in tmp_path.rglob("*") if file.is_file())
    assert len(printed) >= 2
    for secret in (token, by_hand, token[:-1]):
        assert secret not in shown
        assert secret not in stored
        assert secret not in log.getvalue()
        assert secret not in files
        assert secret not in "".join(printed)
    assert not any(page.context and "address" in page.context for page in pages)
    for where in (shown, log.getvalue(), "".join(printed), stored):
        assert not re.search(rf"(?<![\d.\w-]){code}(?![\d\w-])", where)
    holding = [one for one in mails if token in one.body + one.subject]
    assert [one.to for one in holding] == [['"Carl Client" <carl@client.example>']]
    assert [one.subject for one in mails if code in one.body + one.subject] == [
        "Your code for signing"
    ]
    assert not any(token in one.subject or code in one.subject for one in mails)
