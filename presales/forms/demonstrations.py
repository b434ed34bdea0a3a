from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from implportal.accounts.models import User
from implportal.catalogue.models import Scenario
from implportal.kernel.forms import DateInput, PageForm
from implportal.meetings.forms.minutes import OwnerField
from implportal.meetings.models import Attendee
from implportal.projects.models import Contact
from presales.models import Remark, Requirement

RATINGS = [
    ("", gettext_lazy("Not clear")),
    (1, gettext_lazy("1 – cold")),
    (2, "2"),
    (3, gettext_lazy("3 – so-so")),
    (4, "4"),
    (5, gettext_lazy("5 – delighted")),
]


class ChooseForm(PageForm):
    """Scenarios of the catalogue; the boxes stand in the page."""

    scenarios = forms.ModelMultipleChoiceField(queryset=Scenario.objects.none(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scenarios"].queryset = Scenario.objects.order_by("pk")


class ScenarioForm(PageForm):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=160)
    goal = forms.CharField(
        label=gettext_lazy("Goal"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("What the audience should have understood at the end."),
    )
    steps = forms.CharField(
        label=gettext_lazy("Steps"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("What is shown and said, one step a line."),
    )
    prepared_data = forms.CharField(
        label=gettext_lazy("Prepared data"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What must be in the system before: accounts, records, files."),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=1, max_value=480, initial=10
    )


class ReactionForm(PageForm):
    """How it was received, and the revision it is based on; ``over`` replaces that one."""

    reaction = forms.CharField(
        label=gettext_lazy("In words"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    rating = forms.TypedChoiceField(
        label=gettext_lazy("How is it received?"),
        choices=RATINGS,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    over = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)


class RemarkForm(PageForm):
    text = forms.CharField(
        label=gettext_lazy("What was said"),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Remark.Kind)
    said_by = forms.ModelChoiceField(
        label=gettext_lazy("By"),
        queryset=Attendee.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody in particular"),
    )

    def __init__(self, *args: Any, audience: Iterable[Attendee], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.audience = {str(one.pk): one for one in audience}
        field = self.fields["said_by"]
        field.queryset = Attendee.objects.filter(pk__in=self.audience).select_related(
            "user", "contact"
        )


class AnswerRemarkForm(PageForm):
    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Of a wish: why nothing comes of it. Empty opens it again."),
    )


class TakeQuestionForm(PageForm):
    owner = OwnerField(label=gettext_lazy("Who finds out"), required=False)
    due_on = forms.DateField(label=gettext_lazy("Until"), required=False, widget=DateInput)

    def __init__(
        self, *args: Any, users: list[User], contacts: list[Contact], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].let_choose_from(users, contacts)


class TakeWishForm(PageForm):
    text = forms.CharField(
        label=gettext_lazy("Requirement"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One sentence that can be checked."),
    )
    priority = forms.ChoiceField(
        label=gettext_lazy("Priority"),
        choices=Requirement.Priority,
        initial=Requirement.Priority.SHOULD,
    )


def scenario_groups(scenarios: Iterable[Scenario], first: set[int]) -> list[tuple[str, list]]:
    """Group scenarios by product, those of the project's products (``first``) at the top."""
    groups: dict[tuple[bool, str], list[Scenario]] = {}
    for one in scenarios:
        groups.setdefault((one.product_id not in first, one.product.name), []).append(one)
    return [
        (name if not is_other else _("%(name)s (not in this project)") % {"name": name}, rows)
        for (is_other, name), rows in sorted(groups.items(), key=lambda pair: pair[0])
    ]
