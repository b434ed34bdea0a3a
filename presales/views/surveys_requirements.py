from __future__ import annotations

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.generic import FormView

from implportal.kernel.views import DomainFormMixin
from presales.domain.surveys_conditions import asked_of
from presales.domain.surveys_requirements import make_requirements
from presales.forms.surveys import WishesForm
from presales.models import Requirement
from presales.pages import PreparesMixin
from presales.views.surveys import SurveyPageMixin


class SurveyRequirements(DomainFormMixin, PreparesMixin, SurveyPageMixin, FormView):
    """Every answer with the requirement that could be made of it; tick, word, done."""

    form_class = WishesForm
    template_name = "presales/survey_requirements.html"

    def get_form_kwargs(self) -> dict:
        questions = asked_of(self.survey)
        answers = [question.answer for question in questions if hasattr(question, "answer")]
        prefetch_related_objects(answers, "requirements")
        return super().get_form_kwargs() | {"answers": answers}

    def perform(self, form: WishesForm) -> list[Requirement]:
        return make_requirements(
            survey=self.survey, wishes=form.wishes(), actor=self.request.user, at=timezone.now()
        )

    def get_success_message(self) -> str:
        codes = ", ".join(requirement.code for requirement in self.result)
        return ngettext(
            "%(codes)s is added. Link it to the solution next.",
            "%(codes)s are added. Link them to the solution next.",
            len(self.result),
        ) % {"codes": codes}
