"""Hostile texts go through every text field of every form, and come out as text.

As the person whom the access table lets in, each form of the portal is filled and sent as a
browser does; then the pages, tables and mails that show it are read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse
from PIL import Image

from delivery.models import Plan
from implportal.kernel.exports import DANGEROUS
from implportal.notifications.models import Message
from implportal.tests.forms_of_pages import Form, fill, forms_of, said_against, wordless_of
from implportal.tests.hostile import LONG, REFUSED, SHORT, what_is_wrong
from implportal.tests.test_access import ROLES, methods_of, our_routes, read_table, scene  # noqa: F401
from implportal.tests.test_architecture import PUBLIC
from presales.models import Solution

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
ENDS = {"delete", "remove", "cancel", "close", "withdraw", "revoke", "stop", "lose", "end"}
ENDS |= {"retry", "suspend"}
"""Routes that take away what later forms need: sent, looked at and undone."""


SCRIPT = "sent by a script; what it keeps is what the form of the same page keeps"
LATER = "no page of the scene offers it: the record stands elsewhere"
NOT_FILLED = {
    SCRIPT: """
        catalogue:profile_order meetings:minutes_autosave presales:interview_notes_autosave
        presales:introduction_part_preview presales:introduction_parts_order
        presales:itinerary_move presales:reaction_autosave presales:requirement_order
        presales:scenario_order presales:section_autosave presales:section_order
        presales:section_paste presales:section_preview presales:solution_template_order
        presales:survey_answer_keep presales:template_preparation_order
        presales:template_question_order presales:template_section_order
        presales:topic_notes_autosave presales:topic_order
    """,
    LATER: """
        aftersales:certificate_recall aftersales:training_session delivery:change_approve
        delivery:delivery_grant documents:version_retry meetings:feedback_ask
        meetings:feedback_note meetings:invitations_send notifications:mail_send_again
        presales:arrangements_usual presales:interview_remove presales:introduction_reopen
        presales:problem_remove presales:requirement_suspects_clear presales:solution_decide
        presales:solution_take_back presales:survey_close presales:survey_reopen
        presales:survey_statement_take presales:topic_remove presales:user_group_remove
        projects:attachment_remove projects:phase_enter signing:request_change
        signing:request_evidence
    """,
}
"""Why -> the forms of people with an account that no page shows, with or without words."""

GUEST = "{line:.60}, {end}@customer.example"
LEGAL = {
    "guests": GUEST,
    "end_at": "2026-03-03T13:00",
    "look_again_on": "2099-12-31",
    "owner": "",
}
"""Field -> what it takes beside words, or the words in the one form that it takes."""

LEGAL_IN = {
    "aftersales:trainees_add": {"guests": "{line:.60} <{end}@customer.example>"},
    "presales:common_requirement_edit": {"text": "{line} {end}"},
    "presales:interview_add": {"contact": ""},
    "presales:interview_edit": {"contact": ""},
    "presales:requirement_import": {"text": "Text\n{cell}"},
    "presales:stop_add": {"start_at": "2026-03-03T10:00", "end_at": "2026-03-03T11:00"},
    "presales:stop_edit": {"start_at": "2026-03-03T10:00", "end_at": "2026-03-03T11:00"},
    "presales:survey_answer_import": {"text": "No.,Question,Answer\n1,{cell},{cell}"},
    "presales:survey_template_import": {
        "text": "Section,Question,Kind of answer\n{cell},{cell},Text"
    },
    "presales:technologies_name": {"names": "{line:.60}"},
    "meetings:minutes_send": {"readers": None},
    "projects:customer_contact_import": {"text": "Name,E-mail\n{cell},{end}@customer.example"},
}
"""The same for one form alone; None for what is left out."""


def a_picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(target, "PNG")
    return target.getvalue()


FILES = {
    "presales:section_picture": ("picture", "p.png", a_picture),
    "presales:solution_import": ("file", "s.md", lambda: b"# Title\n\n## 1 Scope\n\nWords.\n"),
}
"""Forms that take words and a file."""

MOMENTS = {
    "presales:section_create": ("presales.Solution", {"state": "DRAFT"}),
    "presales:section_edit": ("presales.Solution", {"state": "DRAFT"}),
    "presales:section_picture": ("presales.Solution", {"state": "DRAFT"}),
}
"""Forms whose record is moved for them, and back again."""

NOT_NOW = {
    "aftersales:certificate_send": "These criteria are not checked yet",
    "delivery:change_apply": "There is nothing left to carry out",
    "delivery:change_decline": "This is now “Being written”",
    "delivery:change_recall": "This change request is not out for signature any more",
    "delivery:change_send": "This is now “Being written”",
    "delivery:change_send_back": "This is now “Being written”",
    "delivery:user_request_promote": "Only an open wish becomes a requirement",
    "portal:gallery": "answer 405",
    "presales:introduction_give": "This is now “Being composed”",
    "presales:solution_ask": "The solution is “With the customer”",
    "presales:solution_sign": "Signing opens when every section is understood",
    "presales:solution_start": "This project has a solution already",
    "presales:solution_stop_signing": "The solution is not out for signature any more",
    "presales:survey_requirements": "The answers may still change",
    "presales:wish_take": "A question becomes an action item",
    "projects:project_lose": "This project is past pre-sales",
    "projects:project_resume": "This is now “Running”",
}
"""Forms that refuse whatever is written, and in which words: their record stands elsewhere."""


class Visitor:
    """Everybody of the scene, each with a browser; who goes where stands in the access table."""

    def __init__(self, scene, sign_in):  # noqa: F811
        self.scene = scene
        self.table = read_table()
        # The factories number by themselves; what is made in the portal must not meet it.
        Plan.objects.update_or_create(project=scene.project, defaults={"last_number": 10_000})
        Solution.objects.filter(project=scene.project).update(keys_given=10_000)
        type(scene.project).objects.filter(pk=scene.project.pk).update(code="IP-2020-0001")
        self.browsers = {role: sign_in(scene.people[role]) for role in ROLES[:-1]}
        self.pages = list(self._pages())
        self.wrong: list[str] = []
        self.filled: set[str] = set()
        self.taken: set[str] = set()
        self.wordless: set[str] = set()
        self.refused: dict[str, str] = {}

    def entitled(self, name: str) -> Client | None:
        codes = self.table.get(f"{name} GET", [])
        order = ("ines", "bea", "piet", "cora", "adam")
        return next(
            (self.browsers[who] for who in order if codes and codes[ROLES.index(who)] == 200), None
        )

    def _pages(self):
        """Give route, address and the browser of somebody who may open it."""
        for name, view, places in our_routes():
            browser = self.entitled(name) if "GET" in methods_of(view) else None
            if browser:
                yield name, self.scene.address(name, places), browser

    def look(self, name, response) -> str:
        """Check one answer, and give its text if it is a page."""
        if response.streaming:
            list(response.streaming_content)
            return ""
        assert response.status_code < 500, name
        kind = response.headers.get("Content-Type", "")
        if kind.startswith("text/html"):
            html = response.content.decode()
            self.wrong += [f"{name}: {what}" for what in what_is_wrong(html)]
            return html
        if kind.startswith("text/csv"):
            rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
            cells = [cell for row in rows for cell in row]
            self.wrong += [
                f"{name}: {cell}"
                for cell in cells
                if cell.startswith(DANGEROUS) and not cell.lstrip("+-").replace(".", "").isdigit()
            ]
        if kind.startswith("text/calendar"):
            assert b"\nBcc:" not in response.content
        return ""

    def send_everywhere(self, sample: str) -> None:
        for number, (name, address, browser) in enumerate(self.pages):
            page = self.look(name, browser.get(address))
            for action in wordless_of(page):
                self.wordless.add(resolve(urlsplit(urljoin(address, action)).path).view_name)
            for form in forms_of(page):
                with transaction.atomic():
                    action = form.action or address
                    route = resolve(action).view_name
                    data = legal(route, form, sample, end=f" {number}")
                    with self.moment(route):
                        answer = browser.post(action, data, follow=True)
                    self.look(name, answer)
                    self.filled.add(route)
                    if said := said_against(answer):
                        self.refused[route] = said.removeprefix("__all__: ")
                    else:
                        self.taken.add(route)
                    if ENDS & set(name.rpartition(":")[2].split("_")):
                        transaction.set_rollback(True)

    @contextmanager
    def moment(self, route: str) -> Iterator[None]:
        """Let the record of a form stand, while it is sent, where the form is meant for."""
        label, fields = MOMENTS.get(route, ("projects.Project", {}))
        rows = apps.get_model(label)._default_manager
        rows = rows.filter(project=self.scene.project) if fields else rows.none()
        before = list(rows.values("pk", *fields))
        if before:
            rows.update(**fields)
        yield
        for row in before:
            rows.filter(pk=row.pop("pk")).update(**row)

    def look_everywhere(self) -> None:
        for name, address, browser in self.pages:
            self.look(name, browser.get(address))
            if name.endswith(("_list", "_board")):
                self.look(name, browser.get(f"{address}?export=csv"))
                self.look(name, browser.get(f"{address}?export=xlsx"))


def legal(route: str, form: Form, sample: str, *, end: str) -> dict:
    """What a browser would send of a sample, in the form in which each field may keep it."""
    data = fill(form, sample, end=end)
    line = sample.split("\n", maxsplit=1)[0]
    words = {"line": line.replace(",", " "), "end": f"guest{end.strip()}"}
    words["cell"] = '"{}"'.format(line.replace('"', '""'))
    for key, given in (LEGAL | LEGAL_IN.get(route, {})).items():
        if key in data:
            data[key] = [] if given is None else [given.format(**words)]
    if route in FILES:
        field, name, content = FILES[route]
        data[field] = SimpleUploadedFile(name, content())
    return data


@pytest.fixture
def visitor(scene, sign_in):  # noqa: F811
    return Visitor(scene, sign_in)


def check_mails():
    for message in Message.objects.order_by("pk"):
        assert "\n" not in message.subject
        assert "\r" not in message.subject
        assert "\n" not in message.to + message.to_name


LINES_OF_MANY = ("lists", "table", "laughs", "lines")
WORDS_OF_MANY = ("word", "quotes", "emphasis", "references")
TOGETHER = {
    "scripts": ("script", "closing", "attribute"),
    "events": ("single quote", "image", "svg"),
    "frames": ("frame", "meta"),
    "styles": ("css", "style"),
    "links": ("link", "autolink"),
    "pictures": ("picture", "reference"),
    "programs": ("formula", "template", "percent", "sql"),
    "more programs": ("formula plus", "path", "mail", "entities"),
    "characters": ("directions", "invisible", "astral", "combining"),
}
"""Samples that fit into one field together; one run through the portal takes its time."""


def not_filled(visitor: Visitor) -> set[str]:
    """The forms for people with an account that were neither filled nor seen to take no words."""
    ours = {name for name, view, _places in our_routes() if "POST" in methods_of(view)}
    return ours - PUBLIC - visitor.filled - visitor.wordless


def test_no_sample_is_forgotten():
    assert sorted(name for names in TOGETHER.values() for name in names) == sorted(SHORT)


@pytest.mark.parametrize("names", TOGETHER)
def test_every_field_takes_it_for_text_and_every_page_shows_it_as_text(visitor, names):
    visitor.send_everywhere(" ".join(SHORT[name] for name in TOGETHER[names]))
    visitor.look_everywhere()

    assert visitor.wrong == []
    refused = {name: said for name, said in visitor.refused.items() if name not in visitor.taken}
    astray = {
        name: said for name, said in refused.items() if not said.startswith(NOT_NOW.get(name, "-"))
    }
    assert astray == {}, f"find what these take, or say why they may refuse it: {astray}"
    assert set(NOT_NOW) - set(refused) == set(), "these take words by now: strike them out"
    excused = {name for names in NOT_FILLED.values() for name in names.split()}
    assert not_filled(visitor) - excused == set(), "show these in the scene, or say why not"
    assert excused - not_filled(visitor) == set(), "these are shown by now: strike them out"
    check_mails()


@pytest.mark.parametrize("sample", REFUSED)
def test_a_field_of_one_line_refuses_what_would_forge_a_mail_or_a_name(visitor, sample):
    project = visitor.scene.project
    address = reverse("projects:project_edit", kwargs={"project_pk": project.pk})
    (form,) = forms_of(visitor.browsers["ines"].get(address).content.decode())
    data = fill(form, "x") | {"title": [REFUSED[sample]]}

    answer = visitor.browsers["ines"].post(address, data)

    assert answer.status_code == 200
    assert "title" in answer.context["form"].errors


@pytest.mark.parametrize("samples", [LINES_OF_MANY, WORDS_OF_MANY], ids=["blocks", "words"])
def test_no_field_brings_a_page_down(visitor, samples):
    visitor.send_everywhere("\n\n".join(LONG[name] for name in samples))
    visitor.look_everywhere()

    assert visitor.wrong == []
    check_mails()
