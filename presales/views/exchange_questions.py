"""Questions, technologies and ideas of an exchange."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from implportal.meetings.domain.people import team_of
from implportal.meetings.models import ActionItem, Kind
from implportal.meetings.permissions import may_take_minutes
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin
from presales.domain.exchange_ideas import (
    keep_idea,
    name_technologies,
    note_idea,
    remove_idea,
    take_idea,
)
from presales.domain.exchange_questions import (
    answer_question,
    ask_question,
    change_question,
    remove_question,
    take_question_home,
)
from presales.forms.exchanges import (
    AnswerForm,
    IdeaForm,
    IdeaTakeForm,
    QuestionChangeForm,
    QuestionForm,
    TakeHomeForm,
    TechnologiesForm,
    initial_answer,
)
from presales.models import ExchangeQuestion, Idea, Requirement, Technology
from presales.pages import ActMixin
from presales.views.exchanges import OneExchange, people_of


class TopicPage(OneExchange, ProjectActionPage):
    """The small forms below a topic; refused, they stand on a page of their own."""

    template_name = "presales/exchange_form.html"

    def write(self, form: Any, domain_call: Any) -> Any:
        return domain_call(
            topic=self.topic, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class QuestionAdd(TopicPage):
    form_class = QuestionForm
    title = gettext_lazy("Note a question")
    button = gettext_lazy("Note question")

    def perform(self, form: QuestionForm) -> ExchangeQuestion:
        return self.write(form, ask_question)


class IdeaAdd(TopicPage):
    form_class = IdeaForm
    title = gettext_lazy("Note an idea")
    button = gettext_lazy("Note idea")

    def perform(self, form: IdeaForm) -> Idea:
        return self.write(form, note_idea)


class TechnologiesName(TopicPage):
    form_class = TechnologiesForm
    title = gettext_lazy("Technologies named")
    button = gettext_lazy("Keep names")

    def get_initial(self) -> dict:
        names = self.topic.technologies.order_by("name", "pk").values_list("name", flat=True)
        return {"names": ", ".join(names)}

    def perform(self, form: TechnologiesForm) -> list[Technology]:
        return self.write(form, name_technologies)


class OfTopic:
    """Something that belongs to a topic, by its own key; one query."""

    tab = "overview"
    model: type
    place: str

    def prepare(self) -> None:
        self.item = get_object_or_404(
            self.model.objects.select_related("topic__meeting__organiser"),
            topic__meeting__project=self.project,
            topic__meeting__kind=Kind.EXCHANGE,
            pk=self.kwargs[self.place],
        )
        self.topic = self.item.topic
        self.meeting = self.topic.meeting
        self.meeting.project = self.project

    def allowed(self) -> bool:
        return may_take_minutes(self.request.user, self.meeting)

    def get_success_url(self) -> str:
        return self.topic.get_absolute_url()


class OfTopicPage(OfTopic, ProjectActionPage):
    template_name = "presales/exchange_form.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            meeting=self.meeting, people=people_of(self.meeting), item=self.item, **kwargs
        )


class OfTopicAct(OfTopic, ProjectPageMixin, ActMixin, View):
    def do(self) -> None:
        raise NotImplementedError

    def act(self) -> None:
        self.prepare()
        self.do()


class OneQuestion:
    model, place = ExchangeQuestion, "exchange_question_pk"


class QuestionEdit(OneQuestion, OfTopicPage):
    form_class = QuestionChangeForm
    title = gettext_lazy("Change the question")
    button = gettext_lazy("Keep changes")

    def get_initial(self) -> dict:
        question = self.item
        return {
            "text": question.text,
            "asked_by": question.asked_by,
            "seen": question.revision,
        }

    def perform(self, form: QuestionChangeForm) -> ExchangeQuestion:
        return change_question(
            question=self.item, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class QuestionAnswer(OneQuestion, OfTopicPage):
    form_class = AnswerForm
    title = gettext_lazy("Answer")
    button = gettext_lazy("Keep answer")

    def get_initial(self) -> dict:
        return initial_answer(self.item)

    def perform(self, form: AnswerForm) -> ExchangeQuestion:
        return answer_question(
            question=self.item, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(text=self.item.text, **kwargs)


class QuestionTake(OneQuestion, OfTopicPage):
    form_class = TakeHomeForm
    title = gettext_lazy("Somebody finds the answer")
    button = gettext_lazy("Note action item")
    success_message = gettext_lazy(
        "It is an action item of the meeting now. Whoever does it is reminded."
    )

    def get_form_kwargs(self) -> dict:
        customer = self.project.customer
        return super().get_form_kwargs() | {
            "users": list(team_of(self.project)),
            "contacts": list(customer.contacts.order_by("name", "pk")),
        }

    def perform(self, form: TakeHomeForm) -> ActionItem:
        return take_question_home(
            question=self.item, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(text=self.item.text, **kwargs)


class QuestionRemove(OneQuestion, OfTopicAct):
    said = gettext_lazy("The question is taken away; it stays on record.")

    def do(self) -> None:
        remove_question(question=self.item, actor=self.request.user, at=timezone.now())


class OneIdea:
    model, place = Idea, "idea_pk"


class IdeaTake(OneIdea, OfTopicPage):
    form_class = IdeaTakeForm
    title = gettext_lazy("Make a requirement of the idea")
    button = gettext_lazy("Make requirement")

    def get_initial(self) -> dict:
        return {"text": self.item.text}

    def perform(self, form: IdeaTakeForm) -> Requirement:
        return take_idea(
            idea=self.item, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("%(code)s is added. Link it to the section that answers it.") % {
            "code": self.result.code
        }


class IdeaKeep(OneIdea, OfTopicAct):
    """Puts the idea aside for later, or with ``later=`` empty brings it back."""

    def do(self) -> None:
        for_later = bool(self.request.POST.get("later"))
        keep_idea(idea=self.item, for_later=for_later, actor=self.request.user, at=timezone.now())
        self.said = _("Kept for later.") if for_later else _("It is to be decided again.")


class IdeaRemove(OneIdea, OfTopicAct):
    said = gettext_lazy("The idea is taken away; it stays on record.")

    def do(self) -> None:
        remove_idea(idea=self.item, actor=self.request.user, at=timezone.now())
