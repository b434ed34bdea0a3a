from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from delivery.models import UserRequest
from delivery.models.user_requests import USER_REQUEST_MOVES
from implportal.kernel.forms import PageForm
from implportal.projects.models import Contact, Project
from presales.models import Requirement


class RequestSendForm(PageForm):
    """What a direct user is asked: as little as helps."""

    text = forms.CharField(
        label=_("What happened?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What you did, what you expected, and what you saw instead."),
    )
    severity = forms.ChoiceField(
        label=_("How much does it keep you from working?"),
        choices=UserRequest.Severity,
        widget=forms.RadioSelect,
        initial=UserRequest.Severity.SERIOUS,
    )
    file = forms.FileField(
        label=_("A picture or a document"),
        required=False,
        help_text=_("If it helps: a picture, a PDF, a text or an office document, up to 10 MB."),
    )


class TriageForm(PageForm):
    kind = forms.ChoiceField(
        label=_("What it is"), choices=UserRequest.Kind, widget=forms.RadioSelect
    )
    severity = forms.ChoiceField(label=_("Severity"), choices=UserRequest.Severity)
    state = forms.ChoiceField(label=_("What becomes of it"))
    answer = forms.CharField(
        label=_("Answer"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The sender gets it by mail. Needed unless it is only accepted."),
    )

    def __init__(self, *args: Any, user_request: UserRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        targets = USER_REQUEST_MOVES.get(UserRequest.State(user_request.state), ())
        self.fields["state"].choices = [
            choice for choice in UserRequest.State.choices if choice[0] in targets
        ]


class PromoteForm(PageForm):
    text = forms.CharField(
        label=_("Requirement"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One sentence that can be checked."),
    )
    priority = forms.ChoiceField(
        label=_("Priority"), choices=Requirement.Priority, initial=Requirement.Priority.COULD
    )


class RequestInviteForm(PageForm):
    contact = forms.ModelChoiceField(label=_("Contact"), queryset=Contact.objects.none())
    valid_days = forms.IntegerField(
        label=_("Days the link is open"), min_value=1, max_value=365, initial=90
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = project.customer.contacts.exclude(email="").order_by(
            "name", "pk"
        )
