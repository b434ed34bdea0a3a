"""A project of which everything that has words is hostile, as far as its customers come.

Names, titles and texts are written into the rows; what leaves for a customer is frozen and
sent by the domain, as staff do it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle
from types import SimpleNamespace

from aftersales.domain.training_links import invite_trainees
from aftersales.domain.trainings import add_trainees
from aftersales.tests.factories import CourseFactory, TrainingSessionFactory
from delivery.domain.user_requests import invite_requests, send_request, triage_request
from delivery.tests.factories import TaskFactory
from implportal.accounts.models import User
from implportal.catalogue.tests.factories import ProductFactory
from implportal.documents.domain.versions import render_version
from implportal.documents.models import DocumentVersion
from implportal.meetings.domain.feedback import ask_for_feedback
from implportal.meetings.domain.meetings import Guest
from implportal.meetings.domain.minutes import send_minutes
from implportal.meetings.tests.factories import (
    ActionItemFactory,
    AttendeeFactory,
    DecisionFactory,
    MeetingFactory,
)
from implportal.projects.models import Contact, Project
from implportal.projects.tests.factories import ContactFactory, CustomerFactory, ProjectFactory
from implportal.signing.domain.reading import (
    answer_question,
    ask_question,
    close_question,
    mark_understood,
)
from implportal.signing.domain.requests import SignerSpec, Terms
from implportal.signing.models import Question, SharedLink, SignatureRequest
from implportal.tests.hostile import SHORT
from presales.domain.introductions import (
    freeze_introduction,
    give_introduction,
    start_introduction,
)
from presales.domain.introductions_parts import add_text
from presales.domain.review import revise_solution, send_for_review, send_for_signature
from presales.domain.surveys import send_survey
from presales.models import Solution
from presales.tests.factories import (
    RequirementFactory,
    SolutionFactory,
    SolutionSectionFactory,
    SurveyFactory,
    SurveyQuestionFactory,
)

DAY = timedelta(days=1)
PEOPLE = ("carl", "dora", "emil")


@dataclass
class Words:
    """Gives one sample after the other where one line has room, and all where there are many."""

    names: list[str] = field(default_factory=lambda: list(SHORT))

    def __post_init__(self) -> None:
        self._next = cycle(self.names)

    def line(self, longest: int = 200) -> str:
        return SHORT[next(self._next)].split("\n")[0][:longest]

    @property
    def text(self) -> str:
        return "\n\n".join(SHORT[name] for name in self.names)


class Story:
    """The project, its rows by name, and each customer's link by ``links["sign carl"]``."""

    def __init__(self, *, cast: SimpleNamespace, words: Words, at: datetime) -> None:
        self.cast, self.words, self.at = cast, words, at
        self.links: dict[str, SharedLink] = {}
        line = words.line
        customer = CustomerFactory(name=line(160), region=line(80), address=words.text[:500])
        self.people: dict[str, Contact] = {
            name: ContactFactory(
                customer=customer, name=line(120), title=line(100), phone=line(40),
                email=f"{name}@customer.example",
            )
            for name in PEOPLE
        }  # fmt: skip
        self.project: Project = ProjectFactory(
            title=line(160), customer=customer, implementation_manager=cast.ines,
            project_manager=cast.piet, business_manager=cast.bea,
        )  # fmt: skip
        self.project.products.add(ProductFactory(name=line(100)))
        RequirementFactory(project=self.project, text=words.text[:500])
        TaskFactory(project=self.project, title=line(160), progress_note=line())

    def everything(self) -> Story:
        """Come as far as every kind of link."""
        self.discuss()
        self.sign()
        self.confirm()
        self.answer()
        self.request()
        self.attend()
        self.read()
        self.feedback()
        return self

    def discuss(self) -> DocumentVersion:
        """Two versions of a solution were sent; a question about the second has an answer."""
        words = self.words
        self.solution: Solution = SolutionFactory(
            project=self.project, title=words.line(), subtitle=words.line(), summary=words.text
        )
        # What stands for nothing is refused; what stands for a name brings a hostile one in.
        text = words.text.replace("{{", "{ {") + "\n\n{{customer}} {{project}} {{manager}}"
        section = SolutionSectionFactory(
            solution=self.solution, title=words.line(), markdown=f"{text}\n\nFirst."
        )
        self.send_solution()
        self.solution = revise_solution(solution=self.solution, actor=self.ines, at=self.at)
        section.markdown = f"{text}\n\nSecond."
        section.save()
        version = self.send_solution()
        link = self.link_of(version, "carl")
        self.question = ask_question(
            link=link, section_key=section.key, text=words.text, at=self.at
        )
        answer_question(question=self.question, text=words.text, actor=self.ines, at=self.at)
        for name in PEOPLE:
            self.links[f"discuss {name}"] = self.link_of(version, name)
        return version

    def send_solution(self) -> DocumentVersion:
        version = send_for_review(
            solution=self.solution, contacts=list(self.people.values()), valid_days=30,
            actor=self.ines, at=self.at, message=self.words.text[:1000],
        )  # fmt: skip
        render_version(version_id=version.pk, now=self.at)
        return DocumentVersion.objects.get(pk=version.pk)

    def sign(self) -> SignatureRequest:
        """All three are asked at once to sign the solution that was sent before."""
        version = DocumentVersion.objects.of(self.solution).latest("version")
        for question in Question.objects.about(version).exclude(state="CLOSED").order_by("pk"):
            close_question(link=question.link, question=question, at=self.at)
        for section in version.content["sections"]:
            for name in PEOPLE:
                mark_understood(
                    link=self.links[f"discuss {name}"], section_key=section["key"], at=self.at
                )
        request = send_for_signature(
            solution=self.solution,
            signers=[SignerSpec(contact) for contact in self.people.values()],
            terms=Terms(message=self.words.text[:1000]),
            actor=self.ines,
            at=self.at,
        )
        for name in PEOPLE:
            self.links[f"sign {name}"] = self.link_of(version, name, "SIGN")
        return request

    def confirm(self) -> DocumentVersion:
        """Minutes of a meeting were sent to all three."""
        line = self.words.line
        meeting = MeetingFactory(
            project=self.project, title=line(160), place=line(), agenda=self.words.text,
            minutes=self.words.text, start_at=self.at - 2 * DAY, end_at=self.at - DAY,
        )  # fmt: skip
        AttendeeFactory(meeting=meeting, name=line(120), came=True)
        for contact in self.people.values():
            AttendeeFactory(meeting=meeting, contact=contact, name="", came=True)
        DecisionFactory(meeting=meeting, text=line())
        ActionItemFactory(meeting=meeting, text=line())
        self.meeting = meeting
        version = send_minutes(
            meeting=meeting, confirmers=list(self.people.values()), valid_days=14,
            actor=self.ines, at=self.at, message=self.words.text[:1000],
        )  # fmt: skip
        render_version(version_id=version.pk, now=self.at)
        for name in PEOPLE:
            self.links[f"confirm {name}"] = self.link_of(version, name, "CONFIRM")
        return version

    def answer(self) -> None:
        """A survey with questions of each kind that takes or shows words was sent to carl."""
        line = self.words.line
        self.survey = SurveyFactory(project=self.project, title=line(160))
        section = line(160)
        for kind in ("TEXT", "LONG_TEXT", "SINGLE_CHOICE", "MULTIPLE_CHOICE", "SCALE"):
            has_choices = kind.endswith("CHOICE")
            SurveyQuestionFactory(
                survey=self.survey, section=section, type=kind, text=line(), help_text=line(),
                choices=[line(100), "other"] if has_choices else [],
            )  # fmt: skip
        self.links["answer carl"] = send_survey(
            survey=self.survey, contact=self.people["carl"], message=self.words.text[:1000],
            valid_days=14, actor=self.ines, at=self.at,
        )  # fmt: skip

    def request(self) -> None:
        """Carl may send requests of the trial run; one was answered."""
        link = self.links["request carl"] = invite_requests(
            project=self.project, contact=self.people["carl"], valid_days=14, actor=self.ines,
            at=self.at,
        )  # fmt: skip
        sent = send_request(link=link, text=self.words.text, severity="MINOR", at=self.at)
        triage_request(
            user_request=sent, kind="DEFECT", severity="MINOR", state="ACCEPTED",
            answer=self.words.text, actor=self.ines, at=self.at,
        )  # fmt: skip

    def attend(self) -> None:
        """Carl and a guest are invited to a training."""
        line = self.words.line
        self.training = TrainingSessionFactory(
            course=CourseFactory(project=self.project, title=line(160), topics=self.words.text)
        )
        meeting = self.training.meeting
        meeting.start_at, meeting.end_at = self.at + 5 * DAY, self.at + 6 * DAY
        meeting.title, meeting.place = line(160), line()
        meeting.save()
        add_trainees(
            session=self.training, contacts=[self.people["carl"]],
            guests=[Guest(name=line(120), email="guest@customer.example")],
            actor=self.ines, at=self.at,
        )  # fmt: skip
        links = invite_trainees(session=self.training, actor=self.ines, at=self.at)
        self.links["attend guest"], self.links["attend carl"] = sorted(
            links, key=lambda link: link.email != "guest@customer.example"
        )

    def read(self) -> None:
        """Carl was given an introduction and may say what he thinks of it."""
        words, act = self.words, {"actor": self.ines, "at": self.at}
        introduction = start_introduction(
            project=self.project, title=words.line(160), greeting=words.text, **act
        )
        add_text(introduction=introduction, title=words.line(160), text=words.text, **act)
        version = freeze_introduction(introduction=introduction, **act)
        render_version(version_id=version.pk, now=self.at)
        give_introduction(
            introduction=introduction, contacts=[self.people["carl"]],
            message=words.text[:1000], valid_days=30, **act,
        )  # fmt: skip
        self.links["read carl"] = self.link_of(version, "carl", "READ")

    def feedback(self) -> None:
        """Those who came to the meeting are asked how it was."""
        self.meeting.kind = "INTRODUCTION"
        self.meeting.save()
        ask_for_feedback(meeting=self.meeting, actor=self.ines, at=self.at)
        links = self.project.shared_links.filter(kind="FEEDBACK")
        self.links["feedback carl"] = links.get(email=self.people["carl"].email)

    def link_of(self, version: DocumentVersion, name: str, kind: str = "DISCUSS") -> SharedLink:
        email = self.people[name].email
        return SharedLink.objects.to(version).filter(kind=kind, email=email).latest("pk")

    @property
    def ines(self) -> User:
        return self.cast.ines
