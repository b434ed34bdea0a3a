from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from implportal.documents.domain import printouts
from implportal.documents.domain.printouts import (
    PrintoutState,
    ask_for_printout,
    lay_out_printout,
    printout_of,
)
from implportal.projects.tests.factories import MemberFactory, ProjectFactory

pytestmark = pytest.mark.django_db
PAGE = "<html lang=en><head><title>S</title></head><body class=wide><h1>S</h1></body></html>"


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


def ask(project, actor, at, html=PAGE):
    return ask_for_printout(
        project=project, html=html, title="Sheet", file_name="sheet.pdf", back="/back/",
        actor=actor, at=at,
    )  # fmt: skip


def address(name, project, word):
    return reverse(f"documents:{name}", kwargs={"project_pk": project.pk, "word": word})


@pytest.fixture
def now():
    from django.utils import timezone

    return timezone.now()


def test_a_printout_is_waited_for_and_then_fetched(sign_in, ines, project, now):
    browser = sign_in(ines)
    word = ask(project, ines, now)

    waiting = browser.get(address("printout_detail", project, word)).content.decode()
    assert "The PDF is being made" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    assert browser.get(address("printout_file", project, word)).status_code == 404
    lay_out_printout(word=word)
    ready = browser.get(address("printout_detail", project, word)).content.decode()
    file = browser.get(address("printout_file", project, word))

    assert "The PDF is there" in ready
    assert "hx-trigger" not in ready.split('id="printout"')[1].split(">")[0]
    assert file.content.startswith(b"%PDF")
    assert file["Content-Disposition"] == 'attachment; filename="sheet.pdf"'


def test_only_who_asked_gets_it_and_only_in_its_project(sign_in, ines, piet, project, now):
    MemberFactory(project=project, user=piet)
    other = ProjectFactory(implementation_manager=ines)
    word = ask(project, ines, now)
    lay_out_printout(word=word)

    assert sign_in(piet).get(address("printout_file", project, word)).status_code == 404
    assert sign_in(ines).get(address("printout_file", other, word)).status_code == 404
    response = sign_in(piet).get(address("printout_detail", project, word), follow=True)
    assert "This PDF is not kept any more" in response.content.decode()
    project.implementation_manager = piet
    project.save()
    ines.role = "CONSULTANT"
    ines.save()
    assert sign_in(ines).get(address("printout_file", project, word)).status_code == 404


def test_one_that_cannot_be_made_says_why(sign_in, ines, project, now, settings):
    settings.RENDER_SECONDS = 1
    endless = PAGE.replace("</body>", "<table><tr>" + "<td><table><tr><td>x" * 4000 + "</body>")
    word = ask(project, ines, now, html=endless)

    lay_out_printout(word=word)

    assert printout_of(word=word, project=project, actor=ines).state == PrintoutState.FAILED
    page = sign_in(ines).get(address("printout_detail", project, word)).content.decode()
    assert "The PDF could not be made." in page


def test_one_that_nobody_makes_is_said_to_be_late(sign_in, ines, project, now):
    word = ask(project, ines, now - timedelta(minutes=3))

    page = sign_in(ines).get(address("printout_detail", project, word)).content.decode()

    assert "Nothing is lost: go back and ask for it again." in page


def test_a_task_that_comes_twice_or_too_late_does_nothing(ines, project, now, monkeypatch):
    word = ask(project, ines, now)
    lay_out_printout(word=word)
    monkeypatch.setattr(printouts, "lay_out_apart", None)

    lay_out_printout(word=word)
    cache.delete(f"printout:{word}")
    lay_out_printout(word=word)
