"""User research: from a group of people to a requirement, on a phone at the quay."""

import pytest
from playwright.sync_api import expect

from implportal.portal.tests.browser.conftest import PHONE
from implportal.portal.tests.browser.scene import begun_project
from presales.models import Interview, Problem, Requirement

pytestmark = pytest.mark.browser


def test_what_users_tell_becomes_a_requirement(visit, company):
    project = begun_project(company)
    ines = visit(company.ines, viewport=PHONE, has_touch=True)
    ines.go(f"{project.get_absolute_url()}user-research/")
    ines.press("Add the first group")
    ines.fill(name="Records clerks", headcount=40, planned_interviews=2)
    ines.press("Add group")
    ines.reads("0 of 2 planned interviews held.")
    ines.press("Plan an interview")
    ines.fill(group="Records clerks", name="A clerk", start_at="2026-03-02T09:00")
    ines.press("Plan interview")
    ines.fill(notes="Types each number twice.")
    expect(ines.page.locator("#notes").get_by_role("status")).to_contain_text("Saved at")
    interview = Interview.objects.get()
    assert (interview.notes, interview.state) == ("Types each number twice.", "HELD")

    for text in ("Each number is typed twice.", "each number is typed twice"):
        ines.page.locator("summary", has_text="A new problem").click()
        ines.page.locator("#problems [name=text]").fill(text)
        ines.press("Note problem", within=ines.page.locator("#problems"))
    ines.reads("P-001 has the same words:")
    ines.press("It is the same: link it")
    assert Problem.objects.get().interviews.get() == interview

    ines.go(f"{project.get_absolute_url()}user-research/problems/")
    ines.press("Turn into requirements")
    problem = Problem.objects.get()
    ines.page.locator(f"[name=make_{problem.pk}]").check()
    ines.page.locator(f"[name=text_{problem.pk}]").fill("A number is typed once.")
    ines.press("Make requirements")
    requirement = Requirement.objects.get()
    assert (requirement.source, requirement.problems.get()) == ("DIRECT_USER", problem)
    ines.go(requirement.get_absolute_url())
    ines.reads("Each number is typed twice.")
    ines.go(f"{project.get_absolute_url()}user-research/report/")
    ines.reads("1 of 2 planned interviews held.", "A number is typed once.")
