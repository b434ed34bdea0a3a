"""One project in the middle of everything, with a row behind every address."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from aftersales.models import Allocation, Installment, Receipt
from aftersales.tests.factories import (
    AcceptanceFactory,
    CourseFactory,
    CriterionFactory,
    InstallmentFactory,
    TrainingSessionFactory,
)
from delivery.domain.user_requests import send_request
from delivery.tests.factories import (
    ChangeRequestFactory,
    KickoffFactory,
    RequirementEffectFactory,
    TaskEffectFactory,
    TaskFactory,
    TaskLinkFactory,
)
from implportal.accounts.models import SavedView, User
from implportal.catalogue.tests.factories import (
    FieldOfBusinessFactory,
    OfferedSolutionFactory,
    ProductFactory,
    ProfilePartFactory,
    QualificationFactory,
    ReferenceCaseFactory,
)
from implportal.documents.domain.images import store_image
from implportal.documents.tests.factories import DocumentVersionFactory
from implportal.meetings.tests.factories import (
    ActionItemFactory,
    AttendeeFactory,
    DecisionFactory,
    MeetingFactory,
)
from implportal.notifications.domain.outbox import notify
from implportal.projects.domain.attachments import attach
from implportal.projects.models import Project
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory
from implportal.signing.domain.links import share
from implportal.signing.domain.reading import ask_question
from implportal.signing.domain.requests import SignerSpec, request_signatures
from presales.domain.section_comments import write_comment
from presales.models import Recipient
from presales.tests.demonstration_factories import (
    ArrangementFactory,
    ItineraryItemFactory,
    RemarkFactory,
    ScenarioFactory,
)
from presales.tests.factories import (
    ExchangeQuestionFactory,
    GlossaryTermFactory,
    IdeaFactory,
    InterviewFactory,
    IntroductionFactory,
    IntroductionTextFactory,
    ProblemFactory,
    RequirementFactory,
    SolutionFactory,
    SolutionSectionFactory,
    SolutionTemplateSectionFactory,
    StatementFactory,
    SurveyFactory,
    SurveyQuestionFactory,
    TemplateQuestionFactory,
    TextBlockFactory,
    TopicFactory,
    UserGroupFactory,
)
from presales.tests.factories_surveys import (
    CommonRequirementFactory,
    PreparationFactory,
    PreparationItemFactory,
)


class Scene:
    """The rows, and what stands in for each part of an address."""

    def __init__(self, *, people: dict[str, User], at: datetime) -> None:
        self.people, self.at = people, at
        self.project: Project = ProjectFactory(
            implementation_manager=people["ines"],
            project_manager=people["piet"],
            business_manager=people["bea"],
            phase="DELIVERY",
            delivery_granted_at=at,
            contract_value_minor=100_000,
        )
        self.member = MemberFactory(project=self.project, user=people["conny"])
        self.contact = ContactFactory(customer=self.project.customer)
        self.rows: dict[str, Any] = {}
        self._set_up_shared()
        self._set_up_presales()
        self._set_up_exchange_and_research()
        self._set_up_showing()
        self._set_up_later_phases()

    def _set_up_shared(self) -> None:
        project, at, ines = self.project, self.at, self.people["ines"]
        picture = BytesIO()
        Image.new("RGB", (2, 2)).save(picture, "PNG")
        self.image = store_image(project=project, data=picture.getvalue(), actor=ines, at=at)
        file = ContentFile(b"abc", "notes.txt")
        mail = notify(
            to="carl@customer.example", subject="s", template="email/notifications/reminder.txt",
            context={"text": "t"}, dedupe_key="scene", at=at,
        )  # fmt: skip
        meeting = MeetingFactory(project=project)
        self.attendee = AttendeeFactory(meeting=meeting)
        self.decision = DecisionFactory(meeting=meeting)
        self.action = ActionItemFactory(meeting=meeting)
        self.version = DocumentVersionFactory(
            project=project, subject=meeting, kind="meetings.minutes", ready=True
        )
        link = share(
            kind="DISCUSS", project=project, subject=self.version, contact=self.contact, actor=ines,
            at=at, valid_days=3650, subject_line="Please read",
        )  # fmt: skip
        question = ask_question(link=link, section_key="s1", text="Why?", at=at)
        request = request_signatures(
            version=self.version, signers=[SignerSpec(self.contact)], actor=ines, at=at,
            valid_days=3650,
        )  # fmt: skip
        self.link = link
        self.rows |= {
            "accounts:saved_view": SavedView.objects.create(
                user=ines, page="projects:project_list", name="Mine"
            ),
            "projects:customer": project.customer,
            "projects:contact": self.contact,
            "projects:member": self.member,
            "projects:attachment": attach(
                project=project, subject=project, file=file, actor=ines, at=at
            ),
            "catalogue:profile": ProfilePartFactory(),
            "catalogue:qualification": QualificationFactory(
                scan=ContentFile(b"%PDF-1.7", "scan"),
                scan_name="iso.pdf",
                scan_content_type="application/pdf",
            ),
            "catalogue:solution": OfferedSolutionFactory(),
            "catalogue:reference": ReferenceCaseFactory(),
            "catalogue:product": ProductFactory(),
            "catalogue:field": FieldOfBusinessFactory(),
            "notifications:mail": mail,
            "meetings:": meeting,
            "documents:version": self.version,
            "signing:link": link,
            "signing:question": question,
            "signing:request": request,
            "signing:signer": request,
        }

    def _set_up_presales(self) -> None:
        project = self.project
        introduction = IntroductionFactory(project=project)
        self.part = IntroductionTextFactory(introduction=introduction)
        self.recipient = Recipient.objects.create(
            introduction=introduction, version=self.version, contact=self.contact, given_at=self.at
        )
        survey = SurveyFactory(project=project)
        self.survey_question = SurveyQuestionFactory(survey=survey)
        self.preparation = PreparationFactory(survey=survey, is_own=True)
        self.statement = StatementFactory(question=self.survey_question)
        template_question = TemplateQuestionFactory()
        self.section = SolutionSectionFactory(solution=SolutionFactory(project=project))
        self.template_part = SolutionTemplateSectionFactory()
        self.comment = write_comment(
            section=self.section, text="Really?", actor=self.people["ines"], at=self.at
        )
        self.rows |= {
            "presales:block": TextBlockFactory(),
            "presales:glossary": GlossaryTermFactory(),
            "presales:solution_template": self.template_part.template,
            "presales:requirement": RequirementFactory(project=project),
            "presales:introduction": introduction,
            "presales:survey_template": template_question.section.template,
            "presales:template_section": template_question.section,
            "presales:template_question": template_question,
            "presales:template_question_order": template_question.section,
            "presales:template_section_order": template_question.section.template,
            "presales:template_preparation": PreparationItemFactory(
                template=template_question.section.template
            ),
            "presales:template_preparation_order": template_question.section.template,
            "presales:common_requirement": CommonRequirementFactory(),
            "presales:survey": survey,
        }

    def _set_up_showing(self) -> None:
        self.remark = RemarkFactory(scenario__meeting__project=self.project)
        meeting = self.remark.scenario.meeting
        names = "demonstration scenario reaction remark question_take wish_take"
        self.rows |= {f"presales:{name}": meeting for name in names.split()}
        self.rows["catalogue:scenario"] = ScenarioFactory()
        self.stop = ItineraryItemFactory(meeting__project=self.project)
        self.arrangement = ArrangementFactory(meeting=self.stop.meeting)
        names = "inspection stop itinerary arrangement"
        self.rows |= {f"presales:{name}": self.stop.meeting for name in names.split()}

    def _set_up_exchange_and_research(self) -> None:
        project = self.project
        self.topic = TopicFactory(meeting__project=project)
        self.exchange_question = ExchangeQuestionFactory(topic=self.topic)
        self.idea = IdeaFactory(topic=self.topic)
        group = UserGroupFactory(project=project)
        interview = InterviewFactory(group=group)
        problem = ProblemFactory(project=project)
        problem.interviews.add(interview)
        self.rows |= {
            "presales:exchange_detail": self.topic.meeting,
            "presales:topic_": self.topic.meeting,
            "presales:technologies": self.topic.meeting,
            "presales:exchange_question_add": self.topic.meeting,
            "presales:idea_add": self.topic.meeting,
            "presales:user_group": group,
            "presales:interview": interview,
            "presales:problem": problem,
        }

    def _set_up_later_phases(self) -> None:
        project = self.project
        KickoffFactory(project=project)
        task = TaskFactory(project=project)
        self.task_link = TaskLinkFactory(predecessor=TaskFactory(project=project), successor=task)
        change = ChangeRequestFactory(project=project)
        self.change_effects = {
            "delivery:change_requirement_remove": RequirementEffectFactory(change=change),
            "delivery:change_task_remove": TaskEffectFactory(change=change),
        }
        acceptance = AcceptanceFactory(project=project)
        course = CourseFactory(project=project)
        installment = InstallmentFactory(project=project)
        receipt = Receipt.objects.create(
            customer=project.customer, received_on=self.at.date(), amount_minor=100,
            currency="EUR", recorded_by=self.people["bea"], recorded_at=self.at,
        )  # fmt: skip
        paid = InstallmentFactory(project=project, invoiced=True)
        Allocation.objects.create(receipt=receipt, installment=paid, amount_minor=100)
        Installment.objects.filter(pk=paid.pk).update(paid_minor=100)
        self.rows |= {
            "delivery:resource": self.member,
            "delivery:user_request": send_request(
                link=self.link, text="It stops", severity="MINOR", at=self.at
            ),
            "delivery:": task,
            "delivery:change": change,
            "aftersales:receipt": receipt,
            "aftersales:criterion": CriterionFactory(acceptance=acceptance),
            "aftersales:course": course,
            "aftersales:session_plan": course,
            "aftersales:training": TrainingSessionFactory(course=course),
            "aftersales:trainees": TrainingSessionFactory(course=course),
            "aftersales:": installment,
        }

    def address(self, name: str, places: tuple[str, ...]) -> str:
        """Return the address of a route, with a row of the scene in each of its places."""
        given = {
            "project_pk": self.project.pk,
            "customer_pk": self.project.customer_id,
            "key": self.section.key if name.startswith(("presales:", "signing:")) else "survey",
            "sha256": self.image.sha256,
            "link_id": self.link.public_id,
            "public_id": self.version.public_id,
            "token": "unknown-token",
            "word": "unknown-printout",
            "label": "projects.step",
            "subject_pk": self.project.steps.get(key="survey").pk,
            "number": 1,
            "item_pk": self.preparation.pk
            if name.startswith("presales:survey_preparation")
            else (self.decision if "decision" in name else self.action).pk,
            "signer_pk": self.rows["signing:request"].signers.get().pk,
            "part_pk": (
                self.template_part if name.startswith("presales:solution_template") else self.part
            ).pk,
            "comment_pk": self.comment.pk,
            "recipient_pk": self.recipient.pk,
            "question_pk": self.survey_question.pk,
            "statement_pk": self.statement.pk,
            "link_pk": self.task_link.pk,
            "topic_pk": self.topic.pk,
            "exchange_question_pk": self.exchange_question.pk,
            "idea_pk": self.idea.pk,
            "attendee_pk": self.attendee.pk,
            "scenario_pk": self.remark.scenario_id,
            "remark_pk": self.remark.pk,
            "stop_pk": self.stop.pk,
            "arrangement_pk": self.arrangement.pk,
        }
        if "effect_pk" in places:
            given["effect_pk"] = self.change_effects[name].pk
        if "pk" in places:
            given["pk"] = self._row(name).pk
        for place in ("template_pk", "section_pk"):
            row = "survey_template" if place == "template_pk" else "template_section"
            given[place] = self.rows[f"presales:{row}"].pk
        return reverse(name, kwargs={place: given[place] for place in places})

    def _row(self, name: str) -> Any:
        """The row whose key is the longest beginning of the route's name."""
        fitting = [key for key in self.rows if name.startswith(key)]
        return self.rows[max(fitting, key=len)]
