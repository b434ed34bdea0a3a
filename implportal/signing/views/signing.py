"""The last step of the customer: code, signature, receipt, or a reasoned no."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from implportal.kernel.errors import DomainError
from implportal.signing.domain import codes, signing
from implportal.signing.domain.consents import current_consent
from implportal.signing.domain.turns import Conflict
from implportal.signing.forms import CodeForm, DeclineForm, SignForm
from implportal.signing.models import LinkKind, SignerState
from implportal.signing.models.requests import DECIDING
from implportal.signing.views.documents import DocumentPageMixin


class SignPageMixin(DocumentPageMixin):
    """One of the steps of signing. Whoever has signed sees the receipt, whatever the step."""

    kinds = frozenset({LinkKind.SIGN})
    template_name = "signing/sign.html"

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.conflict = ""
        return super().answer(request, *args, **kwargs)

    def done(self, route: str = "link_sign") -> HttpResponse:
        return HttpResponseRedirect(self.address(route))

    def form_valid(self, form: Any) -> HttpResponse:
        if self.signer.state == SignerState.SIGNED:
            return self.done()
        try:
            return self.perform(form)
        except Conflict as error:
            return self.conflicted(error)
        except DomainError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)

    def conflicted(self, error: Conflict) -> HttpResponse:
        return self.response_class(
            request=self.request,
            template="signing/conflict.html",
            context=super().get_context_data() | {"reason": str(error)},
            status=409,
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        signer, request = self.signer, self.signer.request
        everybody = [s for s in request.signers.order_by("order", "pk") if s.role in DECIDING]
        context |= {"signature_request": request, "everybody": everybody}
        if signer.state == SignerState.SIGNED:
            return context
        needs_code = signing.needs_code(request, self.link)
        verified = signing.is_verified(signer, session=self.session, at=self.now)
        sent = (
            signer.codes.filter(session=self.session, used_at=None, voided_at=None)
            .filter(expires_at__gt=self.now)
            .first()
        )
        form = context.get("form")
        return context | {
            "needs_code": needs_code,
            "is_verified": verified,
            "code": sent,
            "masked_email": codes.masked(signer.email),
            "code_form": form if isinstance(form, CodeForm) else CodeForm(),
            "sign_form": form if isinstance(form, SignForm) else self.sign_form(),
            "decline_form": form if isinstance(form, DeclineForm) else DeclineForm(),
            "is_declining": isinstance(form, DeclineForm),
        }

    def sign_form(self, data: Any = None) -> SignForm:
        consent = current_consent(get_language() or "en")
        return SignForm(
            data,
            consent_text=consent.text,
            initial={
                "typed_name": "",
                "content_sha256": self.version.content_sha256,
                "pdf_sha256": self.version.pdf_sha256,
                "consent_version": consent.version,
                "consent_language": consent.language,
            },
        )


class SignPage(SignPageMixin, FormView):
    """The step that is due: ask for a code, enter it, sign; afterwards the receipt."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def get_template_names(self) -> list[str]:
        is_signed = self.signer.state == SignerState.SIGNED
        return ["signing/receipt.html" if is_signed else self.template_name]

    def get_form(self, form_class: Any = None) -> SignForm:
        return self.sign_form(self.request.POST if self.request.method == "POST" else None)

    def perform(self, form: SignForm) -> HttpResponse:
        data = form.cleaned_data
        signing.sign(
            link=self.link,
            typed_name=data["typed_name"],
            offer=signing.Offer(
                content_sha256=data["content_sha256"],
                pdf_sha256=data["pdf_sha256"],
                consent_version=data["consent_version"],
                consent_language=data["consent_language"],
                consent_given=data["consent"],
            ),
            circumstances=self.circumstances(),
            at=self.now,
        )
        return self.done()


class CodeSend(SignPageMixin, TemplateView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        try:
            codes.send_code(link=self.link, session=self.session, at=self.now)
        except Conflict as error:
            return self.conflicted(error)
        except DomainError as error:
            messages.error(request, str(error))
        return self.done()


class CodeCheck(SignPageMixin, FormView):
    http_method_names = ["post"]
    form_class = CodeForm

    def perform(self, form: CodeForm) -> HttpResponse:
        digits = form.cleaned_data["code"]
        try:
            codes.check_code(link=self.link, session=self.session, digits=digits, at=self.now)
        except codes.WrongCode as error:
            form.add_error("code", str(error))
            return self.form_invalid(form)
        messages.success(self.request, _("Your e-mail address is verified. Now you can sign."))
        return self.done()


class Decline(SignPageMixin, FormView):
    http_method_names = ["post"]
    form_class = DeclineForm

    def perform(self, form: DeclineForm) -> HttpResponse:
        signing.decline(link=self.link, reason=form.cleaned_data["reason"], at=self.now)
        return self.response_class(
            request=self.request,
            template="signing/declined.html",
            context={"link": self.link, "sender": self.link.sent_by, "version": self.version},
        )
