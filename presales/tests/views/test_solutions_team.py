import pytest
from django.urls import reverse

from implportal.projects.tests.factories import MemberFactory
from presales.domain.section_comments import resolve_comment, write_comment
from presales.domain.solution_approval import ask_approval
from presales.models import ApprovalRule, SectionComment, Solution, SolutionApproval
from presales.tests.factories import SolutionFactory, SolutionSectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def section(ines, piet, bea, conny):
    section = SolutionSectionFactory(
        solution__project__implementation_manager=ines,
        solution__project__project_manager=piet,
        solution__project__business_manager=bea,
        key="s1",
        title="Scope",
    )
    MemberFactory(project=section.solution.project, user=conny)
    return section


def address(route, section, **kwargs):
    project_pk = section.solution.project_id
    return reverse(f"presales:{route}", kwargs={"project_pk": project_pk, **kwargs})


def test_a_comment_is_written_beside_its_section_and_answered(sign_in, conny, ines, section):
    url = address("comment_write", section, key="s1")
    answer = sign_in(conny).post(url, {"text": "Pier 3, too?"})
    thread = SectionComment.objects.get()
    assert answer.url == address("section_detail", section, key="s1") + "#comments"

    page = sign_in(ines).post(url, {"text": "No.", "thread": thread.pk}, follow=True)

    html = page.content.decode()
    assert "Pier 3, too?" in html
    assert "No." in html
    assert "Customers never see them." in html


def test_a_refused_comment_keeps_what_was_typed(sign_in, ines, section, noon):
    thread = write_comment(section=section, text="Why?", actor=ines, at=noon)
    resolve_comment(comment=thread, actor=ines, at=noon)

    page = sign_in(ines).post(
        address("comment_write", section, key="s1"), {"text": "Because", "thread": thread.pk}
    )

    html = page.content.decode()
    assert "This is resolved." in html
    assert "Because" in html
    assert SectionComment.objects.count() == 1


def test_a_thread_of_another_section_is_not_answered_here(sign_in, ines, section, noon):
    other = SolutionSectionFactory(solution=section.solution, key="s2")
    thread = write_comment(section=other, text="Why?", actor=ines, at=noon)
    url = address("comment_write", section, key="s1")
    assert sign_in(ines).post(url, {"text": "x", "thread": thread.pk}).status_code == 404


def test_a_thread_is_resolved_and_reopened_by_buttons(sign_in, ines, section, noon):
    thread = write_comment(section=section, text="Why?", actor=ines, at=noon)
    url = address("comment_resolve", section, comment_pk=thread.pk)

    sign_in(ines).post(url)
    thread.refresh_from_db()
    assert thread.resolved_by == ines
    sign_in(ines).post(url, {"reopen": "1"})
    thread.refresh_from_db()
    assert thread.resolved_by is None


def test_the_list_is_searched_and_exported(sign_in, ines, section, noon):
    first = write_comment(section=section, text="=1+1", actor=ines, at=noon)
    write_comment(section=section, text="pelican", actor=ines, at=noon, thread=first)
    write_comment(section=section, text="other", actor=ines, at=noon)
    browser, url = sign_in(ines), address("comment_list", section)

    found = browser.get(url, {"q": "pelican", "state": "open"}).context["object_list"]
    assert [comment.pk for comment in found] == [first.pk]
    exported = browser.get(url, {"export": "csv"}).content.decode()
    assert "'=1+1" in exported


@pytest.mark.parametrize("comments", [1, 25])
def test_the_list_costs_the_same_for_any_number_of_comments(
    sign_in, ines, section, noon, django_assert_num_queries, comments
):
    for number in range(comments):
        write_comment(section=section, text=f"{number}", actor=ines, at=noon)
    browser, url = sign_in(ines), address("comment_list", section)
    browser.get(url)
    with django_assert_num_queries(7):  # session, user, project, solution, count, page, news
        assert len(browser.get(url).context["object_list"]) == comments


def test_who_runs_the_project_asks_for_approval_and_the_page_says_so(sign_in, ines, piet, section):
    browser = sign_in(ines)
    home = address("solution_home", section)
    browser.post(address("solution_approval_rule", section), {"is_needed": "on"})
    assert "Ask for approval" in browser.get(home).content.decode()

    answer = browser.post(address("solution_ask", section), {"approver": piet.pk, "note": "Soon"})

    assert answer.url == home
    assert "Piet Example is asked to approve" in browser.get(home).content.decode()
    assert "Approve or return" in sign_in(piet).get(home).content.decode()


@pytest.fixture
def asked(section, ines, piet, noon):
    ApprovalRule.objects.create(project=section.solution.project, is_needed=True)
    return ask_approval(
        solution=section.solution, approver=piet, actor=ines, at=noon, note="Friday!"
    )


def test_the_approver_reads_the_text_and_approves_it(sign_in, piet, section, asked):
    browser, url = sign_in(piet), address("solution_decide", section)
    page = browser.get(url)
    html = page.content.decode()
    assert "Friday!" in html
    assert "<p>Text.</p>" in html
    seen = page.context["form"].initial["seen"]

    browser.post(url, {"seen": seen, "decision": "approve", "reason": ""})

    assert SolutionApproval.objects.get().state == "APPROVED"
    assert browser.get(url).status_code == 302  # nobody waits any more


def test_returning_takes_a_reason(sign_in, piet, section, asked):
    browser, url = sign_in(piet), address("solution_decide", section)
    refused = browser.post(url, {"seen": "x", "decision": "return", "reason": " "})
    assert "Say what has to change" in refused.content.decode()

    browser.post(url, {"seen": "x", "decision": "return", "reason": "No price."})

    assert SolutionApproval.objects.get().reason == "No price."
    home = browser.get(address("solution_home", section)).content.decode()
    assert "Piet Example returned it:" in home


def test_an_approver_whose_text_changed_is_told_and_reads_again(sign_in, piet, section, asked):
    browser, url = sign_in(piet), address("solution_decide", section)
    answer = browser.post(url, {"seen": "old", "decision": "approve", "reason": ""})
    html = answer.content.decode()
    assert "Somebody changed the text since you opened it." in html
    assert SolutionApproval.objects.get().state == "WAITING"
    assert 'value="old"' not in html


def test_others_do_not_decide(sign_in, ines, section, asked):
    assert sign_in(ines).get(address("solution_decide", section)).status_code == 403


def test_the_question_is_taken_back_by_a_button(sign_in, ines, section, asked):
    sign_in(ines).post(address("solution_take_back", section))
    assert not SolutionApproval.objects.exists()


def test_what_is_not_approved_is_not_sent_from_the_page(sign_in, ines, section, asked):
    from implportal.projects.tests.factories import ContactFactory

    carl = ContactFactory(customer=section.solution.project.customer)
    page = sign_in(ines).post(
        address("solution_send", section), {"contacts": [carl.pk], "valid_days": 30, "message": "m"}
    )
    assert "Piet Example has not approved this text yet." in page.content.decode()
    assert Solution.objects.get().state == "DRAFT"


def test_the_rule_can_be_set_before_there_is_a_solution(sign_in, ines):
    project = SolutionFactory(project__implementation_manager=ines, state="WITHDRAWN").project
    url = reverse("presales:solution_approval_rule", kwargs={"project_pk": project.pk})
    browser = sign_in(ines)
    assert browser.get(url).status_code == 200
    browser.post(url, {"is_needed": "on", "needs_four_eyes": "on"})
    assert ApprovalRule.objects.get().needs_four_eyes
