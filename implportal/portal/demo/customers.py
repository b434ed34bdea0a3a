"""The customer's side of the demo: doing through the domain what they would do behind a link."""

from __future__ import annotations

from datetime import datetime, timedelta

from implportal.documents.models import DocumentVersion
from implportal.notifications.models import Message
from implportal.signing.domain.codes import check_code, send_code
from implportal.signing.domain.completion import seal_request
from implportal.signing.domain.consents import current_consent
from implportal.signing.domain.reading import mark_understood
from implportal.signing.domain.signing import Circumstances, Offer, sign
from implportal.signing.models import SharedLink, SignatureRequest
from implportal.signing.models.requests import DECIDING


def understand_everything(*, link: SharedLink, version: DocumentVersion, at: datetime) -> None:
    """Mark each section of ``version`` as understood."""
    for section in version.content["sections"]:
        mark_understood(link=link, section_key=section["key"], at=at)


def sign_all(*, request: SignatureRequest, at: datetime) -> None:
    """Let each signer of ``request`` sign, an hour apart, and seal it."""
    count = request.signers.filter(role__in=DECIDING).count()
    for place in range(count):
        sign_first(request=request, at=at + timedelta(hours=place))
    seal_request(request_id=request.pk, now=at + timedelta(hours=count))


def sign_first(*, request: SignatureRequest, at: datetime) -> None:
    """Let whose turn it is sign, with a code taken from the stored mail."""
    minute = timedelta(minutes=1)
    signer = request.signers.filter(state__in=["INVITED", "VIEWED"]).order_by("order", "pk").first()
    session = f"demo-{signer.pk}"
    send_code(link=signer.link, session=session, at=at)
    check_code(link=signer.link, session=session, digits=_code_for(signer.email), at=at + minute)
    version = request.version
    consent = current_consent("en", role=signer.role, to_confirm=version.document_kind.to_confirm)
    sign(
        link=signer.link,
        typed_name=signer.name,
        offer=Offer(
            content_sha256=version.content_sha256,
            pdf_sha256=version.pdf_sha256,
            consent_version=consent.version,
            consent_language=consent.language,
            consent_given=True,
        ),
        circumstances=Circumstances(
            session=session, address="192.0.2.10", user_agent="Demo browser", language="en"
        ),
        at=at + 2 * minute,
    )


def _code_for(email: str) -> str:
    mail = Message.objects.filter(to=email, secrets__has_key="code").order_by("-pk").first()
    return mail.secrets["code"]
