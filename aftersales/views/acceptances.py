from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from aftersales.domain.acceptances import (
    add_criterion,
    change_acceptance,
    may_check,
    name_committee,
    record_result,
    start_acceptance,
)
from aftersales.domain.certificates import (
    latest_request,
    latest_version,
    missing_for_certificate,
    recall_certificate,
    send_certificate,
    signing_members,
)
from aftersales.forms.acceptances import CommitteeForm, CriterionForm, PlaceForm, ResultForm
from aftersales.models import Acceptance, Criterion
from implportal.kernel.forms import ConfirmForm, ReasonForm
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin
from implportal.projects.permissions import may_run
from implportal.signing.domain.proposing import Proposal
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.pages import AskForSignaturesMixin, RequestForm


class AcceptanceDetail(ProjectPageMixin, TemplateView):
    tab = "overview"
    template_name = "aftersales/acceptance_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        user, project = self.request.user, self.project
        acceptance = Acceptance.objects.visible_to(user).filter(project=project).first()
        context = super().get_context_data(**kwargs) | {"acceptance": acceptance}
        context["may_start"] = may_run(user, project) and project.is_running
        if acceptance is None:
            return context
        acceptance.project = project
        criteria = list(
            acceptance.criteria.select_related("requirement", "checked_by").order_by("order", "pk")
        )
        is_open = acceptance.may_change and project.is_running
        decided = sum(one.result in {"PASSED", "WAIVED"} for one in criteria)
        version = latest_version(acceptance)
        return context | {
            "criteria": criteria,
            "decided": decided,
            "committee": acceptance.committee.select_related("user", "contact").order_by("pk"),
            "missing": missing_for_certificate(acceptance) if is_open else [],
            "may_decide": is_open and may_run(user, project),
            "may_check": is_open and may_check(user, acceptance),
            "may_recall": acceptance.state == "SIGNING"
            and project.is_running
            and may_run(user, project),
            "version": version,
            "signature_request": latest_request(acceptance) if version else None,
        }


class AcceptancePage(ProjectActionPage):
    """One act on the acceptance of the project; for those who run the project."""

    tab = "overview"

    def prepare(self) -> None:
        self.acceptance = get_object_or_404(
            Acceptance.objects.visible_to(self.request.user).select_related("project__customer"),
            project=self.project,
        )

    def get_success_url(self) -> str:
        return reverse("aftersales:acceptance_detail", kwargs={"project_pk": self.project.pk})

    def who_and_when(self) -> dict[str, Any]:
        return {"actor": self.request.user, "at": timezone.now()}


class AcceptanceStart(AcceptancePage):
    form_class = ConfirmForm
    title = _("Begin the acceptance")
    text = _("Every requirement that counts becomes a criterion for the committee to check.")
    button = _("Begin the acceptance")
    success_message = _("The acceptance has begun. Name the committee, then check the criteria.")

    def prepare(self) -> None:
        """There is nothing to read yet."""

    def perform(self, form: ConfirmForm) -> Acceptance:
        return start_acceptance(project=self.project, **self.who_and_when())


class AcceptancePlace(AcceptancePage):
    form_class = PlaceForm
    title = _("Where and when the committee meets")
    button = _("Keep place and day")
    success_message = _("Place and day are kept; they stand on the certificate.")

    def get_initial(self) -> dict[str, Any]:
        return {"place": self.acceptance.place, "held_on": self.acceptance.held_on}

    def perform(self, form: PlaceForm) -> Acceptance:
        return change_acceptance(
            acceptance=self.acceptance, **form.cleaned_data, **self.who_and_when()
        )


class CriterionAdd(AcceptancePage):
    form_class = CriterionForm
    title = _("Add a criterion")
    button = _("Add criterion")
    success_message = _("The criterion is added.")

    def perform(self, form: CriterionForm) -> Criterion:
        return add_criterion(
            acceptance=self.acceptance, text=form.cleaned_data["text"], **self.who_and_when()
        )


class CriterionCheck(AcceptancePage):
    form_class = ResultForm
    title = _("Result of a criterion")
    button = _("Keep result")

    def prepare(self) -> None:
        super().prepare()
        self.criterion = get_object_or_404(
            Criterion.objects.visible_to(self.request.user).select_related("requirement"),
            acceptance=self.acceptance,
            pk=self.kwargs["pk"],
        )
        self.criterion.acceptance = self.acceptance
        self.text = f"{self.criterion.code}: {self.criterion.text}"

    def allowed(self) -> bool:
        return may_check(self.request.user, self.acceptance)

    def get_initial(self) -> dict[str, Any]:
        result = self.request.GET.get("result", self.criterion.result)
        return {"result": result, "evidence": self.criterion.evidence}

    def perform(self, form: ResultForm) -> Criterion:
        return record_result(criterion=self.criterion, **form.cleaned_data, **self.who_and_when())

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}#criterion-{self.criterion.pk}"


class CommitteeEdit(AcceptancePage):
    form_class = CommitteeForm
    title = _("Acceptance committee")
    text = _("Who checks, and who signs the certificate for the customer.")
    button = _("Name the committee")
    success_message = _("The committee is named.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"acceptance": self.acceptance}

    def perform(self, form: CommitteeForm) -> Any:
        return name_committee(
            acceptance=self.acceptance, members=form.members(), **self.who_and_when()
        )


class CertificateSend(AskForSignaturesMixin, AcceptancePage):
    template_name = "aftersales/certificate_send.html"
    title = _("Send the certificate for signature")
    text = _(
        "It is frozen as it is now and sent to those who sign. "
        "From then on criteria and committee do not change."
    )
    button = _("Send for signature")
    success_message = _("The certificate is being prepared; its signers are asked by mail.")

    def to_be_signed(self) -> Acceptance:
        return self.acceptance

    def proposed(self) -> Proposal:
        members = signing_members(self.acceptance)
        if not members:
            return super().proposed()
        return Proposal(
            tuple(SignerSpec(member.contact) for member in members),
            _("Proposed are the members of the committee who sign."),
        )

    def perform(self, form: RequestForm) -> Any:
        return send_certificate(
            acceptance=self.acceptance,
            signers=form.signers,
            terms=form.terms,
            **self.who_and_when(),
        )


class CertificateRecall(AcceptancePage):
    form_class = ReasonForm
    title = _("Take the certificate back")
    text = _("Its links close, and those who were asked are told. Criteria can change again.")
    button = _("Take it back")
    tone = "danger"
    success_message = _("The certificate is taken back.")

    def prepare(self) -> None:
        super().prepare()
        if self.acceptance.state != Acceptance.State.SIGNING and self.request.method == "GET":
            raise Http404

    def perform(self, form: ReasonForm) -> Acceptance:
        return recall_certificate(
            acceptance=self.acceptance, reason=form.cleaned_data["reason"], **self.who_and_when()
        )
