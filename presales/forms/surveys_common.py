from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from implportal.catalogue.models import FieldOfBusiness
from implportal.kernel.forms import PageForm, PageModelForm
from presales.domain.surveys_common import OnTheListAlready, check_is_new
from presales.models import CommonRequirement


class CommonRequirementForm(PageModelForm):
    class Meta:
        model = CommonRequirement
        fields = ("text", "field_of_business", "priority")
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "text": _("One sentence that can be checked."),
            "field_of_business": _("Leave it empty where it is common everywhere."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["field_of_business"]
        field.queryset = FieldOfBusiness.objects.order_by("name", "pk")
        field.empty_label = _("every field")

    def clean(self) -> dict:
        cleaned = super().clean()
        wish = CommonRequirement(
            pk=self.instance.pk,
            text=cleaned.get("text", ""),
            field_of_business=cleaned.get("field_of_business"),
        )
        try:
            check_is_new(wish)
        except OnTheListAlready as error:
            self.add_error("text", str(error))
        return cleaned


class TakeCommonForm(PageForm):
    """Which sentences to take over; the page draws the boxes."""

    items = forms.ModelMultipleChoiceField(
        queryset=CommonRequirement.objects.none(), required=False
    )

    def __init__(self, *args: Any, choices: QuerySet[CommonRequirement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].queryset = choices
