import csv
import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from implportal.meetings.domain.meetings import change_meeting
from implportal.meetings.models import Feedback, Meeting
from implportal.meetings.tests.factories import AttendeeFactory, MeetingFactory
from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from presales.domain.requirements import MeetingOfOtherProject, add_requirement
from presales.models import Arrangement, ItineraryItem, Requirement
from presales.tests.demonstration_factories import ArrangementFactory, ItineraryItemFactory

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def visit(project):
    return MeetingFactory(
        project=project, kind="INSPECTION", title="Visit", place="Works",
        start_at=datetime(2026, 3, 3, 9, tzinfo=BERLIN),
        end_at=datetime(2026, 3, 3, 16, tzinfo=BERLIN),
    )  # fmt: skip


def page(meeting, route, **places):
    return reverse(
        f"presales:{route}", kwargs={"project_pk": meeting.project_id, "pk": meeting.pk, **places}
    )


def of(project, route):
    return reverse(f"presales:{route}", kwargs={"project_pk": project.pk})


def stop_form(**fields):
    return {
        "title": "Tour", "start_at": "2026-03-03T10:00", "end_at": "2026-03-03T11:00",
        "place": "Hall A",
    } | fields  # fmt: skip


def test_a_project_without_a_visit_offers_to_plan_or_to_waive_one(sign_in, ines, project):
    text = sign_in(ines).get(of(project, "inspection_home")).content.decode()

    assert "No visit planned" in text
    assert "Not needed: waive it with a reason" in text


@pytest.mark.parametrize("visits", [1, 25])
def test_the_overview_costs_the_same_for_any_number_of_visits(
    sign_in, ines, project, django_assert_num_queries, visits
):
    for one in MeetingFactory.create_batch(visits, project=project, kind="INSPECTION"):
        ItineraryItemFactory(meeting=one)
        ArrangementFactory(meeting=one)
    browser = sign_in(ines)

    browser.get(of(project, "inspection_home"))

    with django_assert_num_queries(7):  # session, user, news, project, how many, visits, step
        response = browser.get(of(project, "inspection_home"))

    assert len(response.context["meetings"]) == visits


@pytest.mark.parametrize("things", [1, 25])
def test_a_visit_costs_the_same_for_any_number_of_stops_and_arrangements(
    sign_in, ines, visit, django_assert_num_queries, things
):
    for _ in range(things):
        ItineraryItemFactory(meeting=visit, host=ines)
        ArrangementFactory(meeting=visit, owner=ines)
        contact = ContactFactory(customer=visit.project.customer)
        AttendeeFactory(meeting=visit, contact=contact, name="")
    browser = sign_in(ines)
    browser.get(page(visit, "inspection_detail"))

    # session, user, news, project, meeting; feedback, links to give it; stops, twice; checklist,
    # who may do it: 2; people; requirements
    with django_assert_num_queries(14):
        response = browser.get(page(visit, "inspection_detail"))

    assert len(response.context["stops"]) == len(response.context["arrangements"]) == things


def test_the_manager_plans_a_visit_that_commerce_answers_for(sign_in, ines, cora, project):
    carl = ContactFactory(customer=project.customer, name="Carl Client")
    browser = sign_in(ines)

    form = browser.get(of(project, "inspection_plan")).context["form"]
    assert form.initial["host"] == cora.pk
    data = {
        "title": "Visit", "start_at": "2026-04-01T09:00", "end_at": "2026-04-01T08:00",
        "time_zone": "Europe/Berlin", "place": "Works", "host": cora.pk, "contacts": [carl.pk],
    }  # fmt: skip
    refused = browser.post(of(project, "inspection_plan"), data).content.decode()
    assert "The meeting must end after it starts." in refused
    assert 'value="Works"' in refused
    assert not Meeting.objects.exists()

    answer = browser.post(of(project, "inspection_plan"), data | {"end_at": "2026-04-01T16:00"})
    visit = Meeting.objects.get()
    assert answer.url == page(visit, "inspection_detail")
    assert visit.organiser == cora
    assert sign_in(cora).get(answer.url).status_code == 200


class TestItinerary:
    def test_a_stop_is_added_and_the_next_one_begins_where_it_ends(self, sign_in, ines, visit):
        browser = sign_in(ines)

        assert browser.post(page(visit, "stop_add"), stop_form()).url == (
            page(visit, "inspection_detail")
        )
        assert browser.get(page(visit, "stop_add")).context["form"].initial["start_at"] == (
            datetime(2026, 3, 3, 11)  # noqa: DTZ001 - on the wall
        )
        text = browser.get(page(visit, "inspection_detail")).content.decode()
        assert "10:00–11:00" in text
        assert "No itinerary yet" not in text

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"end_at": "2026-03-03T10:00"}, "It must end after it begins."),
            ({"end_at": "2026-03-03T17:00"}, "must lie within the visit"),
            ({"start_at": "2026-03-29T02:30"}, "The clocks go forward: there is no such time."),
            ({"title": ""}, "This field is required."),
        ],
    )
    def test_bad_times_are_said_and_nothing_is_kept(self, sign_in, ines, visit, fields, said):
        text = sign_in(ines).post(page(visit, "stop_add"), stop_form(**fields)).content.decode()

        assert said in text
        assert 'value="Hall A"' in text
        assert not ItineraryItem.objects.exists()

    def test_a_place_that_is_taken_is_named(self, sign_in, ines, visit):
        browser = sign_in(ines)
        browser.post(page(visit, "stop_add"), stop_form())

        text = browser.post(page(visit, "stop_add"), stop_form(title="Other")).content.decode()

        assert "“Tour” is in “Hall A” at that time." in text

    def test_it_is_changed_taken_away_and_moved_along(self, sign_in, ines, visit, noon):
        stop = ItineraryItemFactory(
            meeting=visit, end_at=visit.start_at + timedelta(hours=1), title="Tour", place="Hall A"
        )
        browser = sign_in(ines)
        address = page(visit, "stop_edit", stop_pk=stop.pk)
        assert 'value="2026-03-03T09:00"' in browser.get(address).content.decode()
        browser.post(address, stop_form(title="Long tour"))
        stop.refresh_from_db()
        assert stop.title == "Long tour"

        day = timedelta(days=1)
        change_meeting(
            meeting=visit, start_at=visit.start_at + day, end_at=visit.end_at + day, actor=ines,
            at=noon,
        )  # fmt: skip
        assert "Move the itinerary along" in (
            browser.get(page(visit, "inspection_detail")).content.decode()
        )
        browser.post(page(visit, "itinerary_move"))
        stop.refresh_from_db()
        assert stop.start_at == datetime(2026, 3, 4, 9, tzinfo=BERLIN)

        browser.post(page(visit, "stop_remove", stop_pk=stop.pk))
        assert not ItineraryItem.objects.exists()

    def test_an_agenda_of_its_own_gives_way_when_one_says_so(self, sign_in, ines, visit):
        Meeting.objects.filter(pk=visit.pk).update(agenda="By hand")
        ItineraryItemFactory(meeting=visit, title="Welcome")
        browser = sign_in(ines)

        text = browser.get(page(visit, "inspection_detail")).content.decode()
        assert "Take the itinerary as agenda" in text
        browser.post(page(visit, "itinerary_agenda"))

        visit.refresh_from_db()
        assert visit.agenda == "- 09:00–16:00 Welcome"

    def test_visitors_get_it_without_our_notes(self, sign_in, ines, visit):
        ItineraryItemFactory(meeting=visit, title="Welcome", note="They are late payers")

        text = sign_in(ines).get(page(visit, "inspection_sheet")).content.decode()

        assert "Welcome" in text
        assert "late payers" not in text


def test_the_checklist_is_begun_grown_ticked_off_and_cleared(sign_in, ines, visit):
    browser = sign_in(ines)
    browser.post(page(visit, "arrangements_usual"))
    assert visit.arrangements.count() == 7

    browser.post(page(visit, "arrangement_add"), {"text": "Flowers", "owner": ines.pk})
    one = Arrangement.objects.get(text="Flowers")
    browser.post(
        page(visit, "arrangement_edit", arrangement_pk=one.pk),
        {"text": "White flowers", "due_on": "2026-03-02"},
    )
    browser.post(page(visit, "arrangement_settle", arrangement_pk=one.pk), {"done": "1"})
    one.refresh_from_db()
    assert (one.text, one.owner, one.done_by) == ("White flowers", None, ines)
    assert "1 of 8 done" in browser.get(page(visit, "inspection_detail")).content.decode()

    browser.post(page(visit, "arrangement_settle", arrangement_pk=one.pk), {"done": ""})
    browser.post(page(visit, "arrangement_remove", arrangement_pk=one.pk))
    assert visit.arrangements.count() == 7


def test_a_wish_of_the_visit_becomes_a_requirement(sign_in, ines, visit):
    answer = sign_in(ines).post(
        page(visit, "inspection_requirement"),
        {"text": "Labels can be printed at the gate.", "priority": "COULD"}, follow=True,
    )  # fmt: skip

    assert "It is the requirement R-001 now." in answer.content.decode()
    requirement = Requirement.objects.get()
    assert (requirement.source, requirement.source_meeting) == ("VISIT", visit)
    # and each leads to the other
    browser = sign_in(ines)
    told = browser.get(requirement.get_absolute_url()).content.decode()
    assert f'<a href="{page(visit, "inspection_detail")}">Visit</a>' in told
    shown = browser.get(page(visit, "inspection_detail")).content.decode()
    assert f'<a href="{requirement.get_absolute_url()}">R-001</a>' in shown


def test_a_requirement_comes_from_a_meeting_of_its_project(ines, visit, noon):
    with pytest.raises(MeetingOfOtherProject, match="another project"):
        add_requirement(
            project=ProjectFactory(implementation_manager=ines), text="Labels are printed.",
            source="VISIT", priority="MUST", source_meeting=visit, actor=ines, at=noon,
        )  # fmt: skip
    assert not Requirement.objects.exists()


@pytest.fixture
def visits(visit):
    """The visit to the works with two opinions, one to the office that was called off."""
    carl = AttendeeFactory(meeting=visit, contact=ContactFactory(name="Carl"), name="")
    Feedback.objects.create(attendee=carl, rating=4, given_at=visit.end_at)
    guest = AttendeeFactory(meeting=visit)
    Feedback.objects.create(attendee=guest, rating=5, given_at=visit.end_at)
    MeetingFactory(
        project=visit.project, kind="INSPECTION", title="=Office", state="CANCELLED",
        start_at=visit.start_at + timedelta(days=1), end_at=visit.end_at + timedelta(days=1),
    )  # fmt: skip
    MeetingFactory(project=visit.project, kind="EXCHANGE", title="No visit")
    MeetingFactory(kind="INSPECTION", title="Of another project")


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["=Office", "Visit"]),
        ("sort=start", ["Visit", "=Office"]),
        ("q=works", ["Visit"]),
        ("q=carl", ["Visit"]),
        ("q=elsewhere", []),
        ("state=CANCELLED", ["=Office"]),
    ],
)
def test_visits_are_searched_filtered_and_sorted(sign_in, ines, project, visits, query, titles):
    response = sign_in(ines).get(f"{of(project, 'inspection_home')}?{query}")

    assert [one.title for one in response.context["meetings"]] == titles
    assert ("Nothing fits these filters" in response.content.decode()) is (titles == [])


def test_visits_are_exported_without_formulas(sign_in, ines, sam, project, visits):
    address = f"{of(project, 'inspection_home')}?export=csv"
    text = sign_in(ines).get(address).content.decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][-4:] == ["Visitors", "Still to arrange", "Impressions", "Rating, 1 to 5"]
    assert [(row[0], row[5], *row[-4:]) for row in rows[1:]] == [
        ("'=Office", "Cancelled", "0", "0", "0", ""), ("Visit", "Planned", "2", "0", "2", "4.5"),
    ]  # fmt: skip
    assert sign_in(sam).get(address).status_code == 404


def test_a_reader_sees_it_and_changes_nothing(sign_in, bea, visit):
    ItineraryItemFactory(meeting=visit)
    browser = sign_in(bea)

    response = browser.get(page(visit, "inspection_detail"))

    assert (response.context["may_note"], response.context["may_change"]) == (False, False)
    assert browser.get(page(visit, "stop_add")).status_code == 403
    assert browser.post(page(visit, "arrangements_usual")).status_code == 403
