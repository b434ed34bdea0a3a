import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.utils import timezone

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.notifications.models import Message
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.registry import WAITING
from implportal.projects.tests.factories import ContactFactory, MemberFactory
from implportal.signing.domain.evidence import events_of
from implportal.signing.models import SharedLink
from implportal.signing.tests.conftest import at as address
from implportal.signing.tests.conftest import visit  # noqa: F401
from presales.domain.review import send_for_review
from presales.domain.section_comments import (
    NothingSaid,
    ThreadIsResolved,
    open_comments,
    reopen_comment,
    resolve_comment,
    threads_of,
    write_comment,
)
from presales.domain.sections import remove_section
from presales.domain.solution_standing import solution_standing
from presales.domain.word_export import solution_as_word
from presales.models import SectionComment
from presales.tests.factories import SolutionFactory, SolutionSectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def section(ines, conny):
    section = SolutionSectionFactory(
        solution__project__implementation_manager=ines, key="s1", title="Scope", markdown="All."
    )
    MemberFactory(project=section.solution.project, user=conny)
    return section


def say(section, text, actor, at, thread=None):
    return write_comment(section=section, text=text, actor=actor, at=at, thread=thread)


def test_a_comment_begins_a_thread_that_others_answer(section, ines, conny, noon):
    thread = say(section, " Pier 3, too? ", conny, noon)
    say(section, "No.", ines, noon, thread)

    (found,) = threads_of(section)

    assert (found.text, found.author, found.section_title) == ("Pier 3, too?", conny, "Scope")
    assert [answer.text for answer in found.answers.all()] == ["No."]
    assert open_comments(section.solution) == {section.pk: 1}
    assert solution_standing(section.solution).of("s1").comments == 1


def test_a_resolved_thread_counts_no_longer_and_takes_no_answer(section, ines, conny, noon):
    thread = say(section, "Pier 3, too?", conny, noon)

    resolve_comment(comment=thread, actor=ines, at=noon)
    resolve_comment(comment=thread, actor=ines, at=noon)

    assert open_comments(section.solution) == {}
    with pytest.raises(ThreadIsResolved):
        say(section, "But", conny, noon, thread)
    assert Entry.objects.filter(action="presales.comment_resolved").count() == 1
    reopened = reopen_comment(comment=thread, actor=conny, at=noon)
    assert (reopened.resolved_at, reopened.resolved_by) == (None, None)


def test_open_threads_stand_before_resolved_ones(section, ines, noon):
    first, second = say(section, "One", ines, noon), say(section, "Two", ines, noon)
    resolve_comment(comment=first, actor=ines, at=noon)

    assert [thread.pk for thread in threads_of(section)] == [second.pk, first.pk]


def test_nothing_is_said_by_blanks(section, ines, noon):
    with pytest.raises(NothingSaid):
        say(section, " \n", ines, noon)
    assert not SectionComment.objects.exists()


def test_only_who_works_on_the_project_comments_and_resolves(section, ines, bea, sam, noon):
    thread = say(section, "Pier 3, too?", ines, noon)

    for reader in (bea, sam):
        with pytest.raises(NotAllowed):
            say(section, "No", reader, noon, thread)
        with pytest.raises(NotAllowed):
            resolve_comment(comment=thread, actor=reader, at=noon)
    assert SectionComment.objects.count() == 1


def test_a_resting_project_is_not_commented(section, ines, noon):
    project = section.solution.project
    type(project).objects.filter(pk=project.pk).update(state="SUSPENDED")
    section.refresh_from_db()
    with pytest.raises(ProjectNotRunning):
        say(SolutionSectionFactory._meta.model.objects.get(pk=section.pk), "Hi", ines, noon)


def test_what_was_said_outlives_its_section(section, ines, noon):
    thread = say(section, "Why?", ines, noon)
    remove_section(section=section, actor=ines, at=noon)

    thread.refresh_from_db()
    assert (thread.section, thread.section_title) == (None, "Scope")
    assert open_comments(section.solution) == {None: 1}


def test_the_manager_is_told_of_words_of_others_until_answering(section, ines, conny, noon):
    items = WAITING["presales.comments"].items
    thread = say(section, "Pier 3, too?", conny, noon)

    (waiting,) = items(ines, noon)
    assert waiting.text == f"The team says something about “{section.solution.title}”"
    assert waiting.since == noon
    say(section, "No.", ines, noon, thread)
    assert list(items(ines, noon)) == []


def test_comments_reach_no_customer(section, ines, noon, visit, settings):  # noqa: F811
    """Neither the frozen content, the PDF made of it, the page, the mail nor the evidence."""
    secret = "Zebra: they will not notice"
    thread = say(section, secret, ines, noon)
    say(section, f"{secret}, I hope", ines, noon, thread)
    carl = ContactFactory(customer=section.solution.project.customer)
    version = send_for_review(
        solution=section.solution, contacts=[carl], valid_days=30, actor=ines, at=timezone.now()
    )

    link = SharedLink.objects.get()
    browser = visit(link)
    pages = [
        browser.get(address(route, link), follow=True).content.decode()
        for route in ("link_start", "link_document", "link_changes")
    ]
    word = ZipFile(BytesIO(solution_as_word(solution=section.solution, at=noon)))
    told = [
        json.dumps(version.content),
        *pages,
        *(word.read(name).decode(errors="replace") for name in word.namelist()),
        *Message.objects.values_list("text", flat=True),
        json.dumps([list(map(str, entry.values())) for entry in Entry.objects.values()]),
        *(json.dumps(events_of(chain), default=str) for chain in chains()),
    ]

    assert "Scope" in pages[1]
    assert [text for text in told if "Zebra" in text] == []


def chains():
    from implportal.audit.models import Chain

    return Chain.objects.all()


def test_a_solution_without_comments_waits_for_nobody(ines, noon):
    SolutionFactory(project__implementation_manager=ines)
    assert list(WAITING["presales.comments"].items(ines, noon)) == []
