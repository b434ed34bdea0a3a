"""The customer's page for handing over to somebody else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.generic import FormView

from implportal.signing.domain import delegation, signing
from implportal.signing.forms import DelegateForm
from implportal.signing.models import SignerState
from implportal.signing.views.signing import SignPageMixin


class Delegate(SignPageMixin, FormView):
    """Name somebody else; afterwards this link is closed."""

    form_class = DelegateForm

    def get_template_names(self) -> list[str]:
        return ["signing/delegate.html"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.signer.state == SignerState.SIGNED:
            return self.done()
        return self.render_to_response(self.get_context_data())

    def perform(self, form: DelegateForm) -> HttpResponse:
        other = delegation.delegate_by_link(
            link=self.link, session=self.session, at=self.now, **form.cleaned_data
        )
        return self.response_class(
            request=self.request,
            template="signing/delegated.html",
            context={
                "link": self.link,
                "sender": self.link.sent_by,
                "version": self.version,
                "other": other,
            },
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        request = self.signer.request
        needs_code = signing.needs_code(request, self.link) and not signing.is_verified(
            self.signer, session=self.session, at=self.now
        )
        refused = ""
        if not request.may_delegate:
            refused = _("The sender asks you in person. Please talk to them.")
        elif delegation.delegations_before(self.signer) >= delegation.MOST_DELEGATIONS:
            refused = _("This was handed on several times already. Please talk to the sender.")
        return context | {"needs_code_first": needs_code, "refused": refused}
