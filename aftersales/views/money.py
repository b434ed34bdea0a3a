"""The money of one project: its installments, invoices and receipts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView

from aftersales.domain.installments import invoice_installment, set_installments, write_off
from aftersales.domain.receipts import cancel_receipt, open_invoices, record_receipt
from aftersales.forms.money import (
    InstallmentForm,
    InstallmentFormSet,
    InvoiceForm,
    ReceiptForm,
    initial_row,
)
from aftersales.models import Allocation, Installment, Receipt
from aftersales.permissions import may_split, may_write_off
from implportal.kernel.errors import DomainError
from implportal.kernel.forms import ReasonForm
from implportal.kernel.money import format_money
from implportal.kernel.views import ActionView, DomainFormMixin
from implportal.projects.pages import ProjectPageMixin
from implportal.projects.permissions import may_handle_money, may_see_money


class MoneyPageMixin(ProjectPageMixin):
    """A page about the money of a project; for those who may see it."""

    tab = "money"

    def get_project(self) -> Any:
        project = super().get_project()
        if not may_see_money(self.request.user, project) or not self.may_act(project):
            raise PermissionDenied
        return project

    def may_act(self, project: Any) -> bool:
        return True

    def get_success_url(self) -> str:
        return reverse("aftersales:project_money", kwargs={"project_pk": self.project.pk})


class ProjectMoney(MoneyPageMixin, TemplateView):
    template_name = "aftersales/project_money.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        today = timezone.localdate()
        user = self.request.user
        installments = list(
            Installment.objects.visible_to(user)
            .filter(project=self.project)
            .with_people()
            .order_by("order", "pk")
        )
        mine = Allocation.objects.filter(installment__project=self.project).select_related(
            "installment"
        )
        receipts = (
            Receipt.objects.visible_to(user)
            .filter(allocations__installment__project=self.project)
            .select_related("recorded_by")
            .prefetch_related(Prefetch("allocations", queryset=mine.order_by("pk"), to_attr="mine"))
            .distinct()
            .order_by("-received_on", "-pk")
        )
        divided = sum(one.amount_minor for one in installments)
        is_running = self.project.is_running
        return super().get_context_data(**kwargs) | {
            "lines": [
                {
                    "installment": one,
                    "why_not_due": one.why_not_due(today),
                    "days_late": one.days_late(today),
                    "tone": tone(one, today),
                }
                for one in installments
            ],
            "receipts": receipts,
            "divided_minor": divided,
            "gap_minor": self.project.contract_value_minor - divided if installments else 0,
            "open_minor": sum(one.open_minor for one in installments),
            "written_off_minor": sum(one.written_off_minor for one in installments),
            "may_split": is_running and may_split(user, self.project),
            "may_collect": is_running and may_handle_money(user),
            "may_write_off": is_running and may_write_off(user),
            "has_invoices": any(one.state == Installment.State.INVOICED for one in installments),
        }


def tone(installment: Installment, today: Any) -> str:
    """The colour of an installment's state, beside its word."""
    if installment.days_late(today):
        return "danger"
    return {"RELEASED": "info", "INVOICED": "waiting", "PAID": "done"}.get(
        installment.state, "neutral"
    )


class InstallmentsEdit(MoneyPageMixin, TemplateView):
    """The division as rows of a form; "add a row" works without script."""

    template_name = "aftersales/installments_form.html"

    def may_act(self, project: Any) -> bool:
        return may_split(self.request.user, project)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        initial = [initial_row(one) for one in self._waiting()]
        self.formset = self._formset(initial=initial)
        if not initial:
            self.formset.extra = 1
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        data = request.POST.copy()
        if "add" in data:
            count = data.get("form-TOTAL_FORMS", "")
            count = int(count) if count.isdecimal() and len(count) < 4 else 0  # noqa: PLR2004
            data["form-TOTAL_FORMS"] = str(count + 1)
            terms = InstallmentForm.base_fields["terms_days"]
            data.setdefault(f"form-{count}-terms_days", str(terms.initial))
            self.formset = self._formset(data=data)
            self.is_adding = True
            return self.render_to_response(self.get_context_data())
        self.formset = self._formset(data=data)
        if self.formset.is_valid():
            try:
                set_installments(
                    project=self.project,
                    rows=self.formset.rows(),
                    actor=request.user,
                    at=timezone.now(),
                )
            except DomainError as error:
                self.refusal = str(error)
            else:
                messages.success(
                    request,
                    _("The contract value is split. Each part is released by its event."),
                )
                return HttpResponseRedirect(self.get_success_url())
        return self.render_to_response(self.get_context_data())

    def _formset(self, **kwargs: Any) -> Any:
        return InstallmentFormSet(
            form_kwargs={"currency": self.project.currency, "milestones": self._milestones()},
            **kwargs,
        )

    def _waiting(self) -> list[Installment]:
        return [one for one in self._installments() if one.state == Installment.State.WAITING]

    def _installments(self) -> list[Installment]:
        if not hasattr(self, "_present"):
            self._present = list(
                Installment.objects.visible_to(self.request.user)
                .filter(project=self.project)
                .with_people()
                .order_by("order", "pk")
            )
        return self._present

    def _milestones(self) -> list[tuple[int, str]]:
        milestones = self.project.tasks.filter(is_milestone=True).order_by("ends_on", "pk")
        return [(task.pk, f"{task.title} ({task.ends_on:%Y-%m-%d})") for task in milestones]

    def get_context_data(self, **kwargs: Any) -> dict:
        released = [one for one in self._installments() if one.state != Installment.State.WAITING]
        currency = self.project.currency
        fixed = sum(one.amount_minor for one in released)
        return super().get_context_data(**kwargs) | {
            "formset": self.formset,
            "refusal": getattr(self, "refusal", ""),
            "is_adding": getattr(self, "is_adding", False),
            "released": released,
            "to_divide": format_money(self.project.contract_value_minor - fixed, currency),
        }


class InstallmentAction(MoneyPageMixin, ActionView):
    """One act on one installment of the project."""

    queryset = Installment.objects.with_people()
    template_name = "aftersales/installment_action.html"

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(project=self.project)


class InstallmentInvoice(InstallmentAction):
    form_class = InvoiceForm
    extra_context = {
        "heading": gettext_lazy("Write the invoice"),
        "button": gettext_lazy("Give it the next invoice number"),
    }

    def may_act(self, project: Any) -> bool:
        return may_handle_money(self.request.user)

    def perform(self, form: InvoiceForm) -> Installment:
        return invoice_installment(
            installment=self.object,
            invoiced_on=form.cleaned_data["invoiced_on"],
            actor=self.request.user,
            at=timezone.now(),
        )

    def get_success_message(self) -> str:
        return _("Invoice %(invoice)s is written and due on %(due_on)s.") % {
            "invoice": self.result.invoice_number,
            "due_on": self.result.due_on,
        }


class InstallmentWriteOff(InstallmentAction):
    form_class = ReasonForm
    extra_context = {
        "heading": gettext_lazy("Write off what is open"),
        "button": gettext_lazy("Write it off for good"),
        "tone": "danger",
    }
    success_message = gettext_lazy("“%(object)s” is written off, with your reason on record.")

    def may_act(self, project: Any) -> bool:
        return may_write_off(self.request.user)

    def perform(self, form: ReasonForm) -> Installment:
        return write_off(
            installment=self.object,
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
            at=timezone.now(),
        )


class ReceiptRecord(MoneyPageMixin, DomainFormMixin, FormView):
    form_class = ReceiptForm
    template_name = "aftersales/receipt_form.html"

    def may_act(self, project: Any) -> bool:
        return may_handle_money(self.request.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        invoices = [
            one
            for one in open_invoices(self.project.customer, self.project.currency)
            if may_see_money(self.request.user, one.project)
        ]
        return super().get_form_kwargs() | {
            "currency": self.project.currency,
            "invoices": invoices,
        }

    def perform(self, form: ReceiptForm) -> Receipt:
        return record_receipt(
            customer=self.project.customer,
            received_on=form.cleaned_data["received_on"],
            amount_minor=form.cleaned_data["amount"],
            currency=self.project.currency,
            allocations=form.allocations(),
            reference=form.cleaned_data["reference"],
            note=form.cleaned_data["note"],
            actor=self.request.user,
            at=timezone.now(),
        )

    def get_success_message(self) -> str:
        amount = format_money(self.result.amount_minor, self.result.currency)
        return _("The payment of %(amount)s is recorded.") % {"amount": amount}


class ReceiptCancel(MoneyPageMixin, ActionView):
    queryset = Receipt.objects.all()
    form_class = ReasonForm
    template_name = "aftersales/receipt_cancel.html"
    success_message = gettext_lazy("The payment is cancelled. Its invoices are open again.")

    def may_act(self, project: Any) -> bool:
        return may_handle_money(self.request.user)

    def get_queryset(self) -> Any:
        return (
            super().get_queryset().filter(allocations__installment__project=self.project).distinct()
        )

    def perform(self, form: ReasonForm) -> Receipt:
        return cancel_receipt(
            receipt=self.object,
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
            at=timezone.now(),
        )
