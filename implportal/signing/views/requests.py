"""Our own pages of requests for signatures: prepare, send, see where it stands, act."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView

from implportal.audit.models import Entry
from implportal.documents.permissions import may_read
from implportal.kernel.forms import ReasonForm
from implportal.kernel.views import VisibleToUserMixin
from implportal.signing.domain import delegation, ending, extending, reminding, requests
from implportal.signing.domain.addresses import other_address
from implportal.signing.domain.proposing import Proposal
from implportal.signing.domain.reminding import remind_from
from implportal.signing.filters import RequestFilter
from implportal.signing.forms import DelegateForm, ExtendForm, RequestForm
from implportal.signing.models import SignatureRequest, Signer, SignerState
from implportal.signing.pages import AskForSignaturesMixin
from implportal.signing.permissions import may_export_evidence
from implportal.signing.views.staff import ProjectActionView, ProjectListPage, ProjectRowsMixin


class RequestList(ProjectListPage):
    queryset = (
        SignatureRequest.objects.select_related("version", "created_by")
        .defer("version__content")
        .prefetch_related(
            Prefetch(
                "signers",
                Signer.objects.exclude(state=SignerState.REPLACED).order_by("order", "pk"),
            )
        )
    )
    filterset_class = RequestFilter
    template_name = "signing/request_list.html"
    context_object_name = "requests"
    sorts = {
        "sent": ("created_at", "pk"),
        "title": ("version__title", "version__version", "pk"),
        "state": ("state", "pk"),
        "until": ("expires_at", "pk"),
    }
    default_sort = "-sent"
    export_name = "signatures"

    def export_columns(self) -> list:
        return [
            (_("Document"), lambda request: request.version.title),
            (_("Number"), lambda request: request.version.number),
            (_("Version"), lambda request: request.version.version),
            (_("State"), lambda request: request.standing),
            (_("Waits for"), lambda request: ", ".join(on_turn(request))),
            (_("Sent"), lambda request: request.sent_at),
            (_("Until"), lambda request: request.expires_at),
            (_("Sealed"), lambda request: request.completed_at),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        for request in context["object_list"]:
            request.waits_for = on_turn(request)
        return context


def on_turn(request: SignatureRequest) -> list[str]:
    """Names of those for whom a request waits, from signers that were fetched along."""
    if not request.is_running:
        return []
    return [one.name for one in request.signers.all() if one.decides and one.is_on_turn]


class RequestDetail(ProjectRowsMixin, VisibleToUserMixin, DetailView):
    """One page per request: who has it, since when, whose turn, every event, what to do."""

    queryset = SignatureRequest.objects.select_related("version", "created_by", "project__customer")
    template_name = "signing/request_detail.html"
    context_object_name = "signature_request"

    def get_context_data(self, **kwargs: Any) -> dict:
        request, now = self.object, timezone.now()
        signers = list(
            request.signers.select_related("link__message", "delegated_from", "contact").order_by(
                "order", "pk"
            )
        )
        signers.sort(key=lambda one: (not one.decides, one.order, one.pk))
        running = request.is_running and request.expires_at > now
        for signer in signers:
            signer.is_waited_for = running and signer.decides and signer.is_on_turn
            if signer.is_waited_for:
                signer.days = (now - signer.invited_at).days
                signer.remind_from = remind_from(signer) if signer.link else None
                signer.may_be_reminded = signer.remind_from and signer.remind_from <= now
            signer.other_address = other_address(signer) if request.is_running else ""
        return super().get_context_data(**kwargs) | {
            "signers": signers,
            "bounced": [one for one in signers if one.is_waited_for and one.link.undelivered_at],
            "readdressed": [signer for signer in signers if signer.other_address],
            "waiting": [signer for signer in signers if signer.is_waited_for],
            "signed": sum(signer.state == SignerState.SIGNED for signer in signers),
            "deciding": sum(
                signer.decides and signer.state != SignerState.REPLACED for signer in signers
            ),
            "is_late": request.is_running and not running,
            "may_read": may_read(self.request.user, request.version),
            "source_url": request.version.subject.get_absolute_url(),
            "may_export": may_export_evidence(self.request.user, self.project),
            "events": Entry.objects.filter(chain__name=request.chain)
            .select_related("actor")
            .order_by("-sequence"),
        }


class RequestActionView(ProjectActionView):
    queryset = SignatureRequest.objects.select_related("version")

    def get_success_url(self) -> str:
        return self.object.get_absolute_url()

    def who_and_when(self) -> dict[str, Any]:
        return {"actor": self.request.user, "at": timezone.now()}


class RequestChange(AskForSignaturesMixin, RequestActionView):
    """Other people or terms, while it is a draft."""

    template_name = "signing/request_form.html"
    title = _("Who signs")
    button = _("Save draft")
    success_message = _("The draft is saved. Nobody has been told yet.")

    def get_object(self, queryset: QuerySet | None = None) -> SignatureRequest:
        found = super().get_object(queryset)
        if not found.is_draft and self.request.method == "GET":
            raise Http404
        return found

    def proposed(self) -> Proposal:
        signers = self.object.signers.exclude(contact=None).select_related("contact")
        return Proposal(
            tuple(requests.SignerSpec(one.contact, one.role, one.order) for one in signers)
        )

    def get_initial(self) -> dict:
        return super().get_initial() | {
            "deadline": self.object.last_day,
            "message": self.object.message,
            "may_delegate": self.object.may_delegate,
        }

    def perform(self, form: RequestForm) -> None:
        requests.change_draft(
            request=self.object, signers=form.signers, terms=form.terms, **self.who_and_when()
        )


class RequestSend(RequestActionView):
    title = _("Send for signature")
    text = _("The first in the order get their links at once; the others follow by themselves.")
    button = _("Send for signature")
    success_message = _("It is on its way. Whoever comes next is asked by itself.")

    def perform(self, form: Any) -> None:
        requests.send_request(request=self.object, **self.who_and_when())


class RequestDiscard(RequestActionView):
    title = _("Throw this draft away")
    text = _("Nobody at the customer has heard of it. That there was a draft stays on record.")
    button = _("Throw away")
    tone = "danger"
    back_route = "signing:request_list"
    success_message = _("The draft is thrown away.")

    def get_success_message(self) -> str:
        return str(self.success_message)

    def get_success_url(self) -> str:
        return reverse(self.back_route, kwargs={"project_pk": self.project.pk})

    def perform(self, form: Any) -> None:
        requests.discard_draft(request=self.object, **self.who_and_when())


class RequestExtend(RequestActionView):
    form_class = ExtendForm
    title = _("Give more time")
    text = _("Links that people have stay good. Those whose turn it is are told the new day.")
    button = _("Give more time")
    success_message = _("They have more time now; those whose turn it is are told.")

    def perform(self, form: ExtendForm) -> None:
        extending.extend_request(request=self.object, **form.cleaned_data, **self.who_and_when())


class RequestCancel(RequestActionView):
    form_class = ReasonForm
    title = _("Cancel this signing")
    text = _("All its links close, and those who were asked are told the reason.")
    button = _("Cancel signing")
    tone = "danger"
    success_message = _("The signing is cancelled; those who were asked are told.")

    def perform(self, form: ReasonForm) -> None:
        ending.cancel_request(request=self.object, **form.cleaned_data, **self.who_and_when())


class RequestRetrySeal(RequestActionView):
    title = _("Seal again")
    text = _("All have signed; the document is sealed as soon as a worker is free.")
    button = _("Seal again")
    success_message = _("The document is being sealed; look again in a minute.")

    def perform(self, form: Any) -> None:
        requests.retry_seal(request=self.object, **self.who_and_when())


class SignerActionView(RequestActionView):
    """One act on one of the people of a request."""

    @cached_property
    def signer(self) -> Signer:
        signer = (
            self.object.signers.filter(pk=self.kwargs["signer_pk"])
            .select_related("contact")
            .first()
        )
        if signer is None:
            raise Http404
        return signer

    def get_object(self, queryset: QuerySet | None = None) -> SignatureRequest:
        self.object = super().get_object(queryset)
        self.signer  # noqa: B018 - a person of another request is a 404 before anything else
        return self.object

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {
            "title": str(self.title) % {"name": self.signer.name},
            "text": str(self.text) % {"email": other_address(self.signer) or self.signer.email},
        }


class SignerRemind(SignerActionView):
    title = _("Remind %(name)s now")
    text = _("A new link goes by mail to %(email)s; the one sent before is closed.")
    button = _("Send reminder")

    def get_success_message(self) -> str:
        return _now("%(name)s has a new mail with a new link.") % {"name": self.signer.name}

    def perform(self, form: Any) -> None:
        reminding.remind_now(signer=self.signer, **self.who_and_when())


class SignerDelegate(SignerActionView):
    form_class = DelegateForm
    title = _("Somebody else instead of %(name)s")
    text = _(
        "The new person gets a link of their own and the same place in the order. "
        "Both stay on record, with the reason."
    )
    button = _("Ask this person instead")

    def get_success_message(self) -> str:
        return _now("%(name)s takes the place of %(before)s.") % {
            "name": self.result.name,
            "before": self.signer.name,
        }

    def perform(self, form: DelegateForm) -> Signer:
        return delegation.delegate_for(
            signer=self.signer, **form.cleaned_data, **self.who_and_when()
        )
