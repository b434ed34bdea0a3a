"""The solution on its way to the customer and to its signatures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, View

from implportal.kernel.errors import DomainError
from implportal.kernel.forms import ReasonForm
from implportal.kernel.views import DomainFormMixin
from implportal.projects.permissions import may_run
from implportal.signing.models import RequestState, SignatureRequest
from implportal.signing.pages import AskForSignaturesMixin, RequestForm
from presales.domain.review import (
    last_readers,
    latest_version,
    prepare_signing,
    revise_solution,
    send_for_review,
    send_for_signature,
    stop_signing,
)
from presales.domain.solution_approval import approval_standing
from presales.domain.solution_standing import solution_standing
from presales.domain.solutions import unanswered_musts
from presales.forms.solutions import SendForm
from presales.views.solutions import SolutionPageMixin


class SolutionSend(SolutionPageMixin, DomainFormMixin, FormView):
    """Freeze the next version and send it."""

    needs = may_run
    form_class = SendForm
    template_name = "presales/solution_send.html"

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"project": self.project}

    def get_initial(self) -> dict:
        return super().get_initial() | {"contacts": last_readers(self.solution)}

    def perform(self, form: SendForm) -> Any:
        return send_for_review(
            solution=self.solution, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("Version %(version)s is on its way. Its PDF is being prepared.") % {
            "version": self.result.version
        }

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            standing=solution_standing(self.solution),
            unanswered=unanswered_musts(self.project),
            approval=approval_standing(self.solution),
            **kwargs,
        )


class SolutionSign(AskForSignaturesMixin, SolutionPageMixin, DomainFormMixin, FormView):
    """Choose who signs, in which order; a draft for this version is where that is changed."""

    needs = may_run
    template_name = "presales/solution_sign.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        draft = SignatureRequest.objects.filter(
            version=latest_version(self.solution), state=RequestState.DRAFT
        ).first()
        if draft:
            return HttpResponseRedirect(draft.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def to_be_signed(self) -> Model:
        return self.solution

    def perform(self, form: RequestForm) -> SignatureRequest:
        act = prepare_signing if self.is_draft else send_for_signature
        return act(
            solution=self.solution,
            signers=form.signers,
            terms=form.terms,
            actor=self.request.user,
            at=timezone.now(),
        )

    @property
    def is_draft(self) -> bool:
        return "draft" in self.request.POST

    def get_success_message(self) -> str:
        if self.is_draft:
            return _("The draft is kept. Nobody has been told yet.")
        return _("The first signer has mail. The next one follows by itself.")

    def get_success_url(self) -> str:
        return self.result.get_absolute_url() if self.is_draft else super().get_success_url()

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(standing=solution_standing(self.solution), **kwargs)


class SolutionRevise(SolutionPageMixin, View):
    needs = may_run

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        try:
            revise_solution(solution=self.solution, actor=request.user, at=timezone.now())
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, _("You can write again. The customer keeps the version they have.")
            )
        return HttpResponseRedirect(self.get_success_url())


class SolutionStopSigning(SolutionPageMixin, DomainFormMixin, FormView):
    needs = may_run
    form_class = ReasonForm
    template_name = "presales/solution_stop_signing.html"
    success_message = gettext_lazy("The solution is back from signing. You can revise it now.")

    def perform(self, form: ReasonForm) -> Any:
        return stop_signing(
            solution=self.solution,
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
            at=timezone.now(),
        )
