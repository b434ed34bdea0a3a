from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.translation import gettext as _

LARGEST_REQUEST_BYTES = settings.UPLOAD_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class PackPagesMiddleware(GZipMiddleware):
    """Send pages packed. Static files are packed already, and files for saving stay as they are.

    Django's own middleware adds bytes at random, so that a length tells nothing of a
    secret on the page (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        is_page = response.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page else response


class RefuseUnreasonableMiddleware:
    """Turn away what no browser of an honest person sends, before anything is read.

    PostgreSQL takes no null character, and addresses, queries and cookies reach it without
    a form that would refuse it. A body larger than any upload would only fill the disk.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_REQUEST_BYTES:
            return HttpResponse(
                _("That is more than can be sent at once."), status=413, content_type="text/plain"
            )
        cookies = "".join(request.COOKIES.values())
        if "\x00" in request.path_info + cookies or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("null character")
        return self.get_response(request)
