"""Blocks of text and words explained: what many solutions use."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, FormView, View

from implportal.documents.compare import word_difference
from implportal.documents.markdown import to_html
from implportal.kernel.errors import NotAllowed
from implportal.kernel.views import DomainFormMixin, ListPage, VisibleToUserMixin
from implportal.projects.models import Project
from implportal.projects.permissions import may_contribute
from presales.domain.glossary import may_edit_term, remove_term, save_term
from presales.domain.text_blocks import blocks_for, retire_block, save_block
from presales.filters.texts import BlockFilter, TermFilter
from presales.forms.texts import BlockForm, TermForm
from presales.models import GlossaryTerm, TextBlock
from presales.pages import ActMixin
from presales.permissions import may_edit_templates
from presales.views.solutions import SolutionPageMixin
from presales.views.surveys_templates import KeepsTemplatesMixin


class BlockList(ListPage):
    queryset = TextBlock.objects.select_related("product", "field_of_business", "changed_by")
    filterset_class = BlockFilter
    template_name = "presales/block_list.html"
    export_name = "blocks"
    sorts = {
        "title": ("title", "pk"),
        "product": ("product__name", "title", "pk"),
        "field": ("field_of_business__name", "title", "pk"),
        "changed": ("changed_at", "pk"),
    }

    def get_queryset(self) -> QuerySet[TextBlock]:
        blocks = super().get_queryset()
        return blocks if self.request.GET.get("is_retired") else blocks.filter(is_retired=False)

    def export_columns(self) -> list:
        return [
            (_("Title"), lambda row: row.title),
            (_("Product"), lambda row: row.product),
            (_("Field of business"), lambda row: row.field_of_business),
            (_("Text"), lambda row: row.markdown),
            (_("Version"), lambda row: row.lock_version),
        ]

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(may_edit=may_edit_templates(self.request.user), **kwargs)


class BlockDetail(VisibleToUserMixin, DetailView):
    """The text as it looks, and what each version changed."""

    queryset = TextBlock.objects.select_related("product", "field_of_business", "changed_by")
    template_name = "presales/block_detail.html"
    context_object_name = "text_block"  # "block" is taken inside templates

    def get_context_data(self, **kwargs: Any) -> dict:
        versions = list(self.object.versions.select_related("written_by").order_by("-number")[:50])
        changes = []
        for version, before in zip(versions, [*versions[1:], None], strict=False):
            html = to_html(version.markdown)
            shown = word_difference(to_html(before.markdown), html) if before else html
            changes.append((version, mark_safe(shown)))  # noqa: S308 - sanitised by to_html
        return super().get_context_data(
            html=mark_safe(to_html(self.object.markdown)),  # noqa: S308 - sanitised by to_html
            changes=changes,
            may_edit=may_edit_templates(self.request.user),
            **kwargs,
        )


class BlockCreate(KeepsTemplatesMixin, DomainFormMixin, FormView):
    form_class = BlockForm
    template_name = "presales/library_form.html"
    title = gettext_lazy("New block of text")
    block: TextBlock | None = None

    def perform(self, form: BlockForm) -> TextBlock:
        return save_block(
            block=self.block, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("“%(title)s” is kept. It is offered wherever a section is written.") % {
            "title": self.result.title
        }

    def get_success_url(self) -> str:
        return self.result.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict:
        back = self.block.get_absolute_url() if self.block else reverse("presales:block_list")
        return super().get_context_data(title=self.title, back=back, **kwargs)


class BlockEdit(BlockCreate):
    title = gettext_lazy("Change a block of text")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.block = get_object_or_404(
            TextBlock.objects.visible_to(request.user), pk=self.kwargs["pk"]
        )
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict:
        names = ("title", "markdown", "lock_version")
        return {name: getattr(self.block, name) for name in names} | {
            "product": self.block.product_id,
            "field_of_business": self.block.field_of_business_id,
        }


class BlockRetire(ActMixin, KeepsTemplatesMixin, View):
    """Offers a block no longer; with ``again`` in the request it is offered again."""

    def act(self) -> None:
        retire_block(
            block=get_object_or_404(
                TextBlock.objects.visible_to(self.request.user), pk=self.kwargs["pk"]
            ),
            is_retired="again" not in self.request.POST,
            actor=self.request.user,
            at=timezone.now(),
        )

    def get_success_url(self) -> str:
        return reverse("presales:block_detail", kwargs={"pk": self.kwargs["pk"]})


class SectionBlocks(SolutionPageMixin, View):
    """Blocks that fit, for the editor, while somebody types what to look for."""

    needs = may_contribute

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        found = blocks_for(self.project, request.GET.get("blocks", "")[:200])
        return render(request, "presales/_blocks_found.html", {"blocks": found})


class GlossaryMixin:
    """Words of the project in the address, or where there is none the company's."""

    project: Project | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.project = self.find_project()
        return super().dispatch(request, *args, **kwargs)

    def find_project(self) -> Project | None:
        if "project_pk" not in self.kwargs:
            return None
        return get_object_or_404(
            Project.objects.visible_to(self.request.user).select_related("customer"),
            pk=self.kwargs["project_pk"],
        )

    @property
    def may_edit(self) -> bool:
        runs = self.project is None or self.project.is_running
        return runs and may_edit_term(self.request.user, self.project)

    def get_success_url(self) -> str:
        if self.project:
            return reverse("presales:glossary_project", kwargs={"project_pk": self.project.pk})
        return reverse("presales:glossary_list")

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            project=self.project,
            may_edit=self.may_edit,
            may_edit_company=may_edit_templates(self.request.user),
            **kwargs,
        )


class GlossaryList(GlossaryMixin, ListPage):
    """The company's words; on a project's page these and its own."""

    queryset = GlossaryTerm.objects.select_related("changed_by")
    filterset_class = TermFilter
    template_name = "presales/glossary_list.html"
    export_name = "glossary"
    sorts = {"word": ("term", "pk"), "changed": ("changed_at", "pk")}

    def get_queryset(self) -> QuerySet[GlossaryTerm]:
        terms = super().get_queryset()
        own = terms.filter(project=self.project) if self.project else terms.none()
        return terms.filter(project=None) | own

    def export_columns(self) -> list:
        return [
            (_("Word"), lambda row: row.term),
            (_("What it means"), lambda row: row.explanation),
            (_("Where"), lambda row: _("this project") if row.project_id else _("everywhere")),
        ]


class TermCreate(GlossaryMixin, DomainFormMixin, FormView):
    form_class = TermForm
    template_name = "presales/library_form.html"
    title = gettext_lazy("Explain a word")
    term: GlossaryTerm | None = None

    def find_project(self) -> Project | None:
        project = super().find_project()
        if "pk" in self.kwargs:
            self.term = get_object_or_404(
                GlossaryTerm.objects.visible_to(self.request.user).select_related("project"),
                pk=self.kwargs["pk"],
            )
            project = self.term.project
        if not may_edit_term(self.request.user, project):
            raise NotAllowed
        return project

    def get_initial(self) -> dict:
        if not self.term:
            return {}
        return {"word": self.term.term, "explanation": self.term.explanation}

    def perform(self, form: TermForm) -> GlossaryTerm:
        return save_term(
            term=self.term,
            project=self.project,
            actor=self.request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )

    def get_success_message(self) -> str:
        return _("“%(word)s” is explained wherever a solution uses it.") % {
            "word": self.result.term
        }

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(title=self.title, back=self.get_success_url(), **kwargs)


class TermEdit(TermCreate):
    title = gettext_lazy("Change what a word means")


class TermRemove(ActMixin, View):
    said = gettext_lazy("The word is no longer explained. Frozen versions keep it.")

    def act(self) -> None:
        term = get_object_or_404(
            GlossaryTerm.objects.visible_to(self.request.user).select_related("project"),
            pk=self.kwargs["pk"],
        )
        self.project_pk = term.project_id
        remove_term(term=term, actor=self.request.user, at=timezone.now())

    def get_success_url(self) -> str:
        if self.project_pk:
            return reverse("presales:glossary_project", kwargs={"project_pk": self.project_pk})
        return reverse("presales:glossary_list")
