from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import Role, User
from implportal.catalogue.models import Product
from implportal.kernel.forms import DateInput, PageForm
from implportal.kernel.money import CURRENCIES, MINOR_DIGITS, to_decimal, to_minor
from implportal.projects.models import Contact, Customer, Project, Stakeholder, Step


def people(*roles: Role) -> Any:
    return User.objects.filter(role__in=roles, is_active=True).order_by("name", "pk")


class ProjectForm(PageForm):
    """Master data of a project; ``project`` is None for a new one."""

    customer = forms.ModelChoiceField(label=_("Customer"), queryset=Customer.objects.none())
    title = forms.CharField(
        label=_("Title"),
        max_length=160,
        help_text=_("What is brought into use, e.g. “Patient records”."),
    )
    products = forms.ModelMultipleChoiceField(
        label=_("Products"),
        queryset=Product.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    implementation_manager = forms.ModelChoiceField(
        label=_("Implementation manager"), queryset=User.objects.none()
    )
    project_manager = forms.ModelChoiceField(
        label=_("Project manager"), queryset=User.objects.none(), required=False
    )
    business_manager = forms.ModelChoiceField(
        label=_("Business manager"), queryset=User.objects.none(), required=False
    )
    contract_value = forms.DecimalField(
        label=_("Contract value"), min_value=0, max_digits=15, decimal_places=3, required=False
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES, initial="EUR")
    planned_start_on = forms.DateField(label=_("Planned start"), required=False, widget=DateInput())
    planned_end_on = forms.DateField(label=_("Planned end"), required=False, widget=DateInput())

    def __init__(
        self, *args: Any, user: User, project: Project | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["products"].queryset = Product.objects.filter(is_offered=True).order_by(
            "name", "pk"
        )
        self.fields["project_manager"].queryset = people(Role.PROJECT_MANAGER, Role.ADMINISTRATOR)
        self.fields["business_manager"].queryset = people(Role.BUSINESS_MANAGER, Role.ADMINISTRATOR)
        for name in ("project_manager", "business_manager"):
            self.fields[name].empty_label = _("Not named yet")
        if project:
            del self.fields["customer"], self.fields["implementation_manager"]
            self.initial = self._initial_of(project) | self.initial
        else:
            self.fields["customer"].queryset = Customer.objects.visible_to(user).order_by(
                "name", "pk"
            )
            managers = people(Role.IMPLEMENTATION_MANAGER, Role.ADMINISTRATOR)
            self.fields["implementation_manager"].queryset = managers
            self.initial.setdefault("implementation_manager", user.pk)

    @staticmethod
    def _initial_of(project: Project) -> dict[str, object]:
        names = ("title", "currency", "planned_start_on", "planned_end_on")
        return {name: getattr(project, name) for name in names} | {
            "project_manager": project.project_manager_id,
            "business_manager": project.business_manager_id,
            "products": list(project.products.values_list("pk", flat=True)),
            "contract_value": to_decimal(project.contract_value_minor, project.currency),
        }

    def clean(self) -> dict:
        cleaned = super().clean()
        currency = cleaned.get("currency", "EUR")
        value = cleaned.pop("contract_value", None) or 0
        if value and round(value, MINOR_DIGITS[currency]) != value:
            self.add_error(
                "contract_value",
                _("%(currency)s has only %(digits)s decimal places.")
                % {"currency": currency, "digits": MINOR_DIGITS[currency]},
            )
        else:
            cleaned["contract_value_minor"] = to_minor(value, currency) if value else 0
        start, end = cleaned.get("planned_start_on"), cleaned.get("planned_end_on")
        if start and end and end < start:
            self.add_error("planned_end_on", _("This must not be before the planned start."))
        return cleaned


class StepForm(PageForm):
    """What a person says of one of the seventeen activities."""

    state = forms.ChoiceField(label=_("State"), choices=Step.State)
    waived_reason = forms.CharField(
        label=_("Why it is not needed"),
        max_length=1000,
        required=False,
        help_text=_("It stays on record."),
    )
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False)
    due_on = forms.DateField(label=_("Due"), required=False, widget=DateInput())
    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, step: Step, runs: bool, **kwargs: Any) -> None:
        names = ("state", "waived_reason", "due_on", "notes")
        kwargs["initial"] = {name: getattr(step, name) for name in names} | {"owner": step.owner_id}
        super().__init__(*args, **kwargs)
        self.fields["owner"].empty_label = _("Nobody yet")
        self.fields["owner"].queryset = User.objects.filter(is_active=True).order_by("name", "pk")
        if not runs:
            # What they may not decide is shown, and kept as it is whatever is posted.
            for name in ("owner", "due_on"):
                self.fields[name].disabled = True

    def clean_state(self) -> Step.State:
        return Step.State(self.cleaned_data["state"])

    def clean(self) -> dict:
        cleaned = super().clean()
        if (
            cleaned.get("state") == Step.State.WAIVED
            and not cleaned.get("waived_reason", "").strip()
        ):
            self.add_error("waived_reason", _("Say why this activity is not needed."))
        return cleaned


class MemberForm(PageForm):
    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    responsibility = forms.CharField(label=_("Responsibility"), max_length=120)
    percent = forms.IntegerField(
        label=_("Share of time (percent)"), min_value=1, max_value=100, initial=100
    )
    from_on = forms.DateField(label=_("From"), required=False, widget=DateInput())
    until_on = forms.DateField(label=_("Until"), required=False, widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.filter(is_active=True).order_by("name", "pk")


class StakeholderForm(PageForm):
    contact = forms.ModelChoiceField(label=_("Contact"), queryset=Contact.objects.none())
    role = forms.ChoiceField(label=_("Role"), choices=Stakeholder.Role)
    influence = forms.IntegerField(
        label=_("Influence (1 to 5)"), min_value=1, max_value=5, initial=3
    )
    attitude = forms.IntegerField(
        label=_("Attitude (−2 against to +2 in favour)"), min_value=-2, max_value=2, initial=0
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = project.customer.contacts.order_by("name", "pk")


class PhaseForm(PageForm):
    """Going on; an administrator may do so with things missing, for a reason."""

    override_reason = forms.CharField(
        label=_("Go on although something is missing, because"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, may_override: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_override:
            del self.fields["override_reason"]
