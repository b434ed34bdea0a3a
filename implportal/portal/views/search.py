from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

from implportal.portal.domain.search import search


class Search(TemplateView):
    """One field that finds anything by name, code or number."""

    template_name = "portal/search.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        words = self.request.GET.get("q", "").replace("\x00", "").strip()[:100]
        groups = search(user=self.request.user, words=words) if words else []
        return super().get_context_data(q=words, groups=groups, **kwargs)
