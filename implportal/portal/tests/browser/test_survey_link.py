"""A customer answers a survey on a phone: stops, comes back, hands in."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from implportal.portal.tests.browser.scene import CARL, begun_project
from presales.domain.surveys import send_survey
from presales.models import Answer, Survey
from presales.tests.factories import SurveyFactory, SurveyQuestionFactory

pytestmark = pytest.mark.browser


def test_a_survey_is_answered_on_a_phone(phone, company, mailed):
    project = begun_project(company)
    survey = SurveyFactory(project=project, title="What you need", created_by=company.ines)
    paper = SurveyQuestionFactory(
        survey=survey, section="Today", text="Do you keep paper?", type="SINGLE_CHOICE",
        choices=["yes", "no"], is_required=True,
    )  # fmt: skip
    where = SurveyQuestionFactory(
        survey=survey, section="Today", text="Where is it?", depends_on=paper,
        condition="EQUALS", condition_value="yes", is_required=True,
    )  # fmt: skip
    wards = SurveyQuestionFactory(
        survey=survey, section="Wards", text="Which wards?", type="TABLE",
        choices=["Ward", "Beds"],
    )  # fmt: skip
    plan = SurveyQuestionFactory(survey=survey, section="Wards", text="A plan?", type="FILE")
    contact = project.customer.contacts.order_by("pk").first()
    send_survey(
        survey=survey, contact=contact, message="", valid_days=9, actor=company.ines,
        at=timezone.now(),
    )  # fmt: skip
    carl = phone()
    carl.go(mailed(CARL, "link"))
    carl.press("Begin")

    hidden = carl.page.locator(f"[data-question='{where.pk}']")
    expect(hidden).to_be_hidden()
    carl.fill(**{f"q{paper.pk}": "yes"})
    expect(hidden).to_be_visible()
    carl.fill(**{f"q{where.pk}": "In the cellar"})
    carl.page.locator(f"[name=q{where.pk}]").blur()
    expect(carl.page.locator("#kept")).to_have_text("Kept")
    assert Answer.objects.filter(question__survey=survey).count() == 2

    carl.go(mailed(CARL, "link"))
    carl.press("Go on")
    carl.page.get_by_role("button", name="Add a row").click()
    carl.fill(**{f"q{wards.pk}-2-0": "Surgery", f"q{wards.pk}-2-1": "12"})
    file = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 plan"}
    carl.fill(**{f"q{plan.pk}": file})
    carl.press("Keep and look at everything")
    carl.reads("In the cellar", "Surgery · 12", "plan.pdf")
    carl.press("Hand in my answers")
    carl.reads("Thank you. Your answers are handed in.")
    assert Survey.objects.get().state == "HANDED_IN"
