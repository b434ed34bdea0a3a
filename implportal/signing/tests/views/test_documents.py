import pytest

from implportal.signing.domain import reading
from implportal.signing.models import Question, SectionConfirmation
from implportal.signing.tests.conftest import SECTIONS, at


@pytest.fixture
def link(frozen, shared):
    return shared(frozen())


def test_a_reader_goes_from_section_to_section(link, visit):
    browser = visit(link)

    first = browser.post(at("link_section_understood", link, key="s1"))
    browser.post(at("link_section_understood", link, key="s2"))
    last = browser.post(at("link_section_understood", link, key="s3"))

    assert first["Location"].endswith("/document/#section-s2")
    assert last["Location"].endswith("/document/#section-end")
    assert SectionConfirmation.objects.count() == 3
    link.refresh_from_db()
    assert link.opened_at is not None
    assert "That was all, thank you" in browser.get(at("link_document", link)).content.decode()


def test_a_reader_asks_and_settles(link, visit, ines, now):
    browser = visit(link)

    empty = browser.post(at("link_question_ask", link, key="s3"), {"text": ""})
    browser.post(at("link_question_ask", link, key="s3"), {"text": "<b>Net</b>?"})
    question = Question.objects.get()
    reading.answer_question(question=question, text="Net.", actor=ines, at=now)
    page = browser.get(at("link_document", link)).content.decode()
    browser.post(at("link_question_reply", link, pk=question.pk), {"text": "Sure?"})
    browser.post(at("link_question_close", link, pk=question.pk))

    assert empty.status_code == 200
    assert "&lt;b&gt;Net&lt;/b&gt;?" in page
    assert "<b>Net</b>" not in page
    question.refresh_from_db()
    assert question.state == "CLOSED"
    assert question.answers.count() == 2


def test_another_reader_sees_the_thread_but_cannot_settle_it(link, shared, dora, visit, now):
    question = reading.ask_question(link=link, section_key="s3", text="Net?", at=now)
    other = shared(link.subject, contact=dora)
    browser = visit(other)

    assert "Net?" in browser.get(at("link_document", other)).content.decode()
    assert browser.post(at("link_question_close", other, pk=question.pk)).status_code == 404
    question.refresh_from_db()
    assert question.state == "OPEN"


def test_the_next_version_says_what_changed(link, frozen, shared, visit, now):
    for key in ("s1", "s2", "s3"):
        reading.mark_understood(link=link, section_key=key, at=now)
    newer = shared(frozen([*SECTIONS[:2], ("s3", "Price", "What it will cost.")]))
    browser = visit(newer)

    page = browser.get(at("link_document", newer))
    changes = browser.get(at("link_changes", newer)).content.decode()

    assert (page.context["state"].understood, page.context["state"].total) == (2, 3)
    assert page.context["changed"] == 1
    assert page.content.decode().count("I have understood this") == 1
    assert "<del>costs</del>" in changes
    assert "<ins>will cost</ins>" in changes
    assert "2 sections are the same as before" in changes


def test_a_link_for_reading_shows_no_buttons_and_takes_no_answers(frozen, shared, visit):
    link = shared(frozen(), kind="READ")
    browser = visit(link)

    page = browser.get(at("link_document", link)).content.decode()
    browser.post(at("link_section_understood", link, key="s1"))
    refused = browser.post(at("link_question_ask", link, key="s1"), {"text": "Why?"})

    assert "I have understood this" not in page
    assert "I have a question" not in page
    assert "no longer discussed" in refused.content.decode()
    assert not SectionConfirmation.objects.exists()
    assert not Question.objects.exists()


def test_the_pdf_is_the_frozen_file(link, visit):
    answer = visit(link).get(at("link_document_file", link))

    with link.subject.pdf.open() as file:
        assert b"".join(answer.streaming_content) == file.read()
    assert answer["Content-Disposition"] == 'attachment; filename="TD-2026-0001-v1.pdf"'


def test_pictures_of_other_documents_are_not_shown(link, visit):
    assert visit(link).get(at("link_image", link, sha256="0" * 64)).status_code == 404


@pytest.mark.parametrize("sections", [1, 25])
def test_the_page_costs_the_same_for_any_number_of_sections(
    sections, frozen, shared, visit, now, django_assert_num_queries
):
    link = shared(frozen([(f"s{n}", f"Part {n}", "Words.") for n in range(sections)]))
    for number in range(sections):
        reading.ask_question(link=link, section_key=f"s{number}", text="Why?", at=now)
        reading.mark_understood(link=link, section_key=f"s{number}", at=now)
    browser = visit(link)

    with django_assert_num_queries(5):  # link, version, confirmations, questions, answers
        answer = browser.get(at("link_document", link))

    assert len(answer.context["sections"]) == sections
