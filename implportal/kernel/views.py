"""Base views. They translate HTTP to one domain call and back; nothing more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.generic import FormView, View
from django.views.generic.detail import SingleObjectMixin
from django_filters.views import FilterView

from implportal.kernel.errors import DomainError
from implportal.kernel.exports import csv_response, xlsx_response
from implportal.kernel.order import LIST_HAS_CHANGED

PAGE_SIZES = (25, 50, 100)
EXPORT_LIMIT = 20_000
"""Rows in one export; more would hold a web process for too long."""


class VisibleToUserMixin:
    """Narrow the queryset to what the user may know exists; the rest is a 404."""

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().visible_to(self.request.user)


class DomainFormMixin:
    """A form in front of one domain call, whose refusal is shown in the form.

    Subclasses implement ``perform`` and set ``success_message``. What ``perform``
    returns is kept as ``self.result``.
    """

    success_message = ""

    def perform(self, form: Any) -> Any:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.result = self.perform(form)
        except DomainError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        if message := self.get_success_message():
            messages.success(self.request, message)
        return HttpResponseRedirect(self.get_success_url())

    def get_success_message(self) -> str:
        return str(self.success_message)


class ActionView(DomainFormMixin, VisibleToUserMixin, SingleObjectMixin, FormView):
    """One form in front of one domain action on one object.

    Subclasses set ``queryset``, ``form_class``, ``template_name`` and
    ``success_message`` (which may hold ``%(object)s``), and implement ``perform``.
    """

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.object = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def get_success_message(self) -> str:
        return str(self.success_message) % {"object": self.object}

    def get_success_url(self) -> str:
        return self.object.get_absolute_url()


class ReorderView(VisibleToUserMixin, SingleObjectMixin, View):
    """What a list with ``data-reorder`` sends when somebody moves a row.

    Subclasses set ``queryset`` (of what the list belongs to, ``self.object``) and implement
    ``reorder(keys)``: one domain call with the primary keys in their new order. Answers 204,
    or 409 with the words of the refusal, which the page shows after it put the row back.
    """

    http_method_names = ["post"]

    def reorder(self, keys: list[int]) -> None:
        raise NotImplementedError

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        try:
            self.reorder([int(key) for key in request.POST.getlist("order")])
        except ValueError:
            return HttpResponse(LIST_HAS_CHANGED, status=409, content_type="text/plain")
        except DomainError as error:
            return HttpResponse(str(error), status=409, content_type="text/plain")
        return HttpResponse(status=204)


class PagesFromEitherEnd(Paginator):
    """Pages that cost the same wherever they are and whatever is worked out for their lines.

    A database walks over every row that OFFSET skips, so the last page of a long list
    cost a hundred times the first; those of the second half are counted from the end. And
    it works out annotations for every row that it sorts, so those of the other pages are
    left away where it finds the rows of this one. Needs a total order.
    """

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return super().page(number)
        start = (number - 1) * self.per_page
        end = min(start + self.per_page, self.count)
        if rows.query.annotations and not rows.query.distinct:
            keys = rows.values("pk")[start:end]
            return self._get_page(rows.filter(pk__in=keys), number, self)
        if start <= self.count - end:
            return self._get_page(rows[start:end], number, self)
        turned = list(rows.reverse()[self.count - end : self.count - start])
        return self._get_page(turned[::-1], number, self)


class ListPage(VisibleToUserMixin, FilterView):
    """A list with filters, sorting, pages and an export of exactly what is filtered.

    ``sorts`` maps the word in the address to the fields; the first is the default
    (a leading ``-`` in ``default_sort`` turns it round). ``export_columns`` gives
    ``(heading, function of a row)`` pairs; ``export_name`` is the file's name.
    """

    sorts: dict[str, Sequence[str]] = {}
    default_sort = ""
    export_name = "export"
    paginate_by = PAGE_SIZES[0]
    paginator_class = PagesFromEitherEnd

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().order_by(*self.ordering_fields())

    @property
    def sort(self) -> str:
        wanted = self.request.GET.get("sort", "")
        return (
            wanted
            if wanted.lstrip("-") in self.sorts
            else self.default_sort or next(iter(self.sorts))
        )

    def ordering_fields(self) -> list[str]:
        fields = self.sorts[self.sort.lstrip("-")]
        if self.sort.startswith("-"):
            return [field[1:] if field.startswith("-") else f"-{field}" for field in fields]
        return list(fields)

    def get_paginate_by(self, queryset: QuerySet) -> int:
        wanted = self.request.GET.get("per_page", "")
        return int(wanted) if wanted in {str(size) for size in PAGE_SIZES} else self.paginate_by

    def paginate_queryset(self, queryset: QuerySet, page_size: int) -> Any:
        """Show the nearest page where the asked-for one does not exist: filters shrink lists."""
        paginator = self.get_paginator(queryset, page_size)
        page = paginator.get_page(self.request.GET.get("page"))
        return paginator, page, page.object_list, page.has_other_pages()

    def export_columns(self) -> list[tuple[str, Callable[[Any], object]]]:
        return []

    def render_to_response(self, context: dict, **kwargs: Any) -> HttpResponse:
        answer = {"csv": csv_response, "xlsx": xlsx_response}.get(
            self.request.GET.get("export", "")
        )
        columns = self.export_columns()
        if answer is None or not columns:
            return super().render_to_response(context, **kwargs)
        rows = self.filterset.qs[: EXPORT_LIMIT + 1]
        if len(rows) > EXPORT_LIMIT:
            messages.error(
                self.request,
                _("That is more than %(limit)s rows. Filter the list and export again.")
                % {"limit": EXPORT_LIMIT},
            )
            query = self.request.GET.copy()
            query.pop("export")
            return HttpResponseRedirect(f"{self.request.path}?{query.urlencode()}")
        return answer(
            self.export_name,
            [heading for heading, _value in columns],
            ([value(row) for _heading, value in columns] for row in rows),
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        paginator = context.get("paginator")
        return context | {
            "sort": self.sort,
            "total": paginator.count if paginator else len(context["object_list"]),
            "page_sizes": PAGE_SIZES,
            "can_export": bool(self.export_columns()),
        }
