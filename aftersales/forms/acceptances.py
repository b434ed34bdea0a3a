from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.domain.acceptances import MemberSpec
from aftersales.models import Acceptance, CommitteeMember, Criterion
from implportal.accounts.models import Role, User
from implportal.kernel.forms import DateInput, PageForm
from implportal.meetings.domain.people import team_of

PARTS = {
    Role.PROJECT_MANAGER: CommitteeMember.Role.PROJECT,
    Role.BUSINESS_MANAGER: CommitteeMember.Role.BUSINESS,
}
CHECKS, SIGNS = "CHECKS", "SIGNS"


class PlaceForm(PageForm):
    place = forms.CharField(label=_("Place"), max_length=160, required=False)
    held_on = forms.DateField(label=_("Day"), widget=DateInput, required=False)


class CriterionForm(PageForm):
    text = forms.CharField(
        label=_("Criterion"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence that is either true or not."),
    )


class ResultForm(PageForm):
    result = forms.ChoiceField(
        label=_("Result"), choices=Criterion.Result, widget=forms.RadioSelect
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was tried and seen; why it failed or is waived."),
    )


class CommitteeForm(PageForm):
    """Our people as a list to tick, the customer's with what each of them does."""

    users = forms.ModelMultipleChoiceField(
        label=_("Of us"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, acceptance: Acceptance, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = acceptance.project
        members = list(acceptance.committee.select_related("contact").order_by("pk"))
        self.fields["users"].queryset = team_of(project)
        self.fields["users"].initial = [one.user_id for one in members if one.user_id]
        present = {one.contact_id: one for one in members if one.contact_id}
        self.contacts = list(project.customer.contacts.order_by("name", "pk"))
        for contact in self.contacts:
            member = present.get(contact.pk)
            self.fields[f"contact_{contact.pk}"] = forms.ChoiceField(
                label=f"{contact.name}, {contact.title}".strip(", "),
                choices=[
                    ("", _("Not in the committee")),
                    (CHECKS, _("Checks")),
                    (SIGNS, _("Checks and signs the certificate")),
                ],
                required=False,
                initial=(SIGNS if member.signs else CHECKS) if member else "",
            )

    def members(self) -> list[MemberSpec]:
        data = self.cleaned_data
        ours = [
            MemberSpec(user=user, role=PARTS.get(user.role, CommitteeMember.Role.IMPLEMENTATION))
            for user in data["users"]
        ]
        theirs = [
            MemberSpec(
                contact=contact,
                role=CommitteeMember.Role.CUSTOMER_EXPERT,
                signs=data[f"contact_{contact.pk}"] == SIGNS,
            )
            for contact in self.contacts
            if data[f"contact_{contact.pk}"]
        ]
        return [*ours, *theirs]
