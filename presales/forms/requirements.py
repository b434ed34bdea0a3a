from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from implportal.kernel.forms import PageForm
from presales.models import Requirement


class RequirementForm(PageForm):
    text = forms.CharField(
        label=_("Requirement"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "One sentence that can be checked, such as “A clerk finds a record by its number "
            "within two seconds.”"
        ),
    )
    priority = forms.ChoiceField(
        label=_("Priority"), choices=Requirement.Priority, initial=Requirement.Priority.MUST
    )
    source = forms.ChoiceField(
        label=_("Where it comes from"),
        choices=Requirement.Source,
        initial=Requirement.Source.EXCHANGE,
    )
