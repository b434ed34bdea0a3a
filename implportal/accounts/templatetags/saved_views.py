from __future__ import annotations

from typing import Any

from django import template

from implportal.accounts.domain.saved_views import PASSING
from implportal.accounts.models import SavedView

register = template.Library()


@register.inclusion_tag("accounts/_saved_views.html", takes_context=True)
def saved_views(context: Any) -> dict:
    """A menu of the person's views of this list, and a way to keep the present one. One query."""
    request = context["request"]
    page = request.resolver_match.view_name
    query = request.GET.copy()
    for part in PASSING:
        query.pop(part, None)
    now = query.urlencode()
    views = list(SavedView.objects.filter(user=request.user, page=page).order_by("name", "pk"))
    return {
        "views": views,
        "current": next((view for view in views if view.query == now), None),
        "page": page,
        "query": now,
        "csrf_token": context.get("csrf_token"),
    }
