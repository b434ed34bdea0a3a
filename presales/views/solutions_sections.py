"""Writing the sections of a solution."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from implportal.kernel.errors import DomainError
from implportal.kernel.views import DomainFormMixin
from implportal.projects.permissions import may_contribute
from presales.domain.sections import (
    SomebodyWasFaster,
    add_picture,
    add_section,
    change_section,
    link_requirements,
    move_section,
    remove_section,
)
from presales.forms.solutions import PictureForm, SectionEditForm, SectionForm, SectionLinkForm
from presales.models import SolutionSection
from presales.views.solutions import SolutionEditorMixin, SolutionPageMixin, shown


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
    """The section as a form; ``preview`` in the request shows the text without saving it."""

    needs = may_contribute
    form_class = SectionEditForm
    template_name = "presales/solution_section_edit.html"
    success_message = gettext_lazy("The section is saved.")

    def get_initial(self) -> dict:
        names = ("title", "level", "markdown", "lock_version")
        return {name: getattr(self.section, name) for name in names}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "preview" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        form.is_valid()
        preview = shown(form.cleaned_data.get("markdown", ""), self.project)
        return self.render_to_response(self.get_context_data(form=form, preview=preview))

    def perform(self, form: SectionEditForm) -> SolutionSection:
        try:
            return change_section(
                section=self.section,
                actor=self.request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except SomebodyWasFaster:
            # What is typed stays; a second press knowingly replaces what the other wrote.
            self._section = SolutionSection.objects.get(pk=self.section.pk)
            form.data = form.data.copy()
            form.data["lock_version"] = str(self._section.lock_version)
            self.theirs = shown(self._section.markdown, self.project)
            raise

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(theirs=getattr(self, "theirs", None), **kwargs)


class SectionPreview(SolutionPageMixin, View):
    """The text of the editor as it will look, for htmx."""

    needs = may_contribute

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        preview = shown(request.POST.get("markdown", "")[:200_000], self.project)
        return render(request, "presales/_solution_preview.html", {"preview": preview})


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
