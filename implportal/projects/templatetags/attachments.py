from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.db import models
from django.template.defaultfilters import filesizeformat

from implportal.kernel.files import PICTURES, PREVIEWED
from implportal.kernel.middleware import LARGEST_REQUEST_BYTES
from implportal.projects.models import Attachment
from implportal.projects.permissions import may_contribute

register = template.Library()

MOST_BYTES_OF_A_THUMBNAIL = 3 * 1024 * 1024
"""A larger picture is not fetched only to be shown small."""

ROUND_THE_FILES = 64 * 1024
"""Names and boundaries that travel along."""


@register.inclusion_tag("projects/_attachments.html", takes_context=True)
def attachments(context: Any, subject: models.Model) -> dict:
    """The files of a record, and a place to drop more for those who may. One query, or two.

    The record's model must be among the registered ATTACHABLES.
    """
    project = context["project"]
    files = (
        Attachment.objects.of(subject).select_related("uploaded_by").order_by("-uploaded_at", "-pk")
    )
    rows = [
        {
            "file": file,
            "is_picture": file.content_type in PICTURES and file.size <= MOST_BYTES_OF_A_THUMBNAIL,
            "opens": file.content_type in PREVIEWED,
        }
        for file in files
    ]
    return {
        "rows": rows,
        "label": subject._meta.label_lower,
        "subject": subject,
        "may_attach": project.is_running and may_contribute(context["request"].user, project),
        "limit": filesizeformat(settings.UPLOAD_MAX_BYTES),
        "each": settings.UPLOAD_MAX_BYTES,
        "together": LARGEST_REQUEST_BYTES - ROUND_THE_FILES,
        "csrf_token": context.get("csrf_token"),
        "request": context["request"],
    }
