"""Writing the sections of a solution."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from implportal.documents.compare import word_difference
from implportal.documents.markdown import MAX_CHARACTERS, to_html
from implportal.kernel.errors import DomainError
from implportal.kernel.views import DomainFormMixin, ReorderView
from implportal.projects.permissions import may_contribute
from presales.domain.section_presence import note_writer, writers_of
from presales.domain.sections import (
    SomebodyWasFaster,
    add_picture,
    add_section,
    change_section,
    keep_picture,
    link_requirements,
    move_section,
    order_sections,
    picture_line,
    remove_section,
)
from presales.domain.text_blocks import blocks_for, with_block
from presales.domain.text_merge import Joined, join
from presales.domain.variables import faults_of, put_in_known, variables_of
from presales.forms.solutions import (
    PastedPictureForm,
    PictureForm,
    SectionEditForm,
    SectionForm,
    SectionLinkForm,
)
from presales.models import Solution, SolutionSection, TextBlock
from presales.views.solutions import SolutionEditorMixin, SolutionPageMixin, on_screen, shown


@dataclass(frozen=True)
class Clash:
    """Two texts of one section: what is saved, and how the one that is not differs from it."""

    theirs: SolutionSection
    difference: SafeString
    can_join: bool


def _plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def preview_of(markdown: str, solution: Solution) -> dict[str, Any]:
    """Return a text as it will look, and what is wrong with its variables."""
    values = variables_of(solution, on=timezone.localdate())
    return {
        "preview": shown(put_in_known(markdown, values), solution.project),
        "preview_faults": faults_of(markdown, values),
    }


class SectionPageMixin(SolutionEditorMixin):
    """A page about the section named by ``key`` in the address."""

    @property
    def key(self) -> str:
        return self.kwargs["key"]

    @property
    def section(self) -> SolutionSection:
        if not hasattr(self, "_section"):
            self._section = get_object_or_404(
                SolutionSection.objects.visible_to(self.request.user).select_related(
                    "solution__project", "edited_by"
                ),
                solution=self.solution,
                key=self.key,
            )
        return self._section

    def get_success_url(self) -> str:
        kwargs = {"project_pk": self.project.pk, "key": self.key}
        return reverse("presales:section_detail", kwargs=kwargs)


class SectionDetail(SectionPageMixin, TemplateView):
    template_name = "presales/solution_detail.html"


class SectionEdit(SectionPageMixin, DomainFormMixin, FormView):
    """The section as a form.

    ``preview`` in the request shows the text without saving it, ``join`` puts what somebody
    else saved meanwhile into the form, ``over`` replaces the text that has that number.
    """

    needs = may_contribute
    form_class = SectionEditForm
    template_name = "presales/solution_section_edit.html"
    success_message = gettext_lazy("The section is saved.")
    heeds_buttons = True
    clash: Clash | None = None
    joined: Joined | None = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        note_writer(section=self.section, user=request.user, at=timezone.now())
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict:
        names = ("title", "level", "markdown", "lock_version")
        initial = {name: getattr(self.section, name) for name in names}
        return initial | {"base": self.section.markdown}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "preview" in request.POST:
            form = self.get_form()
            form.is_valid()
            shown_now = preview_of(form.cleaned_data.get("markdown", ""), self.solution)
            return self.render_to_response(self.get_context_data(form=form, **shown_now))
        if {"find", "insert"} & request.POST.keys():
            return self.show_blocks(self.get_form())
        return super().post(request, *args, **kwargs)

    def show_blocks(self, form: SectionEditForm) -> HttpResponse:
        """Without script: blocks that were looked for, or the text with one; nothing is saved."""
        wanted = self.request.POST.get("insert", "")
        if wanted.isdecimal():
            block = get_object_or_404(
                TextBlock.objects.visible_to(self.request.user), pk=int(wanted[:18])
            )
            form.data = form.data.copy()
            form.data["markdown"] = with_block(form.data.get("markdown", ""), block)
        found = blocks_for(self.project, self.request.POST.get("blocks", "")[:200])
        return self.render_to_response(self.get_context_data(form=form, blocks=found))

    def form_valid(self, form: SectionEditForm) -> HttpResponse:
        if "join" in self.request.POST:
            return self.show_joined(form)
        return super().form_valid(form)

    def form_invalid(self, form: SectionEditForm) -> HttpResponse:
        response = super().form_invalid(form)
        if self.clash:
            response.status_code = HTTPStatus.CONFLICT
        return response

    def perform(self, form: SectionEditForm) -> SolutionSection:
        fields = dict(form.cleaned_data)
        base = fields.pop("base")
        over = self.request.POST.get("over", "") if self.heeds_buttons else ""
        if over.isdecimal():
            fields["lock_version"] = int(over[:9])
        try:
            return change_section(
                section=self.section, actor=self.request.user, at=timezone.now(), **fields
            )
        except SomebodyWasFaster as refusal:
            self.clash = self.find_clash(refusal.section, fields["markdown"], base)
            raise

    def find_clash(self, theirs: SolutionSection, mine: str, base: str) -> Clash:
        difference = word_difference(to_html(theirs.markdown), to_html(mine))
        return Clash(theirs, on_screen(difference, self.project), bool(base))

    def show_joined(self, form: SectionEditForm) -> HttpResponse:
        """Offer both texts as one, in the form; nothing is saved yet."""
        theirs = SolutionSection.objects.get(pk=self.section.pk)
        given = form.cleaned_data
        self.joined = join(
            base=_plain_lines(given["base"]),
            mine=_plain_lines(given["markdown"]),
            theirs=theirs.markdown,
        )
        form.data = form.data.copy()
        form.data["markdown"] = self.joined.text
        form.data["base"] = theirs.markdown
        form.data["lock_version"] = str(theirs.lock_version)
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs: Any) -> dict:
        kwargs.setdefault("blocks", None)
        context = super().get_context_data(clash=self.clash, joined=self.joined, **kwargs)
        return context | {"here": context["writers"].get(self.key, [])}


class SectionAutosave(SectionEdit):
    """Saves while somebody writes, and says so beside the button."""

    http_method_names = ["post"]
    heeds_buttons = False
    """The browser sends along the button that was pressed last, perhaps minutes ago."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_valid(self, form: SectionEditForm) -> HttpResponse:
        note_writer(section=self.section, user=self.request.user, at=timezone.now())
        try:
            section = self.perform(form)
        except DomainError as refusal:
            return self.answer(problem=str(refusal), status=HTTPStatus.CONFLICT)
        return self.answer(saved=section)

    def form_invalid(self, form: SectionEditForm) -> HttpResponse:
        problem = " ".join(
            f"{form.fields[name].label}: {error}" if form.fields[name].label else str(error)
            for name, errors in form.errors.items()
            for error in errors
        )
        return self.answer(
            problem=_("Not saved yet. %(why)s") % {"why": problem},
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )

    def answer(
        self,
        *,
        problem: str = "",
        saved: SolutionSection | None = None,
        status: int = HTTPStatus.OK,
    ) -> HttpResponse:
        context = {
            "problem": problem,
            "saved": saved,
            "clash": self.clash,
            "now": timezone.now(),
            "project": self.project,
        }
        return render(self.request, "presales/_section_saved.html", context, status=status)


class SectionPresence(SectionPageMixin, View):
    """Who else has the section open, asked by the open editor twice a minute."""

    needs = may_contribute

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        now = timezone.now()
        note_writer(section=self.section, user=request.user, at=now)
        here = writers_of(self.solution, but=request.user, at=now).get(self.key, [])
        context = {"here": here, "section": self.section, "user": request.user, "now": now}
        return render(request, "presales/_section_writers.html", context)


class SectionPreview(SolutionPageMixin, View):
    """The text of the editor as it will look, for htmx."""

    needs = may_contribute

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        shown_now = preview_of(request.POST.get("markdown", "")[:MAX_CHARACTERS], self.solution)
        return render(request, "presales/_solution_preview.html", shown_now)


class SectionCreate(SolutionEditorMixin, DomainFormMixin, FormView):
    """A new section; ``after`` in the address names the one that it follows."""

    needs = may_contribute
    form_class = SectionForm
    template_name = "presales/solution_section_edit.html"
    success_message = gettext_lazy("The section is added.")

    @property
    def after(self) -> SolutionSection | None:
        return self.solution.sections.filter(key=self.request.GET.get("after", "")).first()

    def get_initial(self) -> dict:
        after = self.after
        return {"level": after.level if after else 1}

    def perform(self, form: SectionForm) -> SolutionSection:
        return add_section(
            solution=self.solution,
            after=self.after,
            actor=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )

    def get_success_url(self) -> str:
        kwargs = {"project_pk": self.project.pk, "key": self.result.key}
        return reverse("presales:section_detail", kwargs=kwargs)


class SectionLink(SectionPageMixin, DomainFormMixin, FormView):
    """Which requirements the section answers."""

    needs = may_contribute
    form_class = SectionLinkForm
    template_name = "presales/solution_section_link.html"
    success_message = gettext_lazy("The links are saved.")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"project": self.project}

    def get_initial(self) -> dict:
        return {"requirements": self.section.requirements.all()}

    def perform(self, form: SectionLinkForm) -> SolutionSection:
        return link_requirements(
            section=self.section,
            requirements=form.cleaned_data["requirements"],
            actor=self.request.user,
            at=timezone.now(),
        )


class SectionPicture(SectionPageMixin, DomainFormMixin, FormView):
    """A picture for the section."""

    needs = may_contribute
    form_class = PictureForm
    template_name = "presales/solution_section_picture.html"
    success_message = gettext_lazy("The picture stands at the end of the section.")

    def perform(self, form: PictureForm) -> Any:
        picture = form.cleaned_data["picture"]
        return add_picture(
            section=self.section,
            data=picture.read(),
            name=picture.name,
            description=form.cleaned_data["description"],
            actor=self.request.user,
            at=timezone.now(),
        )


class SectionPaste(SectionPageMixin, View):
    """A picture pasted or dropped into the text: kept, and answered with the line that shows it."""

    needs = may_contribute

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        form = PastedPictureForm(request.POST, request.FILES)
        if not form.is_valid():
            problem = " ".join(error for errors in form.errors.values() for error in errors)
            return JsonResponse({"problem": problem}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        picture = form.cleaned_data["picture"]
        try:
            image = keep_picture(
                section=self.section,
                data=picture.read(),
                name=picture.name,
                actor=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            return JsonResponse({"problem": str(refusal)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return JsonResponse({"markdown": picture_line(image, form.description)})


class SectionMove(SectionPageMixin, View):
    needs = may_contribute

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        try:
            move_section(
                section=self.section,
                direction="UP" if request.POST.get("direction") == "UP" else "DOWN",
                actor=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(self.get_success_url())


class SectionOrder(SolutionPageMixin, ReorderView):
    needs = may_contribute

    def get_object(self, queryset: Any = None) -> Solution:
        return self.solution

    def reorder(self, keys: list[int]) -> None:
        order_sections(solution=self.object, keys=keys, actor=self.request.user, at=timezone.now())


class SectionRemove(SectionPageMixin, View):
    needs = may_contribute

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        title = self.section.title
        try:
            remove_section(section=self.section, actor=request.user, at=timezone.now())
        except DomainError as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(self.get_success_url())
        messages.success(
            request, _("“%(title)s” is removed. Frozen versions keep it.") % {"title": title}
        )
        return HttpResponseRedirect(SolutionPageMixin.get_success_url(self))
