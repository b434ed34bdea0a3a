"""While it is shown: the next scenario, how it is received, what is asked and wished for."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from implportal.kernel.errors import DomainError, NotAllowed
from implportal.meetings.domain.people import team_of
from implportal.meetings.models import ActionItem
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin
from presales.domain.demonstration_remarks import (
    answer_remark,
    note_remark,
    remove_remark,
    take_question_home,
    take_wish,
)
from presales.domain.demonstration_standing import remark_url, scenarios_of
from presales.domain.demonstrations import ReactionWasChanged, note_reaction
from presales.forms.demonstrations import (
    AnswerRemarkForm,
    ReactionForm,
    RemarkForm,
    TakeQuestionForm,
    TakeWishForm,
)
from presales.models import Remark, Requirement, ShownScenario
from presales.pages import ActMixin
from presales.views.demonstrations import OneDemonstration, audience_of


def run_url(scenario: ShownScenario, route: str = "demonstration_scenario_run") -> str:
    meeting = scenario.meeting
    place = {"project_pk": meeting.project_id, "pk": meeting.pk, "scenario_pk": scenario.pk}
    return reverse(f"presales:{route}", kwargs=place)


class DemonstrationRun(OneDemonstration, ProjectPageMixin, View):
    """Leads to the first scenario that was not shown yet."""

    def get(self, _request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        self.prepare()
        if not self.allowed():
            raise NotAllowed
        scenarios = scenarios_of(self.meeting)
        following = next((one for one in scenarios if not one.shown_at), None)
        if not scenarios:
            return HttpResponseRedirect(self.get_success_url())
        scenario = following or scenarios[-1]
        scenario.meeting = self.meeting
        return HttpResponseRedirect(run_url(scenario))


class ScenarioRun(OneDemonstration, ProjectActionPage):
    """One scenario on the whole page; keeping it leads on to the next one."""

    form_class = ReactionForm
    template_name = "presales/demonstration_run.html"
    title = gettext_lazy("Demonstration")
    theirs: ShownScenario | None = None
    heeds_buttons = True

    def get_initial(self) -> dict:
        one = self.scenario
        return {
            "reaction": one.reaction,
            "rating": "" if one.rating is None else one.rating,
            "revision": one.revision,
        }

    def perform(self, form: ReactionForm) -> ShownScenario:
        over = form.cleaned_data["over"] if self.heeds_buttons else None
        try:
            return note_reaction(
                scenario=self.scenario,
                reaction=form.cleaned_data["reaction"],
                rating=form.cleaned_data["rating"],
                based_on=form.cleaned_data["revision"] if over is None else over,
                actor=self.request.user,
                at=timezone.now(),
            )
        except ReactionWasChanged as error:
            self.theirs = error.theirs
            raise

    def get_success_url(self) -> str:
        _before, after, _place = self.neighbours(scenarios_of(self.meeting))
        if after is None:
            return super().get_success_url()
        after.meeting = self.meeting
        return run_url(after)

    def neighbours(
        self, scenarios: list[ShownScenario]
    ) -> tuple[ShownScenario | None, ShownScenario | None, int]:
        """Return the scenario before, the one after, and the number of this one."""
        place = [one.pk for one in scenarios].index(self.scenario.pk)
        before = scenarios[place - 1] if place else None
        after = scenarios[place + 1] if place + 1 < len(scenarios) else None
        return before, after, place + 1

    def get_context_data(self, **kwargs: Any) -> dict:
        scenarios = scenarios_of(self.meeting)
        before, after, number = self.neighbours(scenarios)
        return super().get_context_data(
            scenario=self.scenario,
            scenarios=scenarios,
            remarks=scenarios[number - 1].remarks.all(),
            before=before,
            after=after,
            number=number,
            audience=audience_of(self.meeting),
            has_begun=self.meeting.start_at <= timezone.now(),
            theirs=self.theirs,
            **kwargs,
        )


class ReactionAutosave(ScenarioRun):
    """Saves while somebody writes or taps a rating, and says so below."""

    http_method_names = ["post"]
    heeds_buttons = False  # htmx sends the button along that was merely reached with Tab

    def form_valid(self, form: ReactionForm) -> HttpResponse:
        try:
            saved = self.perform(form)
        except DomainError as error:
            return self.answer(str(error), status=HTTPStatus.CONFLICT)
        return self.answer("", saved=saved)

    def form_invalid(self, form: ReactionForm) -> HttpResponse:
        problem = _("This is too long to be kept.")
        return self.answer(problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def answer(
        self, problem: str, *, saved: ShownScenario | None = None, status: int = HTTPStatus.OK
    ) -> HttpResponse:
        context = {
            "problem": problem, "saved": saved, "theirs": self.theirs, "now": timezone.now(),
        }  # fmt: skip
        return render(self.request, "presales/_reaction_saved.html", context, status=status)


class RemarkAdd(OneDemonstration, ProjectActionPage):
    """A question or a wish. With ``run`` it leads back to where the demonstration runs."""

    form_class = RemarkForm
    template_name = "presales/demonstration_form.html"
    title = gettext_lazy("A question or a wish")
    button = gettext_lazy("Note it")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"audience": audience_of(self.meeting)}

    def perform(self, form: RemarkForm) -> Remark:
        return note_remark(
            scenario=self.scenario, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_url(self) -> str:
        return f"{run_url(self.scenario)}#remarks"


class OneRemark(OneDemonstration):
    def prepare(self) -> None:
        super().prepare()
        self.remark = get_object_or_404(
            Remark.objects.select_related("scenario").filter(scenario__meeting=self.meeting),
            pk=self.kwargs["remark_pk"],
        )
        self.remark.scenario.meeting = self.meeting

    def get_success_url(self) -> str:
        return remark_url(self.remark, self.meeting)

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(subject=self.remark.text, **kwargs)


class RemarkPage(OneRemark, ProjectActionPage):
    template_name = "presales/demonstration_form.html"


class RemarkAnswer(RemarkPage):
    form_class = AnswerRemarkForm
    title = gettext_lazy("Answer")
    button = gettext_lazy("Keep answer")

    def get_initial(self) -> dict:
        return {"answer": self.remark.answer}

    def perform(self, form: AnswerRemarkForm) -> Remark:
        return answer_remark(
            remark=self.remark, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class QuestionTake(RemarkPage):
    form_class = TakeQuestionForm
    title = gettext_lazy("Make it an action item")
    button = gettext_lazy("Make it an action item")
    success_message = gettext_lazy("It stands among the action items of the meeting.")

    def get_form_kwargs(self) -> dict:
        contacts = self.project.customer.contacts.order_by("name", "pk")
        return super().get_form_kwargs() | {
            "users": list(team_of(self.project)), "contacts": list(contacts),
        }  # fmt: skip

    def get_initial(self) -> dict:
        return {"owner": f"u{self.request.user.pk}"}

    def perform(self, form: TakeQuestionForm) -> ActionItem:
        return take_question_home(
            remark=self.remark, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )


class WishTake(RemarkPage):
    form_class = TakeWishForm
    title = gettext_lazy("Make it a requirement")
    button = gettext_lazy("Add requirement")

    def get_initial(self) -> dict:
        return {"text": self.remark.text}

    def perform(self, form: TakeWishForm) -> Requirement:
        return take_wish(
            remark=self.remark, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("It is the requirement %(code)s now.") % {"code": self.result.code}


class RemarkRemove(OneRemark, ProjectPageMixin, ActMixin, View):
    said = gettext_lazy("It is taken away; that it was noted stays on record.")

    def act(self) -> None:
        self.prepare()
        self.scenario = self.remark.scenario
        remove_remark(remark=self.remark, actor=self.request.user, at=timezone.now())

    def get_success_url(self) -> str:
        return OneDemonstration.get_success_url(self)
