from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.documents.domain.images import MAX_IMAGE_BYTES
from implportal.documents.manuscript import MAX_BYTES
from implportal.documents.markdown import MAX_CHARACTERS
from implportal.documents.outline import ParsedDocument
from implportal.kernel.errors import DomainError
from implportal.kernel.forms import CheckedForm, PageForm
from implportal.projects.models import Contact, Project
from presales.domain.imports import is_word, read_file, read_solution
from presales.domain.word_import import MAX_WORD_BYTES
from presales.models import MAX_LEVEL, Requirement, Solution, SolutionSection, SolutionTemplate

LEVELS = [
    (1, gettext_lazy("1 – chapter")),
    (2, gettext_lazy("1.1 – section")),
    (3, gettext_lazy("1.1.1 – sub-section")),
    *((level, ".".join("1" * level)) for level in range(4, MAX_LEVEL + 1)),
]


class StartForm(PageForm):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    template = forms.ModelChoiceField(
        label=gettext_lazy("Template"),
        queryset=SolutionTemplate.objects.none(),
        required=False,
        empty_label=gettext_lazy(
            "Standard: sixteen headings, each with a word on what belongs there"
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        templates = SolutionTemplate.objects.order_by("-is_default", "title", "pk")
        self.fields["template"].queryset = templates
        first = templates.first()
        if first is None:
            self.fields["template"].widget = forms.HiddenInput()
        elif first.is_default:
            self.fields["template"].initial = first.pk


class SolutionForm(CheckedForm, forms.ModelForm):
    """What stands on the title page; only its fields are used, the domain saves."""

    class Meta:
        model = Solution
        fields = ("title", "subtitle", "summary")
        widgets = {"summary": forms.Textarea(attrs={"rows": 3})}


class TextFileForm(PageForm):
    """A file that can become a solution; ``document`` is what was read of it."""

    file = forms.FileField(
        label=gettext_lazy("Word or Markdown file"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.md,.markdown,.txt,text/markdown"}),
        help_text=gettext_lazy(
            "A .docx file of at most 20 MB, or a .md file in UTF-8 of at most 1 MB. "
            "Each heading becomes a section."
        ),
    )
    document: ParsedDocument
    is_word = False

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        self.is_word = is_word(file.read(8))
        file.seek(0)
        limit = MAX_WORD_BYTES if self.is_word else MAX_BYTES
        if file.size > limit:
            # Refused by its size, before it is read into memory.
            raise forms.ValidationError(
                _("The file is %(size)s MB. At most %(limit)s MB of text can be imported.")
                % {"size": f"{file.size / 1024 / 1024:.1f}", "limit": limit // 1024 // 1024}
            )
        try:
            self.document = read_file(file.read(), name=file.name)
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return file


class ImportForm(TextFileForm):
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Left empty, the title in the file is taken."),
    )
    field_order = ("file", "title")


class ImportKeptForm(PageForm):
    """A file whose sections were shown, named to be taken in; the title as it was typed."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        error_messages={"required": gettext_lazy("Give the solution a title.")},
    )
    kept = forms.CharField(widget=forms.HiddenInput, max_length=32)


class ReimportForm(PageForm):
    """The text of a file whose effect was shown, sent back to be carried out.

    ``kept`` names a Word file, which is kept here meanwhile.
    """

    text = forms.CharField(
        widget=forms.HiddenInput, strip=False, required=False, max_length=MAX_BYTES
    )
    kept = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)
    state_token = forms.CharField(widget=forms.HiddenInput, max_length=32)
    document: ParsedDocument

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        if self.data.get("kept"):
            return text
        try:
            self.document = read_solution(text.encode())
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return text


class SectionForm(PageForm):
    title = forms.CharField(
        label=gettext_lazy("Heading"),
        max_length=SolutionSection._meta.get_field("title").max_length,
    )
    level = forms.TypedChoiceField(
        label=gettext_lazy("Level"), choices=LEVELS, coerce=int, initial=1
    )
    markdown = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        strip=False,
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "true"}),
        help_text=gettext_lazy(
            "Markdown: **bold**, - list, 1. numbered list, | table |, [link](https://…)."
        ),
    )


class SectionEditForm(SectionForm):
    """``base`` is the saved text that the person writes on from, for joining two texts."""

    lock_version = forms.IntegerField(widget=forms.HiddenInput)
    base = forms.CharField(
        required=False, strip=False, max_length=MAX_CHARACTERS, widget=forms.HiddenInput
    )


class SectionLinkForm(PageForm):
    requirements = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Requirements that this section answers"),
        queryset=Requirement.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["requirements"].queryset = project.requirements.in_force().order_by(
            "number", "pk"
        )


class PastedPictureForm(PageForm):
    """A picture alone; its name says what it shows until somebody says it better."""

    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 5 MB."),
    )

    def clean_picture(self) -> UploadedFile:
        picture = self.cleaned_data["picture"]
        if picture.size > MAX_IMAGE_BYTES:
            raise forms.ValidationError(
                _("The picture is larger than %(limit)s MB.")
                % {"limit": MAX_IMAGE_BYTES // 1024 // 1024}
            )
        return picture

    @property
    def description(self) -> str:
        name = Path(self.cleaned_data["picture"].name).stem
        return _("Picture") if name in {"", "image"} else name.replace("_", " ")


class PictureForm(PastedPictureForm):
    description = forms.CharField(
        label=gettext_lazy("What it shows"),
        max_length=200,
        help_text=gettext_lazy("Read out to people who cannot see it."),
    )


class SendForm(PageForm):
    """To whom a version goes."""

    contacts = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Who reads it"),
        queryset=Contact.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one person who reads it.")},
    )
    message = forms.CharField(
        label=gettext_lazy("A word of yours"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stands in the mail above the link."),
    )
    valid_days = forms.IntegerField(
        label=gettext_lazy("Days until the link closes"), min_value=1, max_value=180, initial=30
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contacts"].queryset = project.customer.contacts.order_by("name", "pk")


class CommentForm(PageForm):
    """A word to the team about a section."""

    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write what you want to say.")},
    )


class AskApprovalForm(PageForm):
    """Whom to ask whether the text may go out."""

    approver = forms.ModelChoiceField(
        label=gettext_lazy("Who approves"), queryset=User.objects.none()
    )
    note = forms.CharField(
        label=gettext_lazy("A word to them"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Such as what changed, and until when it has to go out."),
    )

    def __init__(self, *args: Any, approvers: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approver"].queryset = approvers


class DecideForm(PageForm):
    """The answer, of the text that was on the page."""

    reason = forms.CharField(
        label=gettext_lazy("What has to change"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Needed if you return it."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    @property
    def returns(self) -> bool:
        return self.data.get("decision") == "return"

    def clean_reason(self) -> str:
        reason = self.cleaned_data["reason"].strip()
        if self.returns and not reason:
            raise forms.ValidationError(_("Say what has to change before it can go out."))
        return reason


class ApprovalRuleForm(PageForm):
    """What the project asks for before a solution is sent."""

    is_needed = forms.BooleanField(
        label=gettext_lazy("Somebody of us approves each version before it is sent"),
        required=False,
    )
    needs_four_eyes = forms.BooleanField(
        label=gettext_lazy("It must be somebody who did not write it"),
        required=False,
        help_text=gettext_lazy("Whoever wrote in a section or asks for approval cannot give it."),
    )
