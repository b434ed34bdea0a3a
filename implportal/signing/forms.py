from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from implportal.kernel.forms import DateInput, PageForm
from implportal.projects.models import Project
from implportal.signing.domain.pictures import MAX_UPLOAD_BYTES
from implportal.signing.domain.proposing import Proposal
from implportal.signing.domain.requests import SignerSpec, Terms
from implportal.signing.models import SignerRole

TEXT = forms.Textarea(attrs={"rows": 4})


class QuestionForm(PageForm):
    text = forms.CharField(label=_("Your question"), max_length=5000, widget=TEXT)


class ReplyForm(PageForm):
    text = forms.CharField(label=_("What else you would like to say"), max_length=5000, widget=TEXT)


class AnswerForm(PageForm):
    text = forms.CharField(
        label=_("Your answer"),
        max_length=5000,
        widget=TEXT,
        help_text=_("The customer gets it by mail and settles the question, or asks on."),
    )


class CodeForm(PageForm):
    code = forms.CharField(
        label=_("Code from the mail"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "pattern": "[0-9 ]*"}
        ),
    )

    def clean_code(self) -> str:
        return self.cleaned_data["code"].replace(" ", "")


class DeclineForm(PageForm):
    reason = forms.CharField(
        label=_("Why you do not sign"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The sender reads it, and so do the others who were asked to sign."),
    )


class ObjectionForm(DeclineForm):
    """Whoever confirms minutes objects in the place of declining."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        reason.label = _("What is not right")
        reason.help_text = _("The writer reads it, and so do the others who were asked to confirm.")


class Method(models.TextChoices):
    TYPED = "TYPED", _("Type it")
    DRAWN = "DRAWN", _("Draw it")
    UPLOADED = "UPLOADED", _("Upload a picture")


class SignForm(PageForm):
    """The digests and the consent text that were shown come back with the form.

    The name is typed whatever the ``method``: a picture alone says nothing to those who
    cannot see it. ``strokes`` is filled by the page's script.
    """

    method = forms.ChoiceField(choices=Method, required=False)
    typed_name = forms.CharField(
        label=_("Your full name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your full name; it stands in the signed document.")},
    )
    strokes = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    picture = forms.FileField(
        label=_("Picture of your signature"),
        required=False,
        help_text=_("PNG or JPEG, up to 5 MB, best on white paper."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    consent = forms.BooleanField(
        label="",
        error_messages={"required": _("Tick the box to agree to sign electronically.")},
    )
    content_sha256 = forms.CharField(widget=forms.HiddenInput)
    pdf_sha256 = forms.CharField(widget=forms.HiddenInput)
    consent_version = forms.CharField(widget=forms.HiddenInput)
    consent_language = forms.CharField(widget=forms.HiddenInput)
    time_zone = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, consent_text: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = consent_text

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("method") == Method.UPLOADED and "picture" not in self.errors:
            if not data.get("picture"):
                self.add_error("picture", _("Choose the picture of your signature."))
            elif data["picture"].size > MAX_UPLOAD_BYTES:
                self.add_error("picture", _("The picture is larger than 5 MB."))
        return data

    @property
    def chosen_method(self) -> str:
        """The method that was chosen; typing where none was, or none that there is."""
        told = self.data.get("method") if self.is_bound else None
        return told if told in Method.values else Method.TYPED.value


PARTS = [
    ("", _("is not asked")),
    *((role, _("Signs") if role == SignerRole.SIGNER else role.label) for role in SignerRole),
]
"""What the form offers for each contact, all said of this person."""


class RequestForm(PageForm):
    """Who is asked, with which part and in which order; until when and on what terms.

    ``proposed`` are the people to begin with. One row for each contact of the customer;
    ``signers`` and ``terms`` are what the domain takes.
    """

    deadline = forms.DateField(label=_("Last day to sign"), widget=DateInput())
    message = forms.CharField(
        label=_("A word of yours"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the mail above the link."),
    )
    may_delegate = forms.BooleanField(
        label=_("Those who are asked may hand over to somebody else"),
        required=False,
        initial=True,
        help_text=_("You are told, and it stands on record."),
    )

    def __init__(self, *args: Any, project: Project, proposed: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["deadline"].initial = today + timedelta(days=Terms.valid_days)
        self.fields["deadline"].widget.attrs |= {"min": today.isoformat()}
        self.contacts = list(project.customer.contacts.order_by("name", "pk"))
        self.proposed_because = proposed.reason
        known = {spec.contact.pk: spec for spec in proposed.signers}
        for contact in self.contacts:
            spec = known.get(contact.pk)
            self.fields[f"role_{contact.pk}"] = forms.ChoiceField(
                label=_("Part of %(name)s") % {"name": contact.name},
                choices=PARTS,
                required=False,
                initial=spec.role if spec else "",
            )
            self.fields[f"order_{contact.pk}"] = forms.IntegerField(
                label=_("Turn of %(name)s") % {"name": contact.name},
                min_value=1,
                max_value=9,
                required=False,
                initial=spec.order if spec else 1,
            )
            for name in (f"role_{contact.pk}", f"order_{contact.pk}"):
                field = self.fields[name]
                kind = "form-select" if name.startswith("role") else "form-control"
                field.widget.attrs |= {"class": f"{kind} w-auto", "aria-label": str(field.label)}

    def rows(self) -> list[dict[str, Any]]:
        """Return each contact with its two fields, for the table."""
        return [
            {
                "contact": contact,
                "role": self[f"role_{contact.pk}"],
                "order": self[f"order_{contact.pk}"],
            }
            for contact in self.contacts
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        chosen = [data.get(f"role_{contact.pk}") for contact in self.contacts]
        if SignerRole.SIGNER not in chosen:
            self.add_error(None, _("Name at least one person who signs."))
        return data

    @property
    def signers(self) -> list[SignerSpec]:
        data = self.cleaned_data
        return [
            SignerSpec(contact, data[f"role_{contact.pk}"], data[f"order_{contact.pk}"] or 1)
            for contact in self.contacts
            if data[f"role_{contact.pk}"]
        ]

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        return Terms(
            deadline=data["deadline"],
            message=data["message"],
            may_delegate=data["may_delegate"],
        )


class ExtendForm(PageForm):
    deadline = forms.DateField(label=_("New last day to sign"), widget=DateInput())


class DelegateForm(PageForm):
    """Somebody else, and why."""

    name = forms.CharField(
        label=_("Who signs instead"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(label=_("E-mail of this person"))
    reason = forms.CharField(
        label=_("Why"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The sender and this person read it, and it stands on record."),
    )
