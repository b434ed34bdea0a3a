"""The two ways a domain action says no."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied


class DomainError(Exception):
    """An anticipated refusal; its message is written for the person at the screen."""


class NotAllowed(PermissionDenied):
    """The actor may see the object but not do this to it; answered with 403."""
