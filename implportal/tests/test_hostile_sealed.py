"""What a customer keeps for years: the sealed files of a project whose every word is hostile.

Signed and confirmed behind the links, laid out, sealed and read again as a stranger's reader
would: nothing in them runs, opens or was fetched, and the words are there as words.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from implportal.documents.models import DocumentVersion
from implportal.documents.tests.test_hostile_pdf import objects_of, what_acts
from implportal.documents.verification import attached_files, verify
from implportal.notifications.models import Message
from implportal.signing.domain import codes
from implportal.signing.domain.completion import seal_request
from implportal.signing.domain.consents import current_consent
from implportal.signing.domain.signing import Circumstances, Mark, Offer, sign
from implportal.signing.models import SignatureRequest
from implportal.tests.hostile import SHORT
from implportal.tests.hostile_story import PEOPLE, Story, Words

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
SESSION = "a browser"
STROKES = json.dumps([[[0, 0], [40, 90], [90, 10]]])
NEVER_ALONE = ("root:x:0:0", "/bin/bash", "[extensions]")
"""Of files that the texts ask for."""


@pytest.fixture
def story(ines, piet, bea, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    ines.name = SHORT["script"]
    ines.save()
    cast = SimpleNamespace(ines=ines, piet=piet, bea=bea)
    return Story(cast=cast, words=Words(), at=timezone.now() - timedelta(minutes=5))


def decide(story: Story, request: SignatureRequest) -> None:
    """All three sign or confirm: names and browsers say hostile things too, one of them draws."""
    for position, name in enumerate(PEOPLE):
        signer = request.signers.get(email=f"{name}@customer.example")
        if request.code_required:
            codes.send_code(link=signer.link, session=SESSION, at=story.at)
            mail = Message.objects.filter(to=signer.email, secrets__has_key="code").latest("pk")
            codes.check_code(
                link=signer.link, session=SESSION, digits=mail.secrets["code"], at=story.at
            )
        to_confirm = request.version.document_kind.to_confirm
        consent = current_consent("en", to_confirm=to_confirm)
        sign(
            link=signer.link,
            typed_name=story.words.line(),
            offer=Offer(
                request.version.content_sha256, request.version.pdf_sha256, consent.version,
                consent.language, consent_given=True,
            ),
            circumstances=Circumstances(
                session=SESSION, address="192.0.2.1", user_agent=story.words.line(),
                language=story.words.line(), time_zone=story.words.line(),
            ),
            mark=Mark(strokes=STROKES if position == 0 else None),
            at=story.at,
        )  # fmt: skip


def sealed(request: SignatureRequest, at) -> bytes:
    assert seal_request(request_id=request.pk, now=at), SignatureRequest.objects.get(
        pk=request.pk
    ).state_reason
    with DocumentVersion.objects.get(pk=request.version_id).sealed_pdf.open() as file:
        return file.read()


def addresses_in(pdf: bytes) -> set[str]:
    return {str(item["/URI"]) for item in objects_of(pdf) if "/URI" in item and "/S" in item}


def words_of(pdf: bytes) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    told = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return "".join(told.stdout.decode().split())


WORDS = (
    '"><scriptdata-hostile>alert(1)</script>',
    "DROPTABLEaudit_entry;--",
    "../../../etc/passwd",
    "%s%d%(name)s%(version)s",
    "<iframedata-hostilesrcdoc=",
    "autofocusonfocus=",
)
"""Of what was written, without blanks: it stands in the file to be read."""


def test_sealed_files_of_a_hostile_project_are_words_alone_and_are_found_valid(story):
    story.discuss()
    signed = story.sign()
    story.confirm()
    minutes = SignatureRequest.objects.exclude(pk=signed.pk).get()

    for request in (signed, minutes):
        decide(story, request)
        pdf = sealed(request, story.at + timedelta(minutes=1))
        version = DocumentVersion.objects.get(pk=request.version_id)
        with version.pdf.open() as file:
            frozen = file.read()

        carried = {f"file {name}" for name in ("evidence.json", version.file_name)}
        assert set(what_acts(pdf)) == carried | {"file signature-1.svg"}
        assert what_acts(frozen) == []
        # A mail address in a text may be written to; nothing else leads out but our own page.
        assert addresses_in(frozen) <= {"mailto:a@evil.example"}
        assert addresses_in(pdf) - addresses_in(frozen) == {version.verification_url}
        said = words_of(pdf)
        assert [words for words in WORDS if words not in said] == []
        assert not [words for words in NEVER_ALONE if words in said]
        verdict = verify(pdf)
        assert verdict.is_valid, [(line.key, line.text) for line in verdict.lines]
        evidence = json.loads(attached_files(pdf)["evidence.json"])
        people = [one["statement"]["signer"]["name"] for one in evidence["signers"]]
        assert sorted(people) == sorted(contact.name for contact in story.people.values())
