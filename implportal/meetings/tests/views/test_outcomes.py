from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from implportal.meetings.models import ActionItem, Decision
from implportal.meetings.tests.factories import ActionItemFactory, DecisionFactory, MeetingFactory
from implportal.projects.models import Attachment
from implportal.projects.tests.factories import ContactFactory, MemberFactory

pytestmark = pytest.mark.django_db


def address(name, meeting, **kwargs):
    return reverse(
        f"meetings:{name}",
        kwargs={"project_pk": meeting.project_id, "pk": meeting.pk, **kwargs},
    )


def test_a_decision_and_an_action_item_are_noted_on_the_page_of_the_meeting(sign_in, ines, meeting):
    carl = ContactFactory(customer=meeting.project.customer, name="Carl")
    browser = sign_in(ines)

    answer = browser.post(address("decision_add", meeting), {"text": "<b>June</b>"})
    browser.post(
        address("action_add", meeting),
        {"text": "Send the list 🚀", "owner": f"c{carl.pk}", "due_on": "2026-03-09"},
    )

    assert answer.headers["Location"] == f"{meeting.get_absolute_url()}#outcomes"
    item = ActionItem.objects.get()
    assert (item.text, item.contact, item.due_on) == ("Send the list 🚀", carl, date(2026, 3, 9))
    page = browser.get(meeting.get_absolute_url()).content.decode()
    assert "&lt;b&gt;June&lt;/b&gt;" in page
    assert "Send the list 🚀" in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"owner": "u999"}, "owner"),
        ({"due_on": "soon"}, "due_on"),
        ({"due_on": "0020-01-01"}, "due_on"),
    ],
)
def test_a_wrong_action_item_keeps_what_was_typed(sign_in, ines, meeting, fields, field):
    given = {"text": "Send the list", "owner": "", "due_on": ""}

    page = sign_in(ines).post(address("action_add", meeting), given | fields)

    assert list(page.context["form"].errors) == [field]
    assert not ActionItem.objects.exists()


def test_contacts_of_other_customers_are_not_offered(sign_in, ines, meeting):
    other = ContactFactory()

    page = sign_in(ines).post(
        address("action_add", meeting), {"text": "x", "owner": f"c{other.pk}", "due_on": ""}
    )

    assert list(page.context["form"].errors) == ["owner"]


def test_an_action_item_is_changed_ticked_off_put_back_and_taken_away(sign_in, ines, meeting):
    item = ActionItemFactory(meeting=meeting, user=ines)
    browser = sign_in(ines)

    form = browser.get(address("action_edit", meeting, item_pk=item.pk)).context["form"]
    assert form.initial["owner"] == f"u{ines.pk}"
    browser.post(
        address("action_edit", meeting, item_pk=item.pk), {"text": "New", "owner": "", "due_on": ""}
    )
    browser.post(address("action_settle", meeting, item_pk=item.pk), {"done": "1"})
    item.refresh_from_db()
    assert (item.text, item.user, item.done_by) == ("New", None, ines)

    browser.post(address("action_settle", meeting, item_pk=item.pk), {"done": ""})
    item.refresh_from_db()
    assert item.done_at is None
    browser.post(address("action_remove", meeting, item_pk=item.pk))
    assert not ActionItem.objects.exists()


def test_a_decision_is_taken_away(sign_in, ines, meeting):
    decision = DecisionFactory(meeting=meeting)

    sign_in(ines).post(address("decision_remove", meeting, item_pk=decision.pk))

    assert not Decision.objects.exists()


def test_what_is_refused_is_said_on_the_page(sign_in, ines, meeting):
    item = ActionItemFactory(meeting=meeting)
    meeting.project.state = "SUSPENDED"
    meeting.project.save()

    page = sign_in(ines).post(
        address("action_settle", meeting, item_pk=item.pk), {"done": "1"}, follow=True
    )

    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    item.refresh_from_db()
    assert item.done_at is None


@pytest.mark.parametrize(
    ("person", "code"),
    [("ines", 302), ("adam", 302), ("conny", 302), ("bea", 403), ("sam", 404), ("cora", 404)],
)
@pytest.mark.parametrize(
    "route", ["decision_add", "action_add", "decision_remove", "action_settle", "action_remove"]
)
def test_whoever_works_on_the_project_notes_what_comes_out(
    request, sign_in, meeting, conny, route, person, code
):
    MemberFactory(project=meeting.project, user=conny)
    rows = {
        "decision": DecisionFactory(meeting=meeting),
        "action": ActionItemFactory(meeting=meeting),
    }
    kwargs = {} if route.endswith("add") else {"item_pk": rows[route.split("_")[0]].pk}

    answer = sign_in(request.getfixturevalue(person)).post(
        address(route, meeting, **kwargs), {"text": "x", "owner": "", "due_on": "", "done": "1"}
    )

    assert answer.status_code == code


def test_items_of_another_meeting_are_not_found(sign_in, ines, meeting, project):
    item = ActionItemFactory(meeting=MeetingFactory(project=project))
    decision = DecisionFactory(meeting=item.meeting)
    browser = sign_in(ines)

    answers = [
        browser.get(address("action_edit", meeting, item_pk=item.pk)),
        browser.post(address("action_remove", meeting, item_pk=item.pk)),
        browser.post(address("action_settle", meeting, item_pk=item.pk)),
        browser.post(address("decision_remove", meeting, item_pk=decision.pk)),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_files_are_kept_with_the_meeting(sign_in, ines, meeting):
    browser = sign_in(ines)
    url = reverse("projects:attachment_add", args=["meetings.meeting", meeting.pk])

    page = browser.post(url, {"file": SimpleUploadedFile("سجل 🚀.txt", b"notes")}, follow=True)

    file = Attachment.objects.of(meeting).get()
    assert (file.name, file.uploaded_by) == ("سجل 🚀.txt", ines)
    assert "سجل 🚀.txt" in page.content.decode()
