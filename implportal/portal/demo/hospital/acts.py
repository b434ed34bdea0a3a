"""What we did with the hospital's people: asked users, discussed, demonstrated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from implportal.catalogue.models import Product, Scenario
from implportal.documents.domain.versions import render_version
from implportal.meetings.domain.feedback import ask_for_feedback, give_feedback, note_feedback
from implportal.meetings.domain.meetings import plan_meeting, set_attendance
from implportal.meetings.domain.minutes import send_minutes
from implportal.meetings.domain.writing import write_minutes
from implportal.meetings.models import Meeting
from implportal.portal.demo.acts import DAY, working_after
from implportal.portal.demo.company import Cast
from implportal.portal.demo.customers import sign_all
from implportal.portal.demo.hospital import needs, talks
from implportal.projects.models import Contact, Project
from implportal.signing.models import LinkKind, SharedLink, SignatureRequest
from presales.domain.demonstration_remarks import note_remark, take_wish
from presales.domain.demonstrations import choose_scenarios, note_reaction
from presales.domain.exchange_ideas import keep_idea, name_technologies, note_idea, take_idea
from presales.domain.exchange_questions import (
    answer_question,
    ask_question,
    take_question_home,
)
from presales.domain.exchanges import add_topic
from presales.domain.inspection_arrangements import add_arrangement, settle_arrangement
from presales.domain.inspections import add_stop, plan_inspection
from presales.domain.research import save_group, save_interview, write_interview_notes
from presales.domain.research_problems import (
    Remedy,
    make_remedies,
    note_problem,
    see_problem,
)
from presales.models import Remark, Requirement
from presales.models.research import Severity

HOUR = timedelta(hours=1)
MUST, SHOULD, COULD = (Requirement.Priority[name] for name in ("MUST", "SHOULD", "COULD"))


def ask_users(cast: Cast, project: Project, *, at: datetime) -> None:
    """Twenty interviews in four groups within a week; each problem was seen in several."""
    groups = [
        save_group(
            project=project, name=name, headcount=headcount, place=place, daily_work=work,
            planned_interviews=sum(1 for one, _who in needs.INTERVIEWS if one == number),
            actor=cast.ines, at=at,
        )
        for number, (name, headcount, place, work) in enumerate(needs.GROUPS)
    ]  # fmt: skip
    interviews = []
    for number, (group, who) in enumerate(needs.INTERVIEWS):
        start = working_after(at, number // 4) + (number % 4) * 2 * HOUR
        interview = save_interview(
            project=project, group=groups[group], contact=None, name=who, start_at=start,
            duration_minutes=45, interviewer=cast.ines if number % 2 else cast.conny,
            meeting=None, actor=cast.ines, at=at,
        )  # fmt: skip
        write_interview_notes(
            interview=interview, notes=f"{who} showed an ordinary day.", based_on=0,
            actor=cast.ines, at=start + HOUR,
        )  # fmt: skip
        interviews.append((group, interview))
    remedies, noted = [], working_after(at, 5)
    for text, severity, frequency, group, requirement in needs.PROBLEMS:
        seen = [interview for place, interview in interviews if place == group]
        problem = note_problem(
            project=project, text=text, severity=Severity[severity], frequency=frequency,
            group=groups[group], interviews=seen[:2], actor=cast.ines, at=noted,
        )  # fmt: skip
        see_problem(problem=problem, interview=seen[2], actor=cast.ines, at=noted)
        remedies.append(Remedy(problem, requirement, MUST if severity == "BLOCKING" else SHOULD))
    make_remedies(project=project, remedies=remedies, actor=cast.ines, at=noted)


def meet(
    cast: Cast, project: Project, *, kind: str, title: str, start_at: datetime,
    contacts: Iterable[Contact], at: datetime, hours: float = 2, place: str = "At the customer",
) -> Meeting:  # fmt: skip
    return plan_meeting(
        project=project, kind=kind, title=title, start_at=start_at,
        end_at=start_at + hours * HOUR, time_zone="Europe/Berlin", organiser=cast.ines,
        place=place, users=[cast.ines, cast.conny], contacts=contacts, actor=cast.ines, at=at,
    )  # fmt: skip


def exchange(cast: Cast, project: Project, people: dict[str, Contact], *, at: datetime) -> None:
    """Four technical exchanges, two days apart; their minutes go out to be confirmed."""
    experts = [people[name] for name in ("Dora Sample", "Omar Sample", "Paula Sample")]
    for number, (title, kind, asked, technologies, thought) in enumerate(talks.EXCHANGES):
        start = working_after(at, 2 * number)
        meeting = meet(
            cast, project, kind="EXCHANGE", title=title, start_at=start, contacts=experts,
            at=start - 7 * DAY,
        )  # fmt: skip
        topic = add_topic(meeting=meeting, kind=kind, title=title, actor=cast.ines, at=start)
        later = start + HOUR
        for text, answer in asked:
            question = ask_question(
                topic=topic, text=text, asked_by="Omar Sample", actor=cast.ines, at=later
            )
            if answer:
                answer_question(
                    question=question, answer=answer, answered_by="Conny Example",
                    seen=question.revision, actor=cast.ines, at=later,
                )  # fmt: skip
            else:
                take_question_home(
                    question=question, owner=cast.conny, due_on=(start + 10 * DAY).date(),
                    actor=cast.ines, at=later,
                )  # fmt: skip
        name_technologies(topic=topic, names=technologies, actor=cast.ines, at=later)
        if thought:
            idea = note_idea(topic=topic, text=thought, actor=cast.ines, at=later)
            if number:
                take_idea(idea=idea, text=thought.rstrip("."), priority=COULD,
                          actor=cast.ines, at=start + DAY)  # fmt: skip
            else:
                keep_idea(idea=idea, for_later=True, actor=cast.ines, at=start + DAY)
        close(cast, meeting, at=start + 3 * HOUR)
        send_round(
            cast, meeting, experts, at=start + DAY, is_confirmed=number < len(talks.EXCHANGES) - 1
        )


def send_round(
    cast: Cast, meeting: Meeting, contacts: list[Contact], *, at: datetime, is_confirmed: bool
) -> None:
    """Send the minutes; the first confirms them, unless that is still to come."""
    version = send_minutes(
        meeting=meeting, confirmers=contacts[:1], readers=contacts[1:], valid_days=60,
        actor=cast.ines, at=at,
    )  # fmt: skip
    render_version(version_id=version.pk, now=at)
    if is_confirmed:
        sign_all(request=SignatureRequest.objects.get(version_id=version.pk), at=at + DAY)


def demonstrate(
    cast: Cast, project: Project, people: dict[str, Contact], *, at: datetime, now: datetime
) -> None:
    """Three demonstrations: two were held, the third is ahead."""
    scenarios = _scenarios()
    shown: set[int] = set()
    for number, (title, audience, places) in enumerate(talks.DEMONSTRATIONS):
        is_held = number < len(talks.DEMONSTRATIONS) - 1
        start = working_after(at, 2 * number) if is_held else working_after(now, 4)
        meeting = meet(
            cast, project, kind="DEMONSTRATION", title=title, start_at=start,
            contacts=[people[name] for name in audience], at=min(start, now) - 7 * DAY,
        )  # fmt: skip
        list_of = choose_scenarios(
            meeting=meeting, scenarios=[scenarios[place] for place in places], actor=cast.ines,
            at=min(start, now) - 6 * DAY,
        )  # fmt: skip
        if not is_held:
            continue
        for place, scenario in zip(places, list_of, strict=True):
            rating, reaction = talks.REACTIONS[place]
            scenario = note_reaction(  # noqa: PLW2901 - the same one, noted
                scenario=scenario, reaction=reaction, rating=rating, based_on=scenario.revision,
                actor=cast.ines, at=start + HOUR,
            )  # fmt: skip
            wish = talks.WISHES.get(place)
            if wish and place not in shown:
                remark = note_remark(
                    scenario=scenario, kind=Remark.Kind.WISH, text=wish, actor=cast.ines,
                    at=start + HOUR,
                )  # fmt: skip
                take_wish(remark=remark, text=wish, priority=SHOULD, actor=cast.ines,
                          at=start + 2 * HOUR)  # fmt: skip
            shown.add(place)
        close(cast, meeting, at=start + 3 * HOUR)
        if number:
            hear(cast, meeting, at=start + DAY)


def hear(cast: Cast, meeting: Meeting, *, at: datetime) -> None:
    """Ask by link how it was; one of those who came has answered so far."""
    first, *_others = ask_for_feedback(meeting=meeting, actor=cast.ines, at=at)
    link = SharedLink.objects.get(kind=LinkKind.FEEDBACK, object_id=first.pk)
    give_feedback(
        link=link, rating=4, at=at + 2 * HOUR,
        note="Clear and to the point. I would like to try the deputy myself.",
    )  # fmt: skip


def inspect(cast: Cast, project: Project, people: dict[str, Contact], *, at: datetime) -> None:
    """The customer visited us: Cora was host, everything was arranged, all said how it was."""
    before = at - 10 * DAY
    meeting = plan_inspection(
        project=project, host=cast.cora, title="Visit to our office", start_at=at,
        end_at=at + 4 * HOUR, time_zone="Europe/Berlin", place="Our office", users=[cast.conny],
        contacts=[people[name] for name, _rating, _note in talks.IMPRESSIONS],
        actor=cast.ines, at=before,
    )  # fmt: skip
    for start, end, place, what in talks.ITINERARY:
        add_stop(
            meeting=meeting, title=what, place=place, host=cast.cora, actor=cast.cora, at=before,
            start_at=at + timedelta(minutes=start), end_at=at + timedelta(minutes=end),
        )  # fmt: skip
    for text in talks.ARRANGEMENTS:
        arrangement = add_arrangement(
            meeting=meeting, text=text, owner=cast.cora, due_on=(at - 3 * DAY).date(),
            actor=cast.cora, at=before,
        )  # fmt: skip
        settle_arrangement(arrangement=arrangement, is_done=True, actor=cast.cora, at=at - 4 * DAY)
    close(cast, meeting, at=at + 5 * HOUR)
    for name, rating, note in talks.IMPRESSIONS:
        note_feedback(
            attendee=meeting.attendees.get(contact=people[name]), rating=rating, note=note,
            actor=cast.ines, at=at + DAY,
        )  # fmt: skip


def _scenarios() -> list[Scenario]:
    product = Product.objects.get(code="DOC")
    return [
        Scenario.objects.get_or_create(
            product=product, title=title,
            defaults={"minutes": minutes, "prepared_data": prepared, "steps": steps},
        )[0]
        for title, minutes, prepared, steps in talks.SCENARIOS
    ]  # fmt: skip


def close(cast: Cast, meeting: Meeting, *, at: datetime) -> None:
    """Everybody came; the minutes are written and sent."""
    came = meeting.attendees.values_list("pk", flat=True)
    set_attendance(meeting=meeting, came=list(came), actor=cast.ines, at=at)
    write_minutes(
        meeting=meeting, minutes="Everybody named as invited was there. What was said stands "
        "with the topics.", actor=cast.ines, at=at,
    )  # fmt: skip
