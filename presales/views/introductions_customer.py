"""An introduction as the customer meets it, behind a link: saying what one thinks of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.generic import FormView

from implportal.documents.models import DocumentVersion
from implportal.kernel.views import DomainFormMixin
from implportal.signing.models import LinkKind
from implportal.signing.pages import LinkPageMixin
from presales.domain.introductions_feedback import give_feedback, recipient_of
from presales.forms.introductions import FeedbackForm
from presales.models import Recipient


class IntroductionFeedback(DomainFormMixin, LinkPageMixin, FormView):
    """Confidence and a note. It can be said again as long as the link is open."""

    kinds = frozenset({LinkKind.READ})
    form_class = FeedbackForm
    template_name = "presales/introduction_feedback.html"

    def refusal(self) -> HttpResponse | None:
        is_document = self.link.content_type.model_class() is DocumentVersion
        self.recipient = recipient_of(self.link) if is_document else None
        return None if self.recipient else self.unknown()

    def get_initial(self) -> dict:
        if not self.recipient.is_own_answer:
            return {}  # what one of us noted is not for their eyes
        return {"confidence": self.recipient.confidence, "note": self.recipient.note}

    def perform(self, form: FeedbackForm) -> Recipient:
        return give_feedback(
            link=self.link, recipient=self.recipient, at=self.now, **form.cleaned_data
        )

    def get_success_url(self) -> str:
        return f"{self.request.path}?thanks=1"

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {
            "introduction": self.recipient.introduction,
            "is_thanked": self.recipient.is_own_answer and "thanks" in self.request.GET,
            "document_url": reverse(
                "signing:link_document", kwargs={"link_id": self.link.public_id}
            ),
        }
