"""The technical exchange: all of it, and one meeting with its topics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from implportal.kernel.views import ListPage, ReorderView
from implportal.meetings.domain.minutes_standing import minutes_standing
from implportal.meetings.domain.people import team_of
from implportal.meetings.models import Kind, Meeting, State
from implportal.meetings.permissions import may_plan_meeting, may_send_minutes, may_take_minutes
from implportal.projects.models import Project
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin
from presales.domain.exchange_standing import topics_of
from presales.domain.exchanges import (
    add_topic,
    change_topic,
    move_topic,
    order_topics,
    remove_topic,
    write_topic_notes,
)
from presales.filters.exchanges import TopicFilter
from presales.forms.exchanges import TopicForm
from presales.models import Idea, Technology, Topic, TopicKind
from presales.pages import ActMixin, step_of
from presales.views.notes import NotesAutosave, NotesPage


class ExchangeHome(ProjectPageMixin, ListPage):
    """Where the exchange stands, and every topic and question of all its meetings."""

    tab = "overview"
    queryset = Topic.objects.select_related("meeting").with_questions()
    filterset_class = TopicFilter
    template_name = "presales/exchange_home.html"
    context_object_name = "rows"
    export_name = "exchange"
    default_sort = "-when"
    sorts = {
        "when": ("meeting__start_at", "-order", "-asked_at", "-question_pk", "pk"),
        "topic": ("title", "asked_at", "question_pk", "pk"),
        "kind": ("kind", "title", "asked_at", "question_pk", "pk"),
        "question": ("question_text", "question_pk", "pk"),
        "answer": ("answered_at", "question_pk", "pk"),
    }

    def get_queryset(self) -> QuerySet:
        found = super().get_queryset().filter(meeting__project=self.project)
        return found.exclude(meeting__state=State.CANCELLED)

    def get_filterset_kwargs(self, filterset_class: type) -> dict:
        return super().get_filterset_kwargs(filterset_class) | {"project": self.project}

    def export_columns(self) -> list[tuple[str, Callable[[Any], object]]]:
        return [
            (_("Exchange"), lambda row: row.meeting.title),
            (_("Start"), lambda row: row.meeting.start_at),
            (_("Kind"), lambda row: row.get_kind_display()),
            (_("Topic"), lambda row: row.title),
            (_("Question"), lambda row: row.question_text or ""),
            (_("Asked by"), lambda row: row.asked_by or ""),
            (_("Answer"), lambda row: row.answer or ""),
            (_("Answered by"), lambda row: row.answered_by or ""),
            (_("State"), _state_of),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        meetings = (
            self.project.meetings.filter(kind=Kind.EXCHANGE)
            .annotate(
                topic_count=Count("topics", distinct=True),
                question_count=Count("topics__questions", distinct=True),
                open_count=Count(
                    "topics__questions",
                    filter=Q(topics__questions__answered_at=None),
                    distinct=True,
                ),
            )
            .order_by("-start_at", "-pk")
        )
        ideas = Idea.objects.filter(topic__meeting__project=self.project)
        technologies = Technology.objects.filter(project=self.project)
        return super().get_context_data(
            meetings=meetings,
            ideas=ideas.select_related("topic__meeting", "requirement").order_by(
                "-noted_at", "-pk"
            ),
            technologies=technologies.prefetch_related("topics__meeting").order_by("name", "pk"),
            step=self.project.steps.get(key="exchange"),
            may_plan=self.project.is_running and may_plan_meeting(self.request.user, self.project),
            now=timezone.now(),
            **kwargs,
        )


def _state_of(row: Any) -> str:
    if row.question_pk is None:
        return ""
    return _("Answered") if row.answered_at else _("Open")


class OneExchange:
    """A page about the exchange in the address; one query. Topics by ``topic_pk``."""

    tab = "overview"

    def prepare(self) -> None:
        self.meeting = self.get_meeting()
        if "topic_pk" in self.kwargs:
            self.topic = get_object_or_404(self.meeting.topics, pk=self.kwargs["topic_pk"])
            self.topic.meeting = self.meeting

    def get_meeting(self) -> Meeting:
        meeting = get_object_or_404(
            Meeting.objects.visible_to(self.request.user).select_related("organiser"),
            project=self.project,
            kind=Kind.EXCHANGE,
            pk=self.kwargs["pk"],
        )
        meeting.project = self.project
        return meeting

    def allowed(self) -> bool:
        return may_take_minutes(self.request.user, self.meeting)

    def get_success_url(self) -> str:
        if hasattr(self, "topic"):
            return self.topic.get_absolute_url()
        return exchange_url(self.meeting)

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            meeting=self.meeting, people=people_of(self.meeting), **kwargs
        )


def exchange_url(meeting: Meeting) -> str:
    place = {"project_pk": meeting.project_id, "pk": meeting.pk}
    return reverse("presales:exchange_detail", kwargs=place)


def people_of(meeting: Meeting) -> list[str]:
    """Names that are likely to be typed: who is on the list, then our team. Two queries."""
    attendees = meeting.attendees.select_related("user", "contact").order_by("pk")
    team = team_of(meeting.project).values_list("name", flat=True)
    return list(dict.fromkeys([*(one.label for one in attendees), *team]))


class ExchangeDetail(OneExchange, ProjectPageMixin, TemplateView):
    """One exchange, to be filled in while people talk."""

    template_name = "presales/exchange_detail.html"

    def get_project(self) -> Project:
        self.project = super().get_project()
        self.prepare()
        return self.project

    def get_context_data(self, **kwargs: Any) -> dict:
        user, topics = self.request.user, topics_of(self.meeting)
        is_open = self.project.is_running and self.meeting.state != State.CANCELLED
        return super().get_context_data(
            topics=topics,
            kinds=TopicKind.choices,
            open_count=sum(
                question.answered_at is None
                for topic in topics
                for question in topic.questions.all()
            ),
            standing=minutes_standing(self.meeting),
            may_note=is_open and may_take_minutes(user, self.meeting),
            may_send=is_open and may_send_minutes(user, self.project),
            is_over=self.meeting.end_at < timezone.now(),
            has_begun=self.meeting.start_at <= timezone.now(),
            **kwargs,
        )


class TopicAdd(OneExchange, ProjectActionPage):
    form_class = TopicForm
    template_name = "presales/exchange_form.html"
    title = gettext_lazy("Add a topic")
    button = gettext_lazy("Add topic")

    def perform(self, form: TopicForm) -> Topic:
        self.topic = add_topic(
            meeting=self.meeting, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )
        return self.topic


class TopicEdit(OneExchange, ProjectActionPage):
    form_class = TopicForm
    template_name = "presales/exchange_form.html"
    title = gettext_lazy("Change the topic")
    button = gettext_lazy("Keep changes")

    def get_initial(self) -> dict:
        return {"title": self.topic.title, "kind": self.topic.kind}

    def perform(self, form: TopicForm) -> Topic:
        return change_topic(
            topic=self.topic, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class TopicNotes(NotesPage, OneExchange, ProjectActionPage):
    title = gettext_lazy("What was said")

    def noted(self) -> Topic:
        return self.topic

    def write(self, notes: str, *, based_on: int) -> Topic:
        return write_topic_notes(
            topic=self.topic, notes=notes, based_on=based_on, actor=self.request.user,
            at=timezone.now(),
        )  # fmt: skip

    def autosave_url(self) -> str:
        return reverse("presales:topic_notes_autosave", kwargs=self.kwargs)

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(text=self.topic.title, **kwargs)


class TopicNotesAutosave(NotesAutosave, TopicNotes):
    pass


class TopicRemove(OneExchange, ProjectPageMixin, ActMixin, View):
    said = gettext_lazy("The topic is off the list; that it stood there is on record.")

    def act(self) -> None:
        self.prepare()
        topic = self.topic
        remove_topic(topic=topic, actor=self.request.user, at=timezone.now())

    def get_success_url(self) -> str:
        return exchange_url(self.meeting)


class TopicMove(OneExchange, ProjectPageMixin, ActMixin, View):
    def act(self) -> None:
        self.prepare()
        move_topic(
            topic=self.topic, step=step_of(self.request), actor=self.request.user,
            at=timezone.now(),
        )  # fmt: skip


class TopicOrder(ProjectPageMixin, ReorderView):
    queryset = Meeting.objects.filter(kind=Kind.EXCHANGE)

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(project=self.project)

    def reorder(self, keys: list[int]) -> None:
        order_topics(meeting=self.object, keys=keys, actor=self.request.user, at=timezone.now())
