"""Requests of direct users in the trial run: our pages, and theirs behind a link."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView

from delivery.domain.user_requests import (
    invite_requests,
    promote_to_requirement,
    send_request,
    triage_request,
)
from delivery.filters import UserRequestFilter
from delivery.forms.user_requests import (
    PromoteForm,
    RequestInviteForm,
    RequestSendForm,
    TriageForm,
)
from delivery.models import UserRequest
from delivery.models.user_requests import USER_REQUEST_MOVES
from implportal.kernel.views import DomainFormMixin, ListPage
from implportal.projects.models import Attachment, Project
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin
from implportal.projects.permissions import may_contribute
from implportal.signing.models import LinkKind, SharedLink
from implportal.signing.pages import LinkPageMixin
from presales.models import Requirement

# --- Ours ------------------------------------------------------------------------------


class UserRequestList(ProjectPageMixin, ListPage):
    queryset = UserRequest.objects.select_related("requirement")
    filterset_class = UserRequestFilter
    template_name = "delivery/user_request_list.html"
    context_object_name = "user_requests"
    tab = "overview"
    sorts = {
        "number": ("number", "pk"),
        "sent": ("sent_at", "pk"),
        "name": ("name", "pk"),
        "state": ("state", "pk"),
    }
    default_sort = "-number"
    export_name = "user-requests"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(project=self.project)

    def export_columns(self) -> list:
        return [
            (_now("Number"), lambda one: one.code),
            (_now("From"), lambda one: one.name),
            (_now("Sent"), lambda one: one.sent_at),
            (_now("What happened"), lambda one: one.text),
            (_now("Severity"), lambda one: one.get_severity_display()),
            (_now("Kind"), lambda one: one.get_kind_display()),
            (_now("State"), lambda one: one.get_state_display()),
            (_now("Answer"), lambda one: one.answer),
            (_now("Requirement"), lambda one: one.requirement.code if one.requirement else ""),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {
            "may_change": self.project.is_running
            and may_contribute(self.request.user, self.project)
        }


class OneRequestMixin:
    """The request of the address, one of the project."""

    def read_request(self) -> UserRequest:
        return get_object_or_404(
            UserRequest.objects.visible_to(self.request.user).select_related(
                "requirement", "triaged_by"
            ),
            project=self.project,
            pk=self.kwargs["pk"],
        )


class UserRequestDetail(OneRequestMixin, ProjectPageMixin, TemplateView):
    tab = "overview"
    template_name = "delivery/user_request_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        user_request = self.read_request()
        is_open = user_request.state in USER_REQUEST_MOVES
        may_change = self.project.is_running and may_contribute(self.request.user, self.project)
        return super().get_context_data(**kwargs) | {
            "user_request": user_request,
            "files": Attachment.objects.of(user_request).order_by("name", "pk"),
            "may_triage": may_change and is_open,
            "may_promote": may_change
            and is_open
            and user_request.requirement is None
            and user_request.kind in {"", UserRequest.Kind.WISH},
        }


class UserRequestAction(OneRequestMixin, ProjectActionPage):
    """One act on a request; for those who work on the project."""

    tab = "overview"

    def prepare(self) -> None:
        self.user_request = self.read_request()
        self.text = self.user_request.text

    def allowed(self) -> bool:
        return may_contribute(self.request.user, self.project)

    def get_success_url(self) -> str:
        return self.user_request.get_absolute_url()


class UserRequestTriage(UserRequestAction):
    form_class = TriageForm
    button = _("Keep and tell the sender")
    success_message = _("It is kept, and the sender is told by mail.")

    def prepare(self) -> None:
        super().prepare()
        self.title = _now("What becomes of %(code)s") % {"code": self.user_request.code}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user_request": self.user_request}

    def get_initial(self) -> dict[str, Any]:
        one = self.user_request
        return {"kind": one.kind, "severity": one.severity, "answer": one.answer}

    def perform(self, form: TriageForm) -> UserRequest:
        return triage_request(
            user_request=self.user_request,
            **form.cleaned_data,
            actor=self.request.user,
            at=timezone.now(),
        )


class UserRequestPromote(UserRequestAction):
    form_class = PromoteForm
    button = _("Make it a requirement")
    success_message = _("It is a requirement now, and the wish counts as accepted.")

    def prepare(self) -> None:
        super().prepare()
        self.title = _now("Make %(code)s a requirement") % {"code": self.user_request.code}

    def get_initial(self) -> dict[str, Any]:
        return {"text": " ".join(self.user_request.text.split())[:1000]}

    def perform(self, form: PromoteForm) -> Requirement:
        return promote_to_requirement(
            user_request=self.user_request,
            **form.cleaned_data,
            actor=self.request.user,
            at=timezone.now(),
        )


class UserRequestInvite(ProjectActionPage):
    form_class = RequestInviteForm
    tab = "overview"
    title = _("Ask for requests")
    text = _(
        "This person gets a personal link and sends through it what happens in the trial run, "
        "without an account."
    )
    button = _("Send link")
    success_message = _("The link is on its way; what is sent through it appears here.")

    def allowed(self) -> bool:
        return may_contribute(self.request.user, self.project)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"project": self.project}

    def perform(self, form: RequestInviteForm) -> SharedLink:
        return invite_requests(
            project=self.project, **form.cleaned_data, actor=self.request.user, at=timezone.now()
        )

    def get_success_url(self) -> str:
        return reverse("delivery:user_request_list", kwargs={"project_pk": self.project.pk})


# --- Theirs ----------------------------------------------------------------------------


class RequestLinkMixin(LinkPageMixin):
    kinds = frozenset({LinkKind.REQUEST})

    def refusal(self) -> HttpResponse | None:
        is_ours = self.link.content_type.model_class() is Project
        return None if is_ours else self.unknown()

    def sent(self) -> QuerySet:
        """What this person has sent; of others the page knows nothing."""
        return UserRequest.objects.of_sender(self.link)

    def address(self, route: str, **kwargs: Any) -> str:
        return reverse(f"delivery:{route}", kwargs={"link_id": self.link.public_id, **kwargs})


class RequestLink(DomainFormMixin, RequestLinkMixin, FormView):
    """Send a request, and see where one's own stand."""

    form_class = RequestSendForm
    template_name = "delivery/user_request_link.html"

    def perform(self, form: RequestSendForm) -> UserRequest:
        return send_request(link=self.link, **form.cleaned_data, at=self.now)

    def get_success_url(self) -> str:
        return self.address("link_user_request", number=self.result.number)

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {
            "sent": self.sent().order_by("-number", "pk")[:100]
        }


class RequestLinkDetail(RequestLinkMixin, TemplateView):
    """The receipt of one request, and later what became of it."""

    template_name = "delivery/user_request_receipt.html"

    def refusal(self) -> HttpResponse | None:
        if refused := super().refusal():
            return refused
        self.user_request = self.sent().filter(number=self.kwargs["number"]).first()
        return None if self.user_request else self.unknown()

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {
            "user_request": self.user_request,
            "files": Attachment.objects.of(self.user_request).order_by("name", "pk"),
        }
