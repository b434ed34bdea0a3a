"""Forty questions in a meeting without a mouse; a template put in order from the keyboard."""

import pytest
from playwright.sync_api import expect

from implportal.portal.tests.browser.scene import begun_project
from presales.models import Answer, Statement
from presales.tests.factories import (
    SurveyFactory,
    SurveyQuestionFactory,
    TemplateQuestionFactory,
    TemplateSectionFactory,
)

pytestmark = pytest.mark.browser

QUESTIONS = 40


def test_forty_questions_are_typed_without_a_mouse_and_taken_up_again(visit, company):
    project = begun_project(company)
    survey = SurveyFactory(project=project, title="What the harbour needs")
    for number in range(QUESTIONS):
        is_choice = number % 4 == 3
        SurveyQuestionFactory(
            survey=survey, order=number + 1, section=f"Part {number // 10 + 1}",
            text=f"Question {number + 1}?", type="SINGLE_CHOICE" if is_choice else "TEXT",
            choices=["yes", "no", "perhaps"] if is_choice else [],
        )  # fmt: skip
    contact = project.customer.contacts.order_by("pk").first()
    address = f"{survey.get_absolute_url()}interview/"
    ines = visit(company.ines)
    ines.go(address)
    page, keys = ines.page, ines.page.keyboard
    ines.fill(speaker=contact.name)
    page.get_by_role("button", name="Next open question").click()

    for number in range(QUESTIONS // 2):
        keys.type("2" if number % 4 == 3 else f"words {number + 1}")
        keys.press("Enter")
    expect(page.locator("[data-count]")).to_have_text("20 of 40 answered")
    # All are kept, or the answer waited for below might be the first one to the last question.
    expect(page.locator("[id^=kept-] .ip-tone-done")).to_have_count(20)
    keys.press("Shift+Enter")
    with page.expect_response(f"**/questions/{question(survey, 20).pk}/answer/"):
        keys.press("1")
    keys.press("Enter")

    assert Answer.objects.count() == Statement.objects.filter(contact=contact).count() == 20
    assert Answer.objects.get(question__order=20).value == "yes"
    ines.go(address)
    expect(page.locator("[name=speaker]")).to_have_value(str(contact.pk))
    expect(page.locator(":focus")).to_have_attribute("name", f"q{question(survey, 21).pk}")
    keys.type("the rest")
    ines.press("Keep all answers")
    assert Answer.objects.get(question__order=21).answered_by == contact.name


def question(survey, order):
    return survey.questions.get(order=order)


def test_a_template_is_put_in_order_from_the_keyboard(visit, company):
    section = TemplateSectionFactory(title="Today", order=1)
    TemplateSectionFactory(template=section.template, title="Tomorrow", order=2)
    _one, two, _three = (
        TemplateQuestionFactory(section=section, text=text, order=order)
        for order, text in enumerate(["One?", "Two?", "Three?"], start=1)
    )
    TemplateQuestionFactory(section=section, text="Why two?", order=4, depends_on=two,
                            condition="ANSWERED")  # fmt: skip
    ines = visit(company.ines)
    ines.go(section.template.get_absolute_url())
    page = ines.page
    page.get_by_role("button", name="Move “Three?” with the arrow keys").focus()
    with page.expect_response("**/order/"):
        page.keyboard.press("Home")
    texts = section.questions.order_by("order").values_list("text", flat=True)
    assert list(texts) == ["Three?", "One?", "Two?", "Why two?"]

    page.get_by_role("button", name="Move “Why two?” with the arrow keys").focus()
    with page.expect_response("**/order/"):
        page.keyboard.press("Home")
    ines.reads("is asked only after")
    ines.faults.clear()  # The browser writes the refusal to its console.
    assert list(texts.all()) == ["Three?", "One?", "Two?", "Why two?"]
    with page.expect_response("**/order/"):
        page.get_by_role("button", name="Move “Tomorrow” with the arrow keys").press("ArrowUp")
    assert [row.title for row in section.template.sections.order_by("order")] == [
        "Tomorrow", "Today",
    ]  # fmt: skip
