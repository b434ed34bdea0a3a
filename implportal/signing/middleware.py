"""Headers of shared links, also on what is answered before or without a view."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

HEADERS = {
    "Cache-Control": "no-store, private",
    # Not "no-referrer": browsers then send "Origin: null", and every form is refused.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer behind a link; the content security policy is everywhere."""

SHARED = ("/s", "/r")


class SharedLinkHeadersMiddleware:
    """Set HEADERS on whatever is answered under /s/ and /r/: pages, refusals, and failures."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_shared(request.path_info):
            for name, value in HEADERS.items():
                response[name] = value
        return response


def is_shared(path: str) -> bool:
    return path.startswith(("/s/", "/r/")) or path in SHARED
