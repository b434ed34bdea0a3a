"""The customer's pages of a frozen document: read, discuss, see what changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.base import File
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from implportal.documents.compare import ChangeKind, compare
from implportal.documents.models import DocumentVersion, StoredImage
from implportal.kernel.errors import DomainError
from implportal.signing.domain import progress, reading
from implportal.signing.domain.traces import note_downloaded
from implportal.signing.forms import QuestionForm, ReplyForm
from implportal.signing.models import LinkKind, Question, SharedLink, Signer, SignerState
from implportal.signing.models.links import DECIDING_KINDS
from implportal.signing.pages import LinkPageMixin
from implportal.signing.views.sections import HERE, ShownSection, draw_section

WORDS_PER_MINUTE = 220


class DocumentPageMixin(LinkPageMixin):
    """A page about the document version behind a link; ``self.signer`` where it is signed."""

    kinds = frozenset({LinkKind.READ, LinkKind.DISCUSS}) | DECIDING_KINDS

    @cached_property
    def version(self) -> DocumentVersion:
        version = DocumentVersion.objects.get(pk=self.link.object_id)
        version.project = self.link.project
        return version

    @cached_property
    def signer(self) -> Signer | None:
        if self.link.kind not in DECIDING_KINDS:
            return None
        return (
            Signer.objects.filter(link=self.link)
            .select_related("request__version", "request__project__customer")
            .first()
        )

    @property
    def previous(self) -> DocumentVersion | None:
        """The version before this one, of those that the customer was given.

        One that was frozen and taken back among us may hold what they are not to know.
        """
        given = SharedLink.objects.filter(content_type=self.link.content_type_id)
        earlier = DocumentVersion.objects.filter(
            pk__in=given.values("object_id"),
            kind=self.version.kind,
            content_type=self.version.content_type_id,
            object_id=self.version.object_id,
            version__lt=self.version.version,
        )
        return earlier.order_by("-version", "pk").first() if self.version.version > 1 else None

    def refusal(self) -> HttpResponse | None:
        """Refuse links to other things, and links for signing what can no longer be signed."""
        if self.link.content_type.model_class() is not DocumentVersion:
            return self.unknown()
        if self.link.kind not in DECIDING_KINDS:
            return None
        signer = self.signer
        if signer is not None and signer.state == SignerState.SIGNED:
            return None
        is_current = self.version.status == DocumentVersion.Status.ACTIVE
        may_sign = signer and signer.request.is_running and signer.request.expires_at > self.now
        return None if is_current and may_sign else self.gone()

    def address(self, route: str, **kwargs: object) -> str:
        return reverse(f"signing:{route}", kwargs={"link_id": self.link.public_id, **kwargs})

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {
            "version": self.version,
            "document": self.version.content,
            "signer": self.signer,
            "to_confirm": self.version.document_kind.to_confirm,
            "image_prefix": self.address("link_start") + "images/",
        }


class DocumentPage(DocumentPageMixin, TemplateView):
    template_name = "signing/document.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        version, link = self.version, self.link
        state = progress.reading_state(version, email=link.email)
        previous = self.previous if link.kind != LinkKind.READ else None
        known = (
            {progress.section_sha256(section) for section in previous.content["sections"]}
            if previous
            else None
        )
        words = sum(len(section["markdown"].split()) for section in version.content["sections"])
        may_discuss = (
            link.kind in reading.DISCUSSING and version.status == DocumentVersion.Status.ACTIVE
        )
        explained = version.content.get("words", {})
        may_confirm = may_discuss and link.kind == LinkKind.DISCUSS
        sections = []
        for section, told in zip(version.content["sections"], state.sections, strict=True):
            shown = ShownSection(
                content_sha256=version.content_sha256,
                key=section["key"],
                frozen={**section, "words": explained.get(section["key"], [])},
                is_understood=told.is_understood,
                needs_confirmation=told.needs_confirmation,
                is_changed=known is not None and progress.section_sha256(section) not in known,
                may_discuss=may_discuss,
                may_confirm=may_confirm,
                language=get_language() or "",
            )
            # Questions come with forms of this browser's; the rest is anybody's.
            drawn = "" if told.questions else draw_section(shown)
            sections.append({**shown.as_section(), "reading": told, "drawn": drawn})
        return super().get_context_data(**kwargs) | {
            "here": HERE,
            "state": state,
            "sections": sections,
            "previous": previous,
            "changed": sum(section["is_changed"] for section in sections),
            "minutes": max(1, round(words / WORDS_PER_MINUTE)),
            "may_discuss": may_discuss,
            "may_confirm": may_confirm,
            "is_current": version.status == DocumentVersion.Status.ACTIVE,
            "answer_url": self.answer_url(),
        }

    def answer_url(self) -> str:
        """Return where a reader says what they think of it; empty if nobody asks."""
        route = self.version.document_kind.answer_route
        if not route or self.link.kind != LinkKind.READ:
            return ""
        return reverse(route, kwargs={"link_id": self.link.public_id})


class DocumentChanges(DocumentPageMixin, TemplateView):
    """Not for who only reads: an earlier version may say what they were never given."""

    kinds = DocumentPageMixin.kinds - {LinkKind.READ}
    template_name = "signing/changes.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        previous = self.previous
        changes = compare(previous.content, self.version.content) if previous else []
        return super().get_context_data(**kwargs) | {
            "previous": previous,
            "changes": [change for change in changes if change.kind != ChangeKind.SAME],
            "same": sum(change.kind == ChangeKind.SAME for change in changes),
        }


class ReadingAction(DocumentPageMixin, View):
    """One POST of a reader; afterwards the reader is where the page should go on."""

    http_method_names = ["post"]
    done = ""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            anchor = self.act(**kwargs)
        except DomainError as error:
            messages.error(request, str(error))
            anchor = kwargs.get("key", "")
        else:
            if self.done:
                messages.success(request, self.done)
        page = self.address("link_document")
        return HttpResponseRedirect(f"{page}#section-{anchor}" if anchor else page)


class SectionUnderstood(ReadingAction):
    def act(self, *, key: str, **_kwargs: Any) -> str:
        reading.mark_understood(link=self.link, section_key=key, at=self.now)
        return self._next_section(key)

    def _next_section(self, key: str) -> str:
        """The next section that is not understood yet, so that one button follows the other."""
        sections = progress.reading_state(self.version, email=self.link.email).sections
        keys = [section.key for section in sections]
        after = sections[keys.index(key) + 1 :]
        for section in (*after, *sections):
            if section.needs_confirmation and not section.is_understood:
                return section.key
        return "end"


class QuestionAsk(DocumentPageMixin, FormView):
    """Its own page for those without script or with a mistake in the form."""

    form_class = QuestionForm
    template_name = "signing/question_form.html"

    def refusal(self) -> HttpResponse | None:
        return super().refusal() or (None if self.section else self.unknown())

    @cached_property
    def section(self) -> dict[str, Any] | None:
        sections = self.version.content["sections"]
        return next((s for s in sections if s["key"] == self.kwargs["key"]), None)

    def form_valid(self, form: QuestionForm) -> HttpResponse:
        try:
            reading.ask_question(
                link=self.link,
                section_key=self.kwargs["key"],
                text=form.cleaned_data["text"],
                at=self.now,
            )
        except DomainError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(
            self.request, _("Your question has been sent. You will get the answer by mail.")
        )
        key = self.kwargs["key"]
        return HttpResponseRedirect(f"{self.address('link_document')}#section-{key}")

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {"section": self.section}


class QuestionMixin(DocumentPageMixin):
    """One's own question on this document, whatever version it was asked on."""

    @cached_property
    def question(self) -> Question | None:
        return (
            Question.objects.about(self.version)
            .filter(pk=self.kwargs["pk"], email=self.link.email)
            .prefetch_related("answers")
            .first()
        )

    def refusal(self) -> HttpResponse | None:
        return super().refusal() or (None if self.question else self.unknown())


class QuestionReply(QuestionMixin, FormView):
    form_class = ReplyForm
    template_name = "signing/question_reply.html"

    def form_valid(self, form: ReplyForm) -> HttpResponse:
        try:
            reading.continue_question(
                link=self.link,
                question=self.question,
                text=form.cleaned_data["text"],
                at=self.now,
            )
        except DomainError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        messages.success(self.request, _("Sent. You will get the answer by mail."))
        key = self.question.section_key
        return HttpResponseRedirect(f"{self.address('link_document')}#section-{key}")

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {"question": self.question}


class QuestionClose(QuestionMixin, ReadingAction):
    def act(self, **_kwargs: Any) -> str:
        reading.close_question(link=self.link, question=self.question, at=self.now)
        return self.question.section_key


class DocumentFile(DocumentPageMixin, View):
    """The frozen PDF, exactly the bytes whose digest is signed.

    A GET hands it out and changes nothing, as everywhere; the page tells by a POST that
    somebody has clicked on it.
    """

    http_method_names = ["get", "head", "post"]
    is_sealed = False

    def refusal(self) -> HttpResponse | None:
        if refused := super().refusal():
            return refused
        is_there = self.version.is_sealed if self.is_sealed else self.version.is_ready
        return None if is_there else self.unknown()

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        version = self.version
        if self.is_sealed:
            return _download(version.sealed_pdf, version.sealed_file_name)
        return _download(version.pdf, version.file_name)

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        note_downloaded(link=self.link, version=self.version, is_sealed=self.is_sealed, at=self.now)
        return HttpResponse(status=204)


class SealedFile(DocumentFile):
    is_sealed = True


class DocumentImage(DocumentPageMixin, View):
    """A picture of this very document; of others this link knows nothing."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, sha256: str, **_kwargs: Any) -> HttpResponse:
        image = StoredImage.objects.filter(project=self.link.project_id, sha256=sha256).first()
        if image is None or sha256 not in self.version.content["images"]:
            return self.unknown()
        return FileResponse(image.file.open("rb"), content_type=image.content_type)


def _download(file: File, name: str) -> FileResponse:
    return FileResponse(
        file.open("rb"), filename=name, as_attachment=True, content_type="application/pdf"
    )
