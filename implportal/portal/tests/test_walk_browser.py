import pytest

from implportal.portal.walk.forms import CannotFill, Form, Upload, multipart
from implportal.portal.walk.markup import read_markup
from implportal.portal.walk.steps_solution import read_headings

FORM = """
<main><h1>Give it</h1>
<form method="post" action="/give/" enctype="multipart/form-data">
  <input type="hidden" name="token" value="a&amp;b">
  <label for="t">Title</label><input id="t" name="title" value="As it was">
  <textarea name="note">
First line
second</textarea>
  <label><input type="checkbox" name="to" value="7" checked> Carl <small>executive</small></label>
  <label for="d">Dora</label><input type="checkbox" id="d" name="to" value="8">
  <label for="off">Emil</label><input type="checkbox" id="off" name="to" value="9" disabled>
  <select name="kind"><option value="">none</option><option value="B" selected>Big</option>
    <option>Small</option></select>
  <input type="file" name="file">
  <svg><path d="M0"/></svg>
  <button name="go" value="1">Send <b>now</b></button><button>Later</button>
</form></main><p>after the form
"""


@pytest.fixture
def form() -> Form:
    page = read_markup(FORM)
    return Form(page.all("form")[0], page)


def test_what_is_prefilled_is_sent_as_it_is(form):
    assert form.filled({}, form.button("Send now")) == [
        ("token", "a&b"),
        ("title", "As it was"),
        ("note", "First line\nsecond"),
        ("to", "7"),
        ("kind", "B"),
        ("file", Upload("", b"")),
        ("go", "1"),
    ]


def test_answers_take_the_place_of_what_was_there(form):
    file = Upload("a.md", b"# A")
    answers = {"title": "New", "to": ["Dora"], "kind": "Small", "file": file, "note": ""}

    sent = form.filled(answers, form.button("Later"))

    assert sent == [
        ("token", "a&b"),
        ("title", "New"),
        ("note", ""),
        ("to", "8"),
        ("kind", "Small"),
        ("file", file),
    ]


def test_a_box_is_ticked_with_true_and_cleared_with_false(form):
    assert ("to", "7") in form.filled({"to": True}, None)
    assert "to" not in dict(form.filled({"to": False}, None))


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"colour": "red"}, "it has no field colour but only token, title"),
        ({"kind": "Huge"}, "kind offers “none”, “Big”, “Small”, not “Huge”"),
        ({"to": ["Emil"]}, "to offers “Carl executive”, “Dora”, not “Emil”"),
    ],
)
def test_what_a_person_could_not_fill_in_is_refused(form, answers, why):
    with pytest.raises(CannotFill) as refusal:
        form.filled(answers, None)

    assert why in str(refusal.value)


def test_a_page_is_read_line_by_line():
    assert read_markup(FORM).lines()[0] == "Give it"
    assert read_markup(FORM).lines()[-1] == "after the form"
    assert read_markup("<p>one<script>no</script> two<br>three</p>").lines() == ["one two", "three"]


def test_a_file_travels_with_its_name_and_bytes():
    body, kind = multipart([("title", "ü"), ("file", Upload("a.md", b"\x00\xff"))])

    boundary = kind.partition("boundary=")[2].encode()
    assert body.count(boundary) == 3
    assert b'name="title"\r\n\r\n' + "ü".encode() + b"\r\n" in body
    assert b'name="file"; filename="a.md"' in body
    assert b"\r\n\r\n\x00\xff\r\n" in body


def test_headings_are_counted_however_they_are_written():
    text = "Title\n=====\n\n##1.0 SCOPE\ntext\n\nPrice\n-----\n\n```\n# no heading\n```\n\n---\n"

    assert read_headings(Upload("a.md", text.encode())) == ["title", "scope", "price"]
