import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from implportal.audit.models import Entry
from implportal.meetings.models import ActionItem, Meeting
from implportal.meetings.tests.factories import AttendeeFactory, MeetingFactory
from implportal.projects.tests.factories import MemberFactory, ProjectFactory
from presales.models import ExchangeQuestion, Idea, Requirement, Technology, Topic
from presales.tests.factories import ExchangeQuestionFactory, IdeaFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def meeting(project):
    return MeetingFactory(project=project, kind="EXCHANGE", title="Experts meet")


@pytest.fixture
def topic(meeting):
    return TopicFactory(meeting=meeting, kind="TECHNOLOGY", title="Laboratory")


def address(route, project, **kwargs):
    return reverse(f"presales:{route}", kwargs={"project_pk": project.pk, **kwargs})


def home(browser, project, **query):
    return browser.get(address("exchange_home", project), query)


def found(response):
    return [(row.title, row.question_text) for row in response.context["rows"]]


def test_a_project_without_an_exchange_says_what_belongs_there(sign_in, ines, project):
    page = home(sign_in(ines), project).content.decode()

    assert "No exchange yet" in page
    assert f"{reverse('meetings:meeting_create', args=[project.pk])}?kind=EXCHANGE" in page


def test_every_topic_is_found_with_each_of_its_questions_or_alone(sign_in, ines, project, topic):
    ExchangeQuestionFactory(topic=topic, text="Which HL7?", asked_by="Carl")
    ExchangeQuestionFactory(
        topic=topic,
        text="How fast?",
        asked_by="Dora",
        answer="Very.",
        answered_at=topic.meeting.end_at,
    )
    later = MeetingFactory(
        project=project, kind="EXCHANGE", start_at=topic.meeting.start_at + timedelta(days=7),
        end_at=topic.meeting.end_at + timedelta(days=7),
    )  # fmt: skip
    TopicFactory(meeting=later, kind="METHOD", title="Data take-over")
    called_off = MeetingFactory(project=project, kind="EXCHANGE", state="CANCELLED")
    TopicFactory(meeting=called_off)
    TopicFactory()
    browser = sign_in(ines)

    assert found(home(browser, project, sort="topic")) == [
        ("Data take-over", None), ("Laboratory", "Which HL7?"), ("Laboratory", "How fast?"),
    ]  # fmt: skip
    response = home(browser, project)
    assert (found(response)[0], response.context["total"]) == (("Data take-over", None), 3)
    assert found(home(browser, project, q="carl")) == [("Laboratory", "Which HL7?")]
    assert found(home(browser, project, q="very")) == [("Laboratory", "How fast?")]
    assert found(home(browser, project, state="open")) == [("Laboratory", "Which HL7?")]
    assert found(home(browser, project, state="answered")) == [("Laboratory", "How fast?")]
    assert found(home(browser, project, state="none")) == [("Data take-over", None)]
    assert found(home(browser, project, kind="METHOD")) == [("Data take-over", None)]
    assert found(home(browser, project, meeting=later.pk)) == [("Data take-over", None)]
    assert "No topic or question fits" in home(browser, project, q="zzz").content.decode()


def test_an_exchange_lacks_minutes_only_while_nothing_stands_below_its_topics(
    sign_in, ines, project, topic
):
    lists = [reverse("meetings:meeting_list", args=[project.pk]), "/meetings/?when=all"]
    browser = sign_in(ines)

    before = [browser.get(page).content.decode().count("Minutes missing") for page in lists]
    Topic.objects.update(notes="They use HL7 already.")
    after = [browser.get(page).content.decode().count("Minutes missing") for page in lists]

    assert (before, after) == ([1, 1], [0, 0])


def test_the_export_holds_what_is_filtered(sign_in, ines, project, topic):
    ExchangeQuestionFactory(topic=topic, text="=1+1?", asked_by="Carl")
    TopicFactory(meeting=topic.meeting)

    response = home(sign_in(ines), project, export="csv", state="open")

    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0][2:] == [
        "Kind", "Topic", "Question", "Asked by", "Answer", "Answered by", "State",
    ]  # fmt: skip
    assert [row[2:] for row in rows[1:]] == [
        ["Technology", "Laboratory", "'=1+1?", "Carl", "", "", "Open"]
    ]


@pytest.mark.parametrize("count", [1, 25])
def test_the_list_costs_the_same_for_any_number(
    sign_in, ines, project, django_assert_num_queries, count
):
    for _ in range(count):
        topic = TopicFactory(meeting__project=project)
        ExchangeQuestionFactory(topic=topic)
        IdeaFactory(topic=topic)
        Technology.objects.create(project=project, name=f"T{topic.pk}").topics.add(topic)
    browser = sign_in(ines)

    # session, user, project, choices of the filter, count, page, meetings, ideas,
    # technologies with topics and meetings, step, news
    with django_assert_num_queries(13):
        response = home(browser, project)

    assert len(found(response)) == count


@pytest.mark.parametrize("count", [1, 25])
def test_one_exchange_costs_the_same_for_any_number_of_topics(
    sign_in, ines, project, meeting, django_assert_num_queries, count
):
    for _ in range(count):
        topic = TopicFactory(meeting=meeting)
        ExchangeQuestionFactory(topic=topic)
        IdeaFactory(topic=topic)
    browser = sign_in(ines)

    # session, user, project, meeting, topics with questions, ideas, technologies,
    # attendees, team, news
    with django_assert_num_queries(11):
        browser.get(address("exchange_detail", project, pk=meeting.pk))


def test_a_topic_is_filled_in_while_people_talk(sign_in, ines, project, meeting):
    browser = sign_in(ines)
    place = {"pk": meeting.pk}
    browser.post(address("topic_add", project, **place), {"title": "HL7", "kind": "TECHNOLOGY"})
    topic = Topic.objects.get()
    place["topic_pk"] = topic.pk
    browser.post(
        address("exchange_question_add", project, **place), {"text": "Why?", "asked_by": "Carl"}
    )
    browser.post(address("idea_add", project, **place), {"text": "Speech"})
    browser.post(address("technologies_name", project, **place), {"names": "SAML, HL7 FHIR"})
    question, idea = ExchangeQuestion.objects.get(), Idea.objects.get()
    browser.post(
        address("exchange_question_take", project, exchange_question_pk=question.pk),
        {"owner": f"u{ines.pk}", "due_on": "2026-03-09"},
    )
    browser.post(
        address("exchange_question_answer", project, exchange_question_pk=question.pk),
        {"answer": "So.", "answered_by": "Ines", "seen": "0"},
    )
    response = browser.post(
        address("idea_take", project, idea_pk=idea.pk),
        {"text": "Notes are spoken.", "priority": "COULD"},
    )

    assert response.url == f"{address('exchange_detail', project, pk=meeting.pk)}#topic-{topic.pk}"
    assert ExchangeQuestion.objects.get().answer == "So."
    assert ActionItem.objects.get().user == ines
    assert Requirement.objects.get().ideas.get() == idea
    page = browser.get(address("exchange_detail", project, pk=meeting.pk)).content.decode()
    assert all(words in page for words in ("HL7 FHIR", "R-001", "Why?", "So.", "answered"))
    page = browser.get(meeting.get_absolute_url()).content.decode()
    assert "Topics and questions" in page


def test_notes_save_themselves_and_never_replace_what_was_not_seen(
    sign_in, ines, project, meeting, topic
):
    browser, place = sign_in(ines), {"pk": meeting.pk, "topic_pk": topic.pk}
    url = address("topic_notes_autosave", project, **place)

    saved = browser.post(url, {"notes": "One", "revision": "0"})
    clash = browser.post(url, {"notes": "Two", "revision": "0", "over": "1"})
    on_a_page = browser.post(
        address("topic_notes", project, **place), {"notes": "Two", "revision": "0"}
    )

    assert (saved.status_code, clash.status_code) == (200, 409)
    assert f'id="notes-revision-{topic.pk}" value="1"' in saved.content.decode()
    assert 'name="over" value="1"' in clash.content.decode()
    page = on_a_page.content.decode()
    assert ">Two</textarea>" in page
    assert ">One</pre>" in page
    topic.refresh_from_db()
    assert (topic.notes, topic.revision) == ("One", 1)
    browser.post(
        address("topic_notes", project, **place), {"notes": "Two", "revision": "0", "over": "1"}
    )
    topic.refresh_from_db()
    assert (topic.notes, topic.revision) == ("Two", 2)


def test_topics_are_put_in_order_and_a_list_that_changed_is_refused(
    sign_in, ines, project, meeting
):
    one, two = TopicFactory(meeting=meeting), TopicFactory(meeting=meeting)
    url = address("topic_order", project, pk=meeting.pk)
    browser = sign_in(ines)

    assert browser.post(url, {"order": [two.pk, one.pk]}).status_code == 204
    assert list(meeting.topics.order_by("order")) == [two, one]
    answer = browser.post(url, {"order": [two.pk]})
    assert (answer.status_code, answer.content.decode()) == (
        409, "The list has changed since you opened it. Reload the page and try again.",
    )  # fmt: skip


def test_without_script_a_topic_moves_by_a_button_and_comes_back_to_it(
    sign_in, ines, project, meeting
):
    one, two = TopicFactory(meeting=meeting), TopicFactory(meeting=meeting)
    browser = sign_in(ines)
    url = address("topic_move", project, pk=meeting.pk, topic_pk=two.pk)
    page = browser.get(address("exchange_detail", project, pk=meeting.pk)).content.decode()
    form = page[page.index(f'<form class="ip-row" method="post" action="{url}"') :]

    assert 'value="down" disabled' in form[: form.index("</form>")]
    answer = browser.post(url, {"direction": "up"})
    assert (answer.status_code, answer.url) == (302, two.get_absolute_url())
    assert list(meeting.topics.order_by("order")) == [two, one]
    browser.post(url, {"direction": "up"})
    browser.post(url, {"direction": "sideways"})

    assert list(meeting.topics.order_by("order")) == [two, one]
    assert Entry.objects.filter(action="presales.topics_ordered").count() == 1


def test_a_topic_of_another_meeting_is_not_moved_from_here(sign_in, ines, project, meeting):
    other = TopicFactory(meeting__project=project)
    url = address("topic_move", project, pk=meeting.pk, topic_pk=other.pk)

    assert sign_in(ines).post(url, {"direction": "up"}).status_code == 404


def test_at_an_exchange_that_was_called_off_no_topic_moves(sign_in, ines, project, meeting):
    one, two = TopicFactory(meeting=meeting), TopicFactory(meeting=meeting)
    Meeting.objects.update(state="CANCELLED")
    url = address("topic_move", project, pk=meeting.pk, topic_pk=two.pk)

    page = sign_in(ines).post(url, {"direction": "up"}, follow=True).content.decode()

    assert "was called off" in page
    assert list(meeting.topics.order_by("order")) == [one, two]


def test_a_refused_question_keeps_what_was_typed(sign_in, ines, project, meeting, topic):
    response = sign_in(ines).post(
        address("exchange_question_add", project, pk=meeting.pk, topic_pk=topic.pk),
        {"text": "x" * 1001, "asked_by": "Carl"},
    )

    page = response.content.decode()
    assert "x" * 1001 in page
    assert 'value="Carl"' in page
    assert not ExchangeQuestion.objects.exists()


def test_who_only_reads_sees_all_and_changes_nothing(sign_in, bea, conny, project, meeting, topic):
    project.business_manager = bea
    project.save(update_fields=["business_manager"])
    ExchangeQuestionFactory(topic=topic, text="Which HL7?")
    browser = sign_in(bea)

    page = browser.get(address("exchange_detail", project, pk=meeting.pk)).content.decode()
    assert "Which HL7?" in page
    assert "<textarea" not in page
    url = address("topic_add", project, pk=meeting.pk)
    assert browser.post(url, {"title": "x", "kind": "METHOD"}).status_code == 403
    MemberFactory(project=project, user=conny)
    move = address("topic_move", project, pk=meeting.pk, topic_pk=topic.pk)
    assert browser.post(move, {"direction": "up"}).status_code == 403
    assert move not in page
    assert sign_in(conny).post(url, {"title": "x", "kind": "METHOD"}).status_code == 302
    assert Topic.objects.count() == 2


def test_names_that_are_likely_to_be_typed_are_offered(sign_in, ines, project, meeting):
    AttendeeFactory(meeting=meeting, name="Gustav Guest")

    page = sign_in(ines).get(address("exchange_detail", project, pk=meeting.pk)).content.decode()

    assert '<option value="Gustav Guest">' in page
    assert '<option value="Ines Example">' in page
