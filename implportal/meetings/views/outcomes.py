"""Decisions, action items and files of one meeting."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.meetings.domain.outcomes import (
    add_action,
    add_decision,
    change_action,
    remove_action,
    remove_decision,
    settle_action,
)
from implportal.meetings.forms.minutes import ActionForm, DecisionForm
from implportal.meetings.models import ActionItem, Decision
from implportal.meetings.permissions import may_take_minutes
from implportal.meetings.views.one import MeetingAct, OneMeeting
from implportal.projects.pages import ProjectActionPage


class OutcomePage(OneMeeting, ProjectActionPage):
    """The small forms of a meeting's page; refused, they stand on a page of their own."""

    template_name = "meetings/meeting_form.html"

    def allowed(self) -> bool:
        return may_take_minutes(self.request.user, self.meeting)

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#outcomes"


class DecisionAdd(OutcomePage):
    form_class = DecisionForm
    title = gettext_lazy("Note a decision")
    button = gettext_lazy("Note decision")

    def perform(self, form: DecisionForm) -> Decision:
        return add_decision(
            meeting=self.meeting, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class ActionAdd(OutcomePage):
    form_class = ActionForm
    title = gettext_lazy("Note who does what")
    button = gettext_lazy("Note action item")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"meeting": self.meeting}

    def perform(self, form: ActionForm) -> ActionItem:
        return add_action(
            meeting=self.meeting, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class ActionEdit(OutcomePage):
    form_class = ActionForm
    title = gettext_lazy("Change the action item")
    button = gettext_lazy("Keep changes")

    def prepare(self) -> None:
        super().prepare()
        self.item = get_object_or_404(self.meeting.actions, pk=self.kwargs["item_pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"meeting": self.meeting, "item": self.item}

    def perform(self, form: ActionForm) -> ActionItem:
        return change_action(
            item=self.item, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class OutcomeAct(MeetingAct):
    """A button beside one decision or action item."""

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#outcomes"

    def item(self) -> ActionItem:
        return get_object_or_404(self.meeting.actions, pk=self.kwargs["item_pk"])


class DecisionRemove(OutcomeAct):
    def act(self, **_kwargs: Any) -> str:
        decision = get_object_or_404(self.meeting.decisions, pk=self.kwargs["item_pk"])
        remove_decision(decision=decision, actor=self.request.user, at=timezone.now())
        return _("The decision is taken away; it stays on record.")


class ActionSettle(OutcomeAct):
    """Ticks the item off, or with ``done=`` empty puts it back."""

    def act(self, **_kwargs: Any) -> str:
        is_done = bool(self.request.POST.get("done"))
        settle_action(item=self.item(), is_done=is_done, actor=self.request.user, at=timezone.now())
        return _("Ticked off.") if is_done else _("It is on the list again.")


class ActionRemove(OutcomeAct):
    def act(self, **_kwargs: Any) -> str:
        remove_action(item=self.item(), actor=self.request.user, at=timezone.now())
        return _("The action item is taken away; it stays on record.")
