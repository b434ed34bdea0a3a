import base64
import io
import re
import time
from contextlib import suppress

import pytest
from PIL import Image

from implportal.documents.canonical import digest
from implportal.documents.manuscript import _take_images, read_markdown
from implportal.documents.markdown import (
    MAX_CHARACTERS,
    collect_references,
    image_digests,
    to_html,
    with_image_addresses,
)
from implportal.documents.outline import BadMarkdown, ParsedSection, parse_document
from implportal.documents.tests.real import REAL_SOLUTIONS
from implportal.kernel.tests.growth import grows_with_length

SHA = "ab" * 32


def outline(text):
    return [(s.level, s.number, s.title, s.body) for s in parse_document(text).sections]


def test_it_cuts_at_headings_without_a_space():
    assert outline("##1.0 BACKGROUND\ntext\n###5.6.4. Quality\nmore\n") == [
        (1, "1.0", "BACKGROUND", "text"),
        (2, "5.6.4", "Quality", "more"),
    ]


def test_it_takes_the_only_first_heading_as_the_title():
    document = parse_document("The title\n=========\n\n## One\na\n\n## Two\nb\n")

    assert document.title == "The title"
    assert document.sections == [
        ParsedSection(1, "One", "", "a"),
        ParsedSection(1, "Two", "", "b"),
    ]


def test_it_keeps_a_bare_date_below_the_title_as_subtitle():
    document = parse_document("# Statement\n\n##March 30, 2016\n\n##1.0 SCOPE\na\n")

    assert (document.title, document.subtitle) == ("Statement", "March 30, 2016")
    assert [s.heading for s in document.sections] == ["1.0 SCOPE"]


def test_it_keeps_an_empty_heading_as_a_section():
    assert outline("# T\n## Introduction\n## Scope\na\n## Attachment: plan\n") == [
        (1, "", "Introduction", ""),
        (1, "", "Scope", "a"),
        (1, "", "Attachment: plan", ""),
    ]


def test_it_has_no_title_where_first_level_headings_are_chapters():
    document = parse_document("# 1.0 One\na\n# 2.0\tTwo\nb\n")

    assert document.title == ""
    assert [s.heading for s in document.sections] == ["1.0 One", "2.0 Two"]


def test_it_drops_an_underline_below_a_marked_heading():
    assert outline("### ROLES\n=====\n\ntext\n") == [(1, "", "ROLES", "text")]


def test_it_keeps_text_before_the_first_heading():
    assert outline("before\n\n## One\na\n") == [
        (1, "", "Preamble", "before"),
        (1, "", "One", "a"),
    ]


def test_it_leaves_code_fences_alone():
    body = "```\n# not a heading\n\nneither\n---\n```"
    assert outline(f"## One\n{body}\n") == [(1, "", "One", body)]


def test_it_takes_a_fence_that_never_closes_for_text():
    assert [row[2] for row in outline("## One\n```\na\n\n## Two\nb\n")] == ["One", "Two"]


def test_it_tells_rules_and_tables_from_underlined_headings():
    text = "## One\na line\nanother\n---\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- item\n---\n"
    assert [row[2] for row in outline(text)] == ["One"]


def test_it_does_not_take_a_reference_for_a_heading():
    assert [row[2] for row in outline("## One\nsee\n#42 is urgent\n#hash and so on\n")] == ["One"]


def test_it_closes_gaps_between_levels():
    assert [row[0] for row in outline("## A\n#### B\n##### C\n## D\n")] == [1, 2, 3, 1]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty."),
        (b" \n\n", "The file is empty."),
        (b"a" * (5 * 1024 * 1024), "The file is 5.0 MB. At most 1 MB"),
        ("# Größe\n".encode("latin-1"), "not UTF-8 text (line 1"),
        (b"# a\x00b\ntext", "null bytes"),
        (b"only text\n", "no headings"),
        (b"# Only a title\n", "only a title"),
        (b"## H\n" + b"a\n" * 10_000, "has 10001 lines. At most 5000"),
        (b"## H\n\n<script>alert(1)</script>\n", "Line 3: HTML like <script>"),
        (b"## H\n\na <IFRAME src=x> b\n", "Line 3: HTML like <iframe>"),
        (b"## H\n\nx\n![a](file:///etc/passwd)\n", "Line 4: the picture “file:///etc/passwd”"),
        (b"## H\n\n![a](http://192.0.2.1/x.png)\n", "Line 3: the picture “http://192.0.2.1/x.png”"),
        (b"## H\n\n![a][p]\n\n[p]: file:///etc/passwd\n", "Line 3: the picture “file:///etc"),
        (b"## H\n\n![a](pictures/a.png)\n", "Line 3: the picture “pictures/a.png”"),
    ],
)
def test_it_refuses_a_bad_file_with_a_clear_message(data, words):
    with pytest.raises(BadMarkdown) as refusal:
        read_markdown(data)

    assert words in str(refusal.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_it_reads_a_marked_encoding(encoding):
    sections = read_markdown("## Größe 大小\nvoilà\n".encode(encoding)).sections

    assert sections == [ParsedSection(1, "Größe 大小", "", "voilà")]


def test_it_lets_code_show_what_it_would_refuse_as_html():
    text = b"## H\n\n```\n<script>alert(1)</script>\n![a](file:///x)\n```\n\nand `<script>`\n"
    assert len(read_markdown(text).sections) == 1


def test_it_takes_pictures_out_of_the_file():
    png = io.BytesIO()
    Image.new("RGB", (2, 2)).save(png, "PNG")
    source = base64.b64encode(png.getvalue()).decode()

    document = read_markdown(f"## H\n\n![dot](data:image/png;base64,{source})\n".encode())

    sha256 = digest(png.getvalue())
    assert document.images == {sha256: png.getvalue()}
    assert document.sections[0].body == f"![dot](image:{sha256})"


def test_it_shows_html_as_text_and_drops_every_way_to_run_something():
    html = to_html(
        "<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n"
        "[a](javascript:alert(1)) [b](data:text/html,x) [c](https://example.com/)\n\n"
        "![p](file:///etc/passwd) ![q](http://192.0.2.1/)"
    )

    assert "<script" not in html
    assert "<img" not in html
    assert re.findall(r'href="([^"]*)"', html) == ["https://example.com/"]
    assert 'rel="noopener noreferrer nofollow"' in html
    assert "[q]" in html


def test_it_shows_stored_pictures():
    html = to_html(f"![A <b>plan</b>](image:{SHA})")

    assert html == f'<p><img src="image:{SHA}" alt="A &lt;b&gt;plan&lt;/b&gt;"></p>'
    assert image_digests(html) == [SHA]
    assert f'src="/p/{SHA}"' in with_image_addresses(html, "/p/")


def test_it_nests_lists_however_they_are_indented():
    html = to_html("intro:\n    \n    -   one\n    \n        * deeper\n\n    -   two\n")

    assert "<pre>" not in html
    assert re.sub(r"\s|</?p>", "", html) == (
        "intro:<ul><li>one<ul><li>deeper</li></ul></li><li>two</li></ul>"
    )


def test_it_reads_dashes_of_word_processors_as_bullets():
    assert re.sub(r"\s|</?p>", "", to_html("–   one\n–   two\n")) == (
        "<ul><li>one</li><li>two</li></ul>"
    )


def test_it_gives_table_cells_classes_and_scopes():
    html = to_html("| a | b |\n|---|--:|\n| 1<br>2 | 3 |\n")

    assert "style" not in html
    assert '<th scope="col">a</th>' in html
    assert '<td class="text-end">3</td>' in html
    assert "1<br>" in html


def test_it_makes_strong_text_of_a_heading_inside_a_section():
    assert to_html("> # Loud\n") == "<blockquote>\n<p><strong>Loud</strong></p>\n</blockquote>"


def test_it_finds_link_definitions_of_other_sections():
    references = collect_references(["[w]: https://example.com/w\n"])

    assert 'href="https://example.com/w"' in to_html("see [this][w]", references)


def test_nesting_that_nobody_means_is_cut_off():
    assert "x" in to_html("> " * 40 + "x")
    assert to_html("> " * 20_000 + "x").count("<blockquote>") <= 100


def plain(line):
    return re.sub(r"[\W_]+", "", line)


@pytest.mark.parametrize(
    "name",
    ["work_statement_v1_draft.md", "work_statement_v2_final.md", "quality_assurance_plan.md"],
)
def test_no_line_of_a_real_file_is_lost(name):
    path = REAL_SOLUTIONS / name
    if not path.is_file():
        pytest.skip("the real files are not here")
    document = read_markdown(path.read_bytes())

    kept = [document.title, document.subtitle]
    for section in document.sections:
        kept += [section.heading, *section.body.splitlines()]
    kept = {plain(line) for line in kept}
    source = {plain(line) for line in path.read_text(encoding="utf-8").splitlines()}
    assert source - kept == set()


@pytest.mark.parametrize(
    ("name", "count", "last"),
    [
        ("work_statement_v1_draft.md", 43, "7.4 Close-out Procedures"),
        ("work_statement_v2_final.md", 47, "Attachment: QASP"),
        ("quality_assurance_plan.md", 8, "ACCEPTANCE OF SERVICES"),
    ],
)
def test_a_real_file_has_all_its_sections(name, count, last):
    path = REAL_SOLUTIONS / name
    if not path.is_file():
        pytest.skip("the real files are not here")

    sections = read_markdown(path.read_bytes()).sections

    assert (len(sections), sections[-1].heading) == (count, last)


@pytest.mark.parametrize(
    "line",
    [
        "# a" + " " * 900_000 + "b\n\n## c\n\ntext",
        "# a\n\n<" + " " * 900_000 + "x",
        "# a\n\n" + "```a\n" * 4_900,
        "# a\n\n" + "\n".join("`" * (3 + n % 50) + "a" for n in range(4_900)),
    ],
    ids=["blanks in a heading", "blanks after <", "open fences", "fences of every length"],
)
def test_it_reads_text_made_to_hang_it_in_no_time(line):
    begun = time.process_time()

    with suppress(BadMarkdown):  # a section may be too long
        read_markdown(line.encode())

    assert time.process_time() - begun < 4


def test_it_looks_for_pictures_in_text_made_to_hang_it_in_no_time():
    begun = time.process_time()

    _take_images("![" * 400_000)

    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("line", "title"),
    [("## Scope ##", "Scope"), ("## Use of C#", "Use of C#"), ("## a # b #", "a # b")],
)
def test_it_takes_closing_marks_off_a_heading(line, title):
    (section,) = parse_document(f"{line}\n\ntext").sections

    assert section.title == title


HOSTILE_LINES = [
    *("[", "![", "[a](", "[a][", "![[]()", "*a ", "a**b", "_a", "*_", "~~a", "`", "<", "<a "),
    *("> ", "- ", "# a\n", "```\n", "| x | y |\n", "[a]: /x\n", "\\", "&amp", " ", "\n", "\u200d"),
]


@pytest.mark.parametrize("piece", HOSTILE_LINES)
def test_the_time_for_hostile_text_grows_with_its_length_and_no_faster(piece):
    assert grows_with_length(to_html, piece=piece, longest=MAX_CHARACTERS)


def test_a_longer_text_than_anybody_writes_is_shown_as_it_was_typed():
    html = to_html("<b>*" * MAX_CHARACTERS)

    assert html.startswith("<p>&lt;b&gt;*&lt;b&gt;*")


def test_brackets_that_people_write_are_links_however_many_there_are():
    text = "[![a](image:" + SHA + ")](https://example.com/) [x] and [y](https://example.com/y)\n\n"

    html = to_html(text * 100)

    assert html.count('<a href="https://example.com/y"') == 100
    assert html.count("<img ") == 100
    assert "\\" not in html


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("## H\n\nan \u202egpj.exe", "Line 3: The character U+202E (at place 10)"),
        ("## H\n\n\x0b", "Line 3: The character U+000B"),
        ("## H\n\n" + "a" * (MAX_CHARACTERS + 1), "“H” is longer than 100000 characters"),
    ],
)
def test_it_refuses_a_file_with_what_cannot_be_printed_or_signed(data, words):
    with pytest.raises(BadMarkdown) as refusal:
        read_markdown(data.encode())

    assert words in str(refusal.value)


def test_a_link_says_where_it_leads():
    html = to_html("[a](x) [b](/admin/) [c](//evil.example/) [d](#e) [f](HTTPS://example.com/)")

    assert re.findall(r'href="([^"]*)"', html) == ["HTTPS://example.com/"]
