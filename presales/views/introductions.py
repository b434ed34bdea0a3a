from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.db.models import Avg, Count, OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from implportal.documents.domain.content import build_content
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError
from implportal.kernel.views import DomainFormMixin, ListPage
from implportal.meetings.permissions import may_plan_meeting
from implportal.projects.models import Project
from implportal.projects.pages import ProjectPageMixin
from implportal.signing.models import SharedLink
from presales.domain.introductions import (
    change_introduction,
    freeze_introduction,
    give_introduction,
    note_confidence,
    reopen_introduction,
    start_introduction,
)
from presales.domain.introductions_parts import choices_for, parts_of
from presales.domain.introductions_reuse import start_from_earlier
from presales.domain.introductions_text import sections_of
from presales.filters.introductions import IntroductionFilter
from presales.forms.introductions import (
    ConfidenceForm,
    GiveForm,
    IntroductionForm,
    NewIntroductionForm,
)
from presales.models import Introduction, Recipient
from presales.pages import ActMixin, PreparesMixin
from presales.permissions import may_prepare


class IntroductionList(ProjectPageMixin, ListPage):
    tab = "overview"
    queryset = Introduction.objects.all()
    filterset_class = IntroductionFilter
    template_name = "presales/introduction_list.html"
    context_object_name = "introductions"
    export_name = "introductions"
    sorts = {
        "created": ("created_at", "pk"),
        "title": ("title", "pk"),
        "state": ("state", "title", "pk"),
        "people": ("recipient_count", "title", "pk"),
        "confidence": ("confidence", "title", "pk"),
    }
    default_sort = "-created"

    def get_queryset(self) -> QuerySet:
        self.queryset = Introduction.objects.filter(project=self.project).annotate(
            recipient_count=Count("recipients"),
            opened_count=opened_count(),
            confidence=Avg("recipients__confidence"),
        )
        return super().get_queryset()

    def export_columns(self) -> list:
        return [
            (_("Number"), lambda row: row.number),
            (_("Title"), lambda row: row.title),
            (_("State"), lambda row: row.get_state_display()),
            (_("Begun"), lambda row: row.created_at),
            (_("Given to"), lambda row: row.recipient_count),
            (_("Opened by"), lambda row: row.opened_count or 0),
            (_("Confidence"), lambda row: row.confidence),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            may_prepare=may_prepare(self.request.user, self.project),
            may_plan=self.project.is_running and may_plan_meeting(self.request.user, self.project),
            step=self.project.steps.get(key="introduction"),
            **kwargs,
        )


class IntroductionCreate(DomainFormMixin, PreparesMixin, ProjectPageMixin, FormView):
    """From the company profile, or from an earlier introduction (``?earlier=``)."""

    tab = "overview"
    form_class = NewIntroductionForm
    template_name = "presales/step_form.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_initial(self) -> dict:
        names = {"us": settings.ORGANISATION_NAME, "customer": self.project.customer.name}
        return {
            "title": (_("%(us)s for %(customer)s") % names)[:160],
            "earlier": self.request.GET.get("earlier", ""),
        }

    def perform(self, form: NewIntroductionForm) -> Introduction:
        said = form.cleaned_data
        written = {
            "project": self.project,
            "title": said["title"],
            "greeting": said["greeting"],
            "actor": self.request.user,
            "at": timezone.now(),
        }
        if not said["earlier"]:
            return start_introduction(**written)
        begun = start_from_earlier(earlier=said["earlier"], **written)
        if begun.left_out:
            words = _("Left out, since it may not be shown: %(parts)s.")
            messages.warning(self.request, words % {"parts": "; ".join(begun.left_out)})
        if begun.reworded:
            words = _("Read again what was written for another customer: %(parts)s.")
            messages.warning(self.request, words % {"parts": "; ".join(begun.reworded)})
        return begun.introduction

    def get_success_message(self) -> str:
        return _("It has its first parts. Add what this customer should see.")

    def get_success_url(self) -> str:
        return self.result.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            title=_("New company introduction"),
            button=_("Begin"),
            back=list_url(self.project),
            **kwargs,
        )


class IntroductionPageMixin(ProjectPageMixin):
    """A page of the introduction in the address."""

    tab = "overview"

    def get_project(self) -> Project:
        project = super().get_project()
        self.introduction = get_object_or_404(
            Introduction.objects.visible_to(self.request.user).select_related("created_by"),
            project=project,
            pk=self.kwargs["pk"],
        )
        self.introduction.project = project
        return project

    def get_success_url(self) -> str:
        return self.introduction.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            introduction=self.introduction,
            back=self.introduction.get_absolute_url(),
            list_url=list_url(self.project),
            **kwargs,
        )


class IntroductionDetail(IntroductionPageMixin, TemplateView):
    """While it is composed: its parts and the catalogue. Afterwards: its PDF and who has it."""

    def get_template_names(self) -> list[str]:
        is_draft = self.introduction.state == Introduction.State.DRAFT
        return [f"presales/introduction_{'compose' if is_draft else 'detail'}.html"]

    def get_context_data(self, **kwargs: Any) -> dict:
        introduction = self.introduction
        context = super().get_context_data(
            may_prepare=may_prepare(self.request.user, self.project) and self.project.is_running,
            recipients=recipients_of(introduction),
            version=DocumentVersion.objects.of(introduction).order_by("-version").first(),
            **kwargs,
        )
        if introduction.state == Introduction.State.DRAFT:
            context["parts"] = parts_of(introduction)
            context |= shown(introduction)
            if context["may_prepare"]:
                context["groups"] = choices_for(introduction, on=timezone.localdate())
        elif context["may_prepare"]:
            context["give_form"] = GiveForm(project=self.project)
        return context


class IntroductionEdit(DomainFormMixin, PreparesMixin, IntroductionPageMixin, FormView):
    form_class = IntroductionForm
    template_name = "presales/step_form.html"
    success_message = gettext_lazy("Title and first words are kept.")

    def get_initial(self) -> dict:
        return {"title": self.introduction.title, "greeting": self.introduction.greeting}

    def perform(self, form: IntroductionForm) -> Introduction:
        return change_introduction(
            introduction=self.introduction,
            actor=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            title=_("Title and first words"), button=_("Keep"), **kwargs
        )


class IntroductionPreview(IntroductionPageMixin, TemplateView):
    """The draft, or the newest frozen version, as the customer sees it."""

    template_name = "presales/introduction_preview.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        introduction = self.introduction
        if introduction.state == Introduction.State.DRAFT:
            return context | shown(introduction)
        version = DocumentVersion.objects.of(introduction).order_by("-version").first()
        return context | {
            "image_prefix": image_prefix(self.project),
            "document": version.content,
        }


class IntroductionShown(IntroductionPageMixin, TemplateView):
    """The draft as it stands now, for the page on which it is composed."""

    template_name = "presales/_introduction_shown.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | shown(self.introduction)


class IntroductionFreeze(ActMixin, PreparesMixin, IntroductionPageMixin, View):
    said = gettext_lazy("It is frozen and its PDF is being made. Give it to the customer next.")

    def act(self) -> None:
        freeze_introduction(
            introduction=self.introduction, actor=self.request.user, at=timezone.now()
        )


class IntroductionReopen(ActMixin, PreparesMixin, IntroductionPageMixin, View):
    said = gettext_lazy("It can be changed again. Freezing makes the next version.")

    def act(self) -> None:
        reopen_introduction(
            introduction=self.introduction, actor=self.request.user, at=timezone.now()
        )


class IntroductionGive(DomainFormMixin, PreparesMixin, IntroductionPageMixin, FormView):
    form_class = GiveForm
    template_name = "presales/step_form.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"project": self.project}

    def perform(self, form: GiveForm) -> list[Recipient]:
        return give_introduction(
            introduction=self.introduction,
            actor=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )

    def get_success_message(self) -> str:
        names = ", ".join(recipient.contact.name for recipient in self.result)
        return _("The link is on its way to %(names)s. Ask them later how it was received.") % {
            "names": names
        }

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            title=_("Give the introduction"), button=_("Send the link"), **kwargs
        )


class ConfidenceNote(DomainFormMixin, PreparesMixin, IntroductionPageMixin, FormView):
    form_class = ConfidenceForm
    template_name = "presales/step_form.html"
    success_message = gettext_lazy("It is noted.")

    def get_project(self) -> Project:
        project = super().get_project()
        self.recipient = get_object_or_404(
            self.introduction.recipients.select_related("contact"), pk=self.kwargs["recipient_pk"]
        )
        return project

    def get_initial(self) -> dict:
        return {"confidence": self.recipient.confidence, "note": self.recipient.note}

    def perform(self, form: ConfidenceForm) -> Recipient:
        return note_confidence(
            recipient=self.recipient,
            actor=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            title=_("How did %(name)s receive it?") % {"name": self.recipient.contact.name},
            button=_("Note it"),
            **kwargs,
        )


def shown(introduction: Introduction) -> dict[str, Any]:
    """Return a draft as its customer would read it, or why it cannot be drawn."""
    project = introduction.project
    context: dict[str, Any] = {"image_prefix": image_prefix(project), "document": None}
    try:
        context["document"] = build_content(
            project=project,
            number=introduction.number,
            title=introduction.title,
            sections=sections_of(introduction),
            date=timezone.localdate(),
        )
    except DomainError as error:
        context["refusal"] = str(error)
    return context


def image_prefix(project: Project) -> str:
    image = reverse("documents:image_file", kwargs={"project_pk": project.pk, "sha256": "x"})
    return image.removesuffix("x")


def opened_count() -> Subquery:
    """Count the readers of an introduction whose browser has shown it, in any version."""
    types = ContentType.objects.get_for_models(DocumentVersion, Introduction)
    versions = DocumentVersion.objects.filter(
        content_type=types[Introduction], object_id=OuterRef(OuterRef("pk"))
    )
    opened = SharedLink.objects.filter(
        content_type=types[DocumentVersion],
        object_id__in=versions.values("pk"),
        opened_at__isnull=False,
    )
    by_one = opened.order_by().values("content_type")
    return Subquery(by_one.annotate(readers=Count("contact", distinct=True)).values("readers"))


def list_url(project: Project) -> str:
    return reverse("presales:introduction_list", kwargs={"project_pk": project.pk})


def recipients_of(introduction: Introduction) -> QuerySet[Recipient]:
    """Return who has it, the newest first; ``opened_at`` says when a browser showed it."""
    opened = SharedLink.objects.filter(
        content_type=ContentType.objects.get_for_model(DocumentVersion),
        object_id=OuterRef("version"),
        contact=OuterRef("contact"),
        opened_at__isnull=False,
    ).order_by("opened_at", "pk")
    return (
        introduction.recipients.select_related("contact", "version")
        .annotate(opened_at=Subquery(opened.values("opened_at")[:1]))
        .order_by("-given_at", "pk")
    )
