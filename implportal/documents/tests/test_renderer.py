import io
import shutil
import subprocess
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import page
import pytest
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader

from implportal.documents.canonical import digest
from implportal.documents.engine import NotOurs, OwnFetcher
from implportal.documents.markdown import to_html
from implportal.documents.renderer import render_document
from implportal.documents.tests.factories import plain_content

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RICH = """\
A paragraph with [a link](https://example.com/) and 验收证书：客户确认.

-   one

    -   deeper

        with a second paragraph

1. first
2. second

> quoted

| Name | Sum |
|------|----:|
| a    |   1 |
| b<br>c | 2 |
"""


def png():
    target = io.BytesIO()
    Image.new("RGBA", (60, 30), (200, 30, 30, 128)).save(target, "PNG")
    return target.getvalue()


def section(text, **changes):
    return {
        "key": "s1",
        "number": "1.0",
        "level": 1,
        "title": "Scope",
        "markdown": text,
        "html": to_html(text),
        "requirements": ["R-001"],
        **changes,
    }


def rendered(*sections, images=None, **changes):
    return render_document(
        plain_content(sections=list(sections), **changes),
        digest="d1" * 32,
        frozen_at=AT,
        images=images or {},
    )


def text_of(pdf):
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


@pytest.fixture(scope="module")
def rich():
    image = png()
    return rendered(
        section(RICH + f"\n![A red box](image:{digest(image)})\n"),
        section("Next", key="s2", number="1.1", level=2, title="More"),
        section("", key="s3", number="", level=2, title="Empty"),
        images={digest(image): (image, "image/png")},
    )


def test_rendering_twice_gives_identical_bytes():
    assert rendered(section(RICH)) == rendered(section(RICH))


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_it_conforms_to_pdf_a_and_pdf_ua(rich, profile):
    report = page.validate_pdf_bytes(rich, profile=profile)

    assert [(failure.rule_id, failure.message) for failure in report.failures] == []


def test_it_has_title_page_contents_header_and_footer(rich):
    pages = text_of(rich).split("\f")

    assert "Prepared for" in pages[0]
    assert "Contents" in pages[1]
    assert "SD-2026-0001 · version 1" in pages[1]
    assert "SHA-256 d1d1d1d1d1d1…d1d1d1" in pages[1]
    assert "Page 2 / 2" in pages[1]
    assert "R-001" in pages[1]


@pytest.mark.parametrize(("count", "first_on"), [(14, 1), (15, 2)])
def test_only_a_long_list_of_contents_has_its_pages_for_itself(count, first_on):
    sections = [section("Words." if n else "First words.", key=f"s{n}") for n in range(count)]

    pages = text_of(rendered(*sections)).split("\f")

    assert [number for number, text in enumerate(pages) if "First words." in text] == [first_on]


def test_short_words_in_a_table_stay_whole_and_long_ones_do_not_leave_the_page():
    head = "| No. | Criterion | Result |\n|---|---|---|\n"
    long = "It holds. " * 30

    whole = text_of(rendered(section(f"{head}| R-0001 | {long} | Postponed |")))
    broken = text_of(rendered(section(f"{head}| R-0001 | {'W' * 900} | Postponed |")))

    assert "Postponed" in whole
    assert "R-0001" in whole
    assert broken.count("W") == 900


def test_chinese_text_can_be_read_and_searched(rich):
    assert "验收证书：客户确认" in text_of(rich)


def test_its_dates_are_those_of_the_freezing(rich):
    info = PdfFileReader(io.BytesIO(rich)).trailer["/Info"]

    assert str(info["/CreationDate"]).startswith("D:20260302120000")


@pytest.fixture
def neighbour():
    """A server on this machine that counts who asks it."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


HOSTILE = """\
<img src="{base}/img"><img src="file:///etc/passwd"><link rel="stylesheet" href="{base}/css">
<link rel="attachment" href="file:///etc/passwd"><a rel="attachment" href="file:///etc/passwd">a</a>
<style>@import url({base}/import); p {{ background: url({base}/bg) }}</style>
<svg xmlns="http://www.w3.org/2000/svg"><image href="{base}/svg"/><use href="{base}/use#a"/></svg>
<object data="{base}/object"></object><iframe src="{base}/frame"></iframe>
<img src="data:text/html,x"><p style="list-style-image: url({base}/style)">x</p>
"""


def test_even_unsanitised_html_fetches_nothing_and_reads_no_file(neighbour):
    base, asked = neighbour
    raw = HOSTILE.format(base=base)

    pdf = rendered(section("", html=raw))

    assert asked == []
    assert "/EmbeddedFiles" not in PdfFileReader(io.BytesIO(pdf)).root.get("/Names", {})
    assert b"root:" not in pdf


def test_hostile_markdown_is_printed_as_the_text_it_is(neighbour):
    base, asked = neighbour

    pdf = rendered(section(HOSTILE.format(base=base)))

    assert asked == []
    assert "iframe" in text_of(pdf)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.com/",
        "ftp://example.com/",
        "image:" + "0" * 64,
        "asset:../../../etc/passwd",
        "data:text/html,x",
        "/etc/passwd",
    ],
)
def test_the_fetcher_refuses_everything_that_is_not_ours(url):
    with pytest.raises(NotOurs):
        OwnFetcher({}).fetch(url)


def test_a_very_long_word_and_many_rows_stay_on_their_pages():
    table = "| a | b |\n|---|---|\n" + "| x | y |\n" * 120
    pdf = rendered(section("W" * 3_000 + "\n\n" + table))

    assert int(PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Count"]) >= 4
