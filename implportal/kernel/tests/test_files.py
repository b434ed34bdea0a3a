import pytest
from django.core.files.base import ContentFile

from implportal.kernel.files import hand_out, sniff


@pytest.mark.parametrize(
    ("head", "content_type"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF1234WEBPVP8", "image/webp"),
        ("ü".encode()[:1], "text/plain"),
        (b"\xff\xfe\x00", "application/octet-stream"),
        (b"<html><script>", "text/plain"),
    ],
)
def test_sniff(head, content_type):
    assert sniff(head) == content_type


@pytest.mark.parametrize(
    ("content_type", "said", "how"),
    [
        ("application/pdf", "application/pdf", "inline"),
        ("text/plain", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
    ],
)
def test_hand_out_lets_only_harmless_kinds_open_in_the_browser(content_type, said, how):
    answer = hand_out(ContentFile(b"abc"), name="scan.pdf", content_type=content_type)

    assert b"".join(answer.streaming_content) == b"abc"
    assert answer.headers["Content-Type"] == said
    assert answer.headers["Content-Disposition"] == f'{how}; filename="scan.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
