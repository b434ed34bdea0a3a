"""The last step of the customer: code, signature, receipt, or a reasoned no."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language
from django.views.generic import FormView, TemplateView

from implportal.kernel.errors import DomainError
from implportal.signing.domain import codes, signing
from implportal.signing.domain.consents import current_consent
from implportal.signing.domain.pictures import BadPicture
from implportal.signing.domain.turns import Conflict
from implportal.signing.forms import CodeForm, DeclineForm, Method, ObjectionForm, SignForm
from implportal.signing.models import SignaturePicture, SignerState
from implportal.signing.models.links import DECIDING_KINDS
from implportal.signing.models.requests import DECIDING
from implportal.signing.views.documents import DocumentPageMixin


class SignPageMixin(DocumentPageMixin):
    """One of the steps of signing. Whoever has signed sees the receipt, whatever the step."""

    kinds = DECIDING_KINDS

    def get_template_names(self) -> list[str]:
        return [f"signing/{self.page('sign', 'confirm')}.html"]

    def page(self, to_sign: str, to_confirm: str) -> str:
        """Return the name of the page: confirming what was said takes less than signing."""
        return to_confirm if self.version.document_kind.to_confirm else to_sign

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.conflict = ""
        return super().dispatch(request, *args, **kwargs)

    def refusal(self) -> HttpResponse | None:
        refused = super().refusal()
        is_signed = refused is None and self.signer.state == SignerState.SIGNED
        return self.done() if is_signed and self.request.method == "POST" else refused

    def done(self, route: str = "link_sign") -> HttpResponse:
        return HttpResponseRedirect(self.address(route))

    def at_the_step(self) -> HttpResponse:
        """Lead to what is to be done now, which a phone would otherwise show below its edge."""
        return HttpResponseRedirect(f"{self.address('link_sign')}#step")

    def form_valid(self, form: Any) -> HttpResponse:
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
        signers = request.signers.exclude(state=SignerState.REPLACED).order_by("order", "pk")
        everybody = [s for s in signers if s.role in DECIDING]
        context |= {"signature_request": request, "everybody": everybody}
        if signer.state == SignerState.SIGNED:
            return context | {"picture": SignaturePicture.objects.filter(signer=signer).first()}
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
            "code": sent or isinstance(form, CodeForm),
            "masked_email": codes.masked(signer.email),
            "code_form": form if isinstance(form, CodeForm) else CodeForm(),
            "sign_form": form if isinstance(form, SignForm) else self.sign_form(),
            "decline_form": form if isinstance(form, DeclineForm) else self.decline_form_class(),
            "is_declining": isinstance(form, DeclineForm),
        }

    @property
    def decline_form_class(self) -> type[DeclineForm]:
        return ObjectionForm if self.version.document_kind.to_confirm else DeclineForm

    def sign_form(self, data: Any = None, files: Any = None) -> SignForm:
        consent = current_consent(
            get_language() or "en",
            role=self.signer.role,
            to_confirm=self.version.document_kind.to_confirm,
        )
        return SignForm(
            data,
            files,
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
        if self.signer.state == SignerState.SIGNED:
            return [f"signing/{self.page('receipt', 'confirmed')}.html"]
        return super().get_template_names()

    def get_form(self, form_class: Any = None) -> SignForm:
        if self.request.method != "POST":
            return self.sign_form()
        return self.sign_form(self.request.POST, self.request.FILES)

    def perform(self, form: SignForm) -> HttpResponse:
        data = form.cleaned_data
        upload = data["picture"] if data["method"] == Method.UPLOADED else None
        try:
            signing.sign(
                link=self.link,
                typed_name=data["typed_name"],
                mark=signing.Mark(
                    strokes=data["strokes"] if data["method"] == Method.DRAWN else None,
                    upload=upload and upload.read(),
                ),
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
        except BadPicture as error:
            form.add_error("picture" if upload else None, str(error))
            return self.form_invalid(form)
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
        return self.at_the_step()


class CodeCheck(SignPageMixin, FormView):
    http_method_names = ["post"]
    form_class = CodeForm

    def perform(self, form: CodeForm) -> HttpResponse:
        digits = form.cleaned_data["code"]
        try:
            codes.check_code(link=self.link, session=self.session, digits=digits, at=self.now)
        except codes.WrongCode as error:
            form.add_error("code", str(error))
            form.data = {"code": ""}  # what was typed may be the right code of another browser
            return self.form_invalid(form)
        return self.at_the_step()


class Decline(SignPageMixin, FormView):
    http_method_names = ["post"]

    def get_form_class(self) -> type[DeclineForm]:
        return self.decline_form_class

    def perform(self, form: DeclineForm) -> HttpResponse:
        signing.decline(
            link=self.link, session=self.session, reason=form.cleaned_data["reason"], at=self.now
        )
        return self.response_class(
            request=self.request,
            template=f"signing/{self.page('declined', 'objected')}.html",
            context={"link": self.link, "sender": self.link.sent_by, "version": self.version},
        )
