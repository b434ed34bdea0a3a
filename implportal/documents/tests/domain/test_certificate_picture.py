"""Drawn and uploaded signatures in the sealed file."""

import base64
import io

import page
import pytest
from PIL import Image

from implportal.documents.domain.seals import seal_version
from implportal.documents.domain.versions import render_version
from implportal.documents.tests.factories import DocumentVersionFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database,
    pytest.mark.usefixtures("kind"),
]

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="102" height="62" viewBox="0 0 102 62">'
    b'<path d="M6 36Q36 6 51 21L96 6 M16 56h.01" fill="none" stroke="#12305f" '
    b'stroke-width="2.4" stroke-linecap="round"/></svg>\n'
)


def png():
    image = Image.new("RGB", (200, 100), "white")
    image.paste("navy", (20, 20, 90, 40))
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(("suffix", "data"), [("svg+xml", SVG), ("png", png())])
def test_a_sealed_file_with_a_picture_conforms_to_pdf_a_and_pdf_ua(suffix, data, noon):
    version = DocumentVersionFactory(version=1)
    render_version(version_id=version.pk, now=noon)
    address = f"data:image/{suffix};base64,{base64.b64encode(data).decode()}"
    signer = {"name": "Carl", "typed_name": "Carl", "signed_at": noon, "picture": address}

    sealed = seal_version(
        version=version,
        evidence={"schema": "test/1", "signers": [{"name": "Carl"}]},
        certificate={"signers": [signer], "events": [], "chain_head": "c" * 64},
        files=[(f"signature-1.{suffix[:3]}", "Signature of Carl", data)],
        sealed_at=noon,
    )

    with sealed.sealed_pdf.open() as file:
        pdf = file.read()
    for profile in ("3a", "ua1"):
        failures = page.validate_pdf_bytes(pdf, profile=profile).failures
        assert [(failure.rule_id, failure.message) for failure in failures] == []
    assert b"Signature of Carl" in pdf or "Signature of Carl".encode("utf-16-be") in pdf
