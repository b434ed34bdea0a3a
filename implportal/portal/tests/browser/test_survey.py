"""Needs: asked in an interview, turned into requirements."""

import pytest
from playwright.sync_api import expect

from implportal.portal.demo.company import TEMPLATE_TITLE, make_survey_template
from implportal.portal.tests.browser.scene import begun_project
from presales.models import Answer, Requirement, Survey

pytestmark = pytest.mark.browser


def test_an_interview_becomes_requirements(visit, company):
    project = begun_project(company)
    make_survey_template()
    ines = visit(company.ines)
    ines.go(f"{project.get_absolute_url()}surveys/")
    ines.press("New survey")
    ines.fill(template=TEMPLATE_TITLE, title="What the harbour needs")
    ines.press("Prepare survey")
    ines.press("Interview")
    survey = Survey.objects.get(project=project)
    people, where, slow, approver, speed = (
        f"q{pk}" for pk in survey.questions.order_by("order", "pk").values_list("pk", flat=True)[:5]
    )
    ines.fill(**{people: 420, where: ["paper files", "e-mail"], slow: "Searching."})
    first = ines.page.locator(f"#kept-{people.removeprefix('q')}")
    expect(first).to_contain_text("Kept")
    ines.page.locator(f"[name={slow}]").blur()
    expect(ines.page.locator(f"#kept-{slow.removeprefix('q')}")).to_contain_text("Kept")
    assert Answer.objects.filter(question__survey=survey).count() == 3
    ines.fill(**{approver: "the head of records", speed: "within 2 seconds"})
    ines.press("Keep all answers")

    ines.page.locator("summary", has_text="Answers are complete").click()
    ines.press("Answers are complete")
    ines.reads("Handed in")
    ines.press("Turn into requirements")
    boxes = ines.page.locator("[name^=make_]")
    expect(boxes).to_have_count(5)
    for place in (0, 4):
        boxes.nth(place).check()
    ines.page.locator("[name^=text_]").first.fill("420 people work with it at the same time.")
    ines.press("Make requirements")
    assert list(
        Requirement.objects.filter(project=project).order_by("number").values_list("number", "text")
    ) == [
        (1, "420 people work with it at the same time."),
        (2, "The system shall find a document within 2 seconds."),
    ]
