"""Master data without a lifecycle: the models say what is valid."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import User
from implportal.catalogue.domain.scans import check_scan
from implportal.catalogue.models import (
    FieldOfBusiness,
    OfferedSolution,
    Product,
    ProfilePart,
    Qualification,
    ReferenceCase,
    Scenario,
)
from implportal.kernel.errors import DomainError
from implportal.kernel.forms import DateInput, PageModelForm


class ProfilePartForm(PageModelForm):
    class Meta:
        model = ProfilePart
        fields = ("title", "text", "order")
        widgets = {"text": forms.Textarea(attrs={"rows": 10})}


class QualificationForm(PageModelForm):
    scan_file = forms.FileField(
        label=_("Scan"),
        required=False,
        help_text=_("A PDF or a picture, up to 25 MB. Everybody who signs in can open it."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,image/png,image/jpeg,image/webp"}),
    )
    removes_scan = forms.BooleanField(label=_("Remove the scan that is there"), required=False)

    class Meta:
        model = Qualification
        fields = ("title", "number", "issuer", "valid_from", "valid_until", "owner")
        widgets = {"valid_from": DateInput(), "valid_until": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.filter(is_active=True).order_by("name", "pk")
        if self.instance.scan:
            self.fields["scan_file"].label = _("Another scan, in place of “%(name)s”") % {
                "name": self.instance.scan_name
            }
        else:
            del self.fields["removes_scan"]

    def clean_scan_file(self) -> UploadedFile | None:
        file = self.cleaned_data["scan_file"]
        if file:
            try:
                check_scan(file)
            except DomainError as refusal:
                raise ValidationError(str(refusal)) from refusal
        return file


class ReferenceForm(PageModelForm):
    class Meta:
        model = ReferenceCase
        fields = (
            "title",
            "customer_name",
            "field_of_business",
            "text",
            "consent_given_on",
            "consent_ends_on",
        )
        widgets = {
            "text": forms.Textarea(attrs={"rows": 8}),
            "consent_given_on": DateInput(),
            "consent_ends_on": DateInput(),
        }
        help_texts = {
            "consent_given_on": _("Without a date this case may not be shown to anybody."),
            "consent_ends_on": _("Leave it empty if the consent has no end."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field_of_business"].queryset = FieldOfBusiness.objects.order_by("name", "pk")

    def clean(self) -> dict:
        cleaned = super().clean()
        given, ends = cleaned.get("consent_given_on"), cleaned.get("consent_ends_on")
        if ends and (given is None or ends < given):
            self.add_error("consent_ends_on", _("It must not end before it is given."))
        return cleaned


class SolutionForm(PageModelForm):
    class Meta:
        model = OfferedSolution
        fields = ("title", "field_of_business", "products", "text", "is_offered")
        widgets = {
            "text": forms.Textarea(attrs={"rows": 8}),
            "products": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field_of_business"].queryset = FieldOfBusiness.objects.order_by("name", "pk")
        self.fields["products"].queryset = Product.objects.order_by("name", "pk")


class ProductForm(PageModelForm):
    class Meta:
        model = Product
        fields = ("code", "name", "summary", "is_offered")
        widgets = {"summary": forms.Textarea(attrs={"rows": 6})}


class ScenarioForm(PageModelForm):
    class Meta:
        model = Scenario
        fields = ("product", "title", "goal", "steps", "prepared_data", "minutes", "is_current")
        widgets = {
            "steps": forms.Textarea(attrs={"rows": 10}),
            "prepared_data": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = Product.objects.order_by("name", "pk")


class FieldOfBusinessForm(PageModelForm):
    class Meta:
        model = FieldOfBusiness
        fields = ("name",)
