from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import UpdateView

from implportal.accounts.forms import ProfileForm
from implportal.accounts.models import User


class Profile(UpdateView):
    """A person's own page."""

    form_class = ProfileForm
    template_name = "form_page.html"

    def get_object(self, queryset: Any = None) -> User:
        # A copy: what is typed must not show up in the frame before it is kept.
        return User.objects.get(pk=self.request.user.pk)

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        messages.success(self.request, _("Your profile is kept."))
        return super().form_valid(form)

    def get_success_url(self) -> str:
        return reverse("accounts:profile")

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(
            title=_("Your profile"), button=_("Keep changes"), back=reverse("portal:home"), **kwargs
        )
