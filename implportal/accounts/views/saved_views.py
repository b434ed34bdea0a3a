"""Keep and remove views of a list. They are asked for by the menu on the list itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from implportal.accounts.domain.saved_views import UnknownPage, keep_view, remove_view
from implportal.accounts.models import SavedView
from implportal.kernel.errors import DomainError


class SavedViewKeep(View):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        page, query = request.POST.get("page", ""), request.POST.get("query", "")
        try:
            view = keep_view(
                user=request.user, page=page, name=request.POST.get("name", ""), query=query
            )
        except UnknownPage:
            raise Http404 from None
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(f"{reverse(page)}?{query}")
        messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
        return HttpResponseRedirect(view.get_absolute_url())


class SavedViewRemove(View):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view = get_object_or_404(SavedView, pk=pk, user=request.user)
        remove_view(view=view)
        messages.success(request, _("The view “%(name)s” is removed.") % {"name": view.name})
        return HttpResponseRedirect(reverse(view.page))
