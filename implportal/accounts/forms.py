from __future__ import annotations

from typing import Any

from django import forms

from implportal.accounts.models import User, time_zones
from implportal.kernel.forms import PageModelForm


class ProfileForm(PageModelForm):
    """What a person says of themselves; role, team and e-mail are set by administrators."""

    class Meta:
        model = User
        fields = ("name", "title", "phone", "introduction", "time_zone")
        widgets = {"introduction": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].widget = forms.Select(
            choices=[(name, name) for name in sorted(time_zones())]
        )
