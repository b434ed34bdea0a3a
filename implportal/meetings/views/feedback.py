"""How a meeting was: asked for by a link, given behind it, or noted by one of us."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from implportal.kernel.views import DomainFormMixin
from implportal.meetings.domain.feedback import ask_for_feedback, give_feedback, note_feedback
from implportal.meetings.forms.feedback import FeedbackForm, NoteFeedbackForm
from implportal.meetings.models import Attendee, Feedback, State
from implportal.meetings.permissions import may_take_minutes
from implportal.meetings.views.one import MeetingAct, OneMeeting
from implportal.projects.pages import ProjectActionPage
from implportal.signing.models import LinkKind
from implportal.signing.pages import LinkPageMixin


class FeedbackNote(OneMeeting, ProjectActionPage):
    form_class = NoteFeedbackForm
    template_name = "meetings/meeting_form.html"
    button = gettext_lazy("Note it")
    success_message = gettext_lazy("It is noted.")

    def prepare(self) -> None:
        super().prepare()
        self.attendee = get_object_or_404(
            self.meeting.attendees.select_related("user", "contact", "feedback"),
            pk=self.kwargs["attendee_pk"],
        )
        self.attendee.meeting = self.meeting
        self.title = _("How did %(name)s find it?") % {"name": self.attendee.label}

    def allowed(self) -> bool:
        return may_take_minutes(self.request.user, self.meeting)

    def get_initial(self) -> dict[str, Any]:
        had = getattr(self.attendee, "feedback", None)
        return {"rating": had.rating, "note": had.note} if had else {}

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#feedback"

    def perform(self, form: NoteFeedbackForm) -> Feedback:
        return note_feedback(
            attendee=self.attendee, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class FeedbackAsk(MeetingAct):
    """Asks everybody of the customer who came and has not said yet."""

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#feedback"

    def act(self, **_kwargs: Any) -> str:
        people = ask_for_feedback(meeting=self.meeting, actor=self.request.user, at=timezone.now())
        names = ", ".join(one.label for one in people)
        return _("A link is on its way to %(names)s.") % {"names": names}


class FeedbackLink(DomainFormMixin, LinkPageMixin, FormView):
    """The two questions, as somebody of the customer meets them on a phone."""

    kinds = frozenset({LinkKind.FEEDBACK})
    form_class = FeedbackForm
    template_name = "meetings/feedback_link.html"
    success_message = gettext_lazy("Thank you. We have noted it, and you can still change it.")

    def refusal(self) -> HttpResponse | None:
        self.attendee = (
            Attendee.objects.select_related("meeting__organiser", "contact", "user", "feedback")
            .filter(pk=self.link.object_id)
            .first()
        )
        if self.link.content_type.model_class() is not Attendee or self.attendee is None:
            return self.unknown()
        if self.attendee.meeting.state == State.CANCELLED:
            return self.gone()
        return None

    def get_initial(self) -> dict[str, Any]:
        had = getattr(self.attendee, "feedback", None)
        # What one of us noted is not shown: it is about the person, not by them.
        return {"rating": had.rating, "note": had.note} if had and not had.noted_by_id else {}

    def perform(self, form: FeedbackForm) -> Feedback:
        return give_feedback(link=self.link, at=self.now, **form.cleaned_data)

    def get_success_url(self) -> str:
        return reverse("meetings:feedback_link", kwargs={"link_id": self.link.public_id})

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            meeting=self.attendee.meeting, is_given=bool(self.get_initial()), **kwargs
        )
