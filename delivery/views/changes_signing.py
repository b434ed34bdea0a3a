"""A change request on its way: handed in, approved, sent, taken back, carried out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from delivery.domain.changes import hand_in_change
from delivery.domain.changes_apply import apply_change
from delivery.domain.changes_approval import approve_change, send_back_change
from delivery.domain.changes_document import latest_version
from delivery.domain.changes_signing import (
    close_declined_change,
    prepare_signing,
    recall_change,
    send_change,
    withdraw_change,
)
from delivery.forms.changes import ApplyForm
from delivery.views.changes import ChangeActionPage, ChangePageMixin
from implportal.kernel.errors import DomainError
from implportal.kernel.forms import ReasonForm
from implportal.projects.permissions import may_run
from implportal.signing.models import RequestState, SignatureRequest
from implportal.signing.pages import AskForSignaturesMixin


class ChangeStep(ChangePageMixin, View):
    """A button that does one thing and comes back to the change."""

    said = ""

    def act(self) -> None:
        raise NotImplementedError

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        try:
            self.act()
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, self.said)
        return HttpResponseRedirect(self.change.get_absolute_url())


class ChangeHandIn(ChangeStep):
    said = gettext_lazy("It is handed in. A manager who did not write it approves it.")

    def act(self) -> None:
        hand_in_change(change=self.change, actor=self.request.user, at=timezone.now())


class ChangeApprove(ChangeStep):
    said = gettext_lazy("Approved and frozen. Its PDF is being prepared; then send it.")

    def act(self) -> None:
        approve_change(change=self.change, actor=self.request.user, at=timezone.now())


class ChangeRunPage(ChangeActionPage):
    """A form for those who run the project."""

    def allowed(self) -> bool:
        return may_run(self.request.user, self.project)


class ChangeSend(AskForSignaturesMixin, ChangeRunPage):
    """Choose who signs, in which order; a draft for this version is where that is changed."""

    template_name = "delivery/change_send.html"
    title = gettext_lazy("Send for signature")
    button = gettext_lazy("Send for signature")
    text = gettext_lazy(
        "Each signer proves the e-mail address with a one-time code. When everybody has "
        "signed, the change is carried out by itself."
    )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        draft = SignatureRequest.objects.filter(
            version=latest_version(self.change), state=RequestState.DRAFT
        ).first()
        if draft:
            return HttpResponseRedirect(draft.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def to_be_signed(self) -> Model:
        return self.change

    @property
    def is_draft(self) -> bool:
        return "draft" in self.request.POST

    def perform(self, form: Any) -> SignatureRequest:
        act = prepare_signing if self.is_draft else send_change
        return act(
            change=self.change,
            signers=form.signers,
            terms=form.terms,
            actor=self.request.user,
            at=timezone.now(),
        )

    def get_success_message(self) -> str:
        if self.is_draft:
            return _("The draft is kept. Nobody has been told yet.")
        return _("The first signer has mail. The next one follows by itself.")

    def get_success_url(self) -> str:
        draft = getattr(self, "result", None) if self.is_draft else None
        return (draft or self.change).get_absolute_url()


class ReasonPage(ChangeRunPage):
    """A step that needs a reason: ``call`` is the domain's function."""

    form_class = ReasonForm

    def call(self, **_kwargs: Any) -> Any:
        raise NotImplementedError

    def perform(self, form: ReasonForm) -> Any:
        return self.call(
            change=self.change,
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
            at=timezone.now(),
        )


class ChangeSendBack(ReasonPage):
    call = staticmethod(send_back_change)
    title = gettext_lazy("Have it written anew")
    button = gettext_lazy("Send back")
    text = gettext_lazy("It becomes a draft again. A version that was frozen is withdrawn.")
    success_message = gettext_lazy("It is a draft again. Its author sees the reason.")


class ChangeRecall(ReasonPage):
    call = staticmethod(recall_change)
    title = gettext_lazy("Take back from signing")
    button = gettext_lazy("Take back")
    text = gettext_lazy("Links close, and those who were asked are told the reason.")
    success_message = gettext_lazy("It is back from signing. Send it again, or revise it.")
    tone = "danger"


class ChangeWithdraw(ReasonPage):
    call = staticmethod(withdraw_change)
    title = gettext_lazy("Withdraw the change request")
    button = gettext_lazy("Withdraw")
    text = gettext_lazy("Nothing of it happens. Links close; what was written stays on record.")
    success_message = gettext_lazy("The change request is withdrawn.")
    tone = "danger"


class ChangeDecline(ReasonPage):
    call = staticmethod(close_declined_change)
    title = gettext_lazy("The customer does not want it")
    button = gettext_lazy("Note it")
    text = gettext_lazy("The change request ends, and all stays as agreed before.")
    success_message = gettext_lazy("It is noted. All stays as agreed before.")


class ChangeApply(ChangeRunPage):
    form_class = ApplyForm
    title = gettext_lazy("Carry out the signed change")
    button = gettext_lazy("Carry out now")
    text = gettext_lazy("Requirements, plan, contract and installments move together.")

    def perform(self, form: ApplyForm) -> Any:
        return apply_change(
            change=self.change, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("%(number)s is carried out. Look at the plan and the installments.") % {
            "number": self.change.number
        }
