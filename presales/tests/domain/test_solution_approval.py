from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import NotAllowed
from implportal.notifications.models import Message
from implportal.projects.models import Step
from implportal.projects.registry import WAITING
from implportal.projects.tests.factories import ContactFactory, MemberFactory
from presales.domain import solution_approval as approval
from presales.domain.imports import plan_import, read_solution, reimport_solution
from presales.domain.review import send_for_review
from presales.domain.sections import change_section, link_requirements
from presales.domain.solutions import NotBeingWritten, change_solution
from presales.models import ApprovalRule, Solution, SolutionApproval
from presales.reminders import approvals_unanswered
from presales.tests.factories import RequirementFactory, SolutionFactory, SolutionSectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def solution(ines, piet, conny):
    """One section written by Conny; the project asks for approval."""
    solution = SolutionFactory(
        project__implementation_manager=ines, project__project_manager=piet, title="Records"
    )
    MemberFactory(project=solution.project, user=conny)
    SolutionSectionFactory(solution=solution, key="s1", title="Scope", edited_by=conny)
    ApprovalRule.objects.create(project=solution.project, is_needed=True)
    return solution


@pytest.fixture
def four_eyes(solution):
    ApprovalRule.objects.update(needs_four_eyes=True)


def send(solution, actor, at):
    carl = ContactFactory(customer=solution.project.customer)
    return send_for_review(solution=solution, contacts=[carl], valid_days=9, actor=actor, at=at)


def ask(solution, approver, actor, at):
    return approval.ask_approval(solution=solution, approver=approver, actor=actor, at=at)


def approve(solution, actor, at):
    seen = approval.text_sha256(solution)
    return approval.approve_solution(solution=solution, seen_sha256=seen, actor=actor, at=at)


def write(solution, text, actor, at):
    section = solution.sections.get(key="s1")
    return change_section(
        section=section, title=section.title, level=section.level, markdown=text,
        lock_version=section.lock_version, actor=actor, at=at,
    )  # fmt: skip


def test_nothing_leaves_before_it_is_approved(solution, ines, noon):
    with pytest.raises(approval.NotApproved, match="asks for approval before"):
        send(solution, ines, noon)
    assert not DocumentVersion.objects.exists()
    assert Solution.objects.get().state == "DRAFT"


def test_what_is_asked_and_approved_may_be_sent(solution, ines, piet, noon):
    question = ask(solution, piet, ines, noon)
    with pytest.raises(approval.NotApproved, match="Piet Example has not approved"):
        send(solution, ines, noon)

    approve(solution, piet, noon)

    question.refresh_from_db()
    assert (question.state, question.decided_by, question.decided_at) == ("APPROVED", piet, noon)
    assert send(solution, ines, noon).version == 1
    assert [(mail.to, mail.subject) for mail in Message.objects.order_by("pk")[:2]] == [
        ("piet@example.com", "To approve: Records"),
        ("ines@example.com", "Approved: Records"),
    ]
    assert list(
        Entry.objects.filter(action__contains="approv").order_by("pk").values_list("action", flat=1)
    ) == ["presales.approval_asked", "presales.solution_approved"]


def test_the_activity_waits_for_the_approver(solution, ines, piet, noon):
    ask(solution, piet, ines, noon)
    step = Step.objects.get(project=solution.project, key="solution")
    assert (step.state, step.waiting_on) == ("WAITING", "Piet Example")

    approve(solution, piet, noon)
    step.refresh_from_db()
    assert (step.state, step.next_step) == (
        "IN_PROGRESS",
        f"Send {solution.number} to the customer",
    )


def test_an_approval_lapses_when_the_text_changes(solution, ines, piet, noon):
    ask(solution, piet, ines, noon)
    approve(solution, piet, noon)

    write(solution, "Other words.", ines, noon)

    assert approval.approval_standing(solution).has_lapsed
    with pytest.raises(approval.NotApproved, match="changed since it was approved"):
        send(solution, ines, noon)
    write(solution, "Text.", ines, noon)
    assert approval.approval_standing(solution).holds  # it is the approved text again


def test_what_a_section_answers_is_part_of_what_was_approved(solution, ines, piet, noon):
    ask(solution, piet, ines, noon)
    approve(solution, piet, noon)
    link_requirements(
        section=solution.sections.get(),
        requirements=[RequirementFactory(project=solution.project)],
        actor=ines,
        at=noon,
    )
    assert approval.approval_standing(solution).has_lapsed


def test_nobody_approves_what_changed_while_they_read(solution, ines, piet, noon):
    ask(solution, piet, ines, noon)
    seen = approval.text_sha256(solution)
    write(solution, "Other words.", ines, noon)

    with pytest.raises(approval.OtherText):
        approval.approve_solution(solution=solution, seen_sha256=seen, actor=piet, at=noon)
    assert SolutionApproval.objects.get().state == "WAITING"


def test_it_is_returned_with_a_reason_and_asked_again(solution, ines, piet, noon):
    ask(solution, piet, ines, noon)
    approval.return_solution(solution=solution, reason="No price.", actor=piet, at=noon)

    assert SolutionApproval.objects.get().reason == "No price."
    mail = Message.objects.get(subject="Returned: Records")
    assert (mail.to, "No price." in mail.text) == ("ines@example.com", True)
    ask(solution, piet, ines, noon + timedelta(hours=1))
    assert approval.approval_standing(solution).is_waiting


def test_with_four_eyes_neither_writers_nor_who_asks_approve(
    solution, four_eyes, ines, piet, conny, adam, noon
):
    for nobody in (ines, conny):
        with pytest.raises(approval.MayNotApprove):
            ask(solution, nobody, ines, noon)
    ask(solution, piet, ines, noon)
    write(solution, "Piet writes.", piet, noon)
    with pytest.raises(approval.MayNotApprove, match="Piet Example wrote"):
        approve(solution, piet, noon)
    assert approve(solution, adam, noon).decided_by == adam  # in his place
    assert send(solution, ines, noon).version == 1


def test_who_wrote_does_not_approve_after_somebody_mended_a_comma(
    solution, four_eyes, ines, piet, conny, noon
):
    write(solution, "Piet writes it all", piet, noon)
    write(solution, "Piet writes it all.", conny, noon)

    with pytest.raises(approval.MayNotApprove, match="Piet Example wrote"):
        ask(solution, piet, ines, noon)


def test_who_wrote_the_title_page_does_not_approve(solution, four_eyes, ines, piet, noon):
    change_solution(
        solution=solution, title="Records", subtitle="", summary="All of it.", actor=piet, at=noon
    )

    with pytest.raises(approval.MayNotApprove, match="Piet Example wrote"):
        ask(solution, piet, ines, noon)


def test_who_brought_the_text_in_does_not_approve(solution, four_eyes, ines, piet, noon):
    document = read_solution(b"# Records\n\n## Scope\n\nAll of it.\n")
    plan = plan_import(solution=solution, document=document)
    reimport_solution(
        solution=solution, document=document, state_token=plan.state_token, actor=piet, at=noon
    )
    write(solution, "Somebody mends it.", ines, noon)

    with pytest.raises(approval.MayNotApprove, match="Piet Example wrote"):
        ask(solution, piet, ines, noon)


def test_four_eyes_asked_for_later_undo_an_approval_by_the_author(solution, ines, noon):
    ask(solution, ines, ines, noon)
    approve(solution, ines, noon)
    assert approval.approval_standing(solution).holds

    ApprovalRule.objects.update(needs_four_eyes=True)

    assert approval.approval_standing(solution).has_lapsed
    assert not Message.objects.exists()  # nobody writes to themselves


def test_only_who_was_asked_answers(solution, ines, piet, bea, noon):
    ask(solution, piet, ines, noon)
    for other in (ines, bea):
        with pytest.raises(NotAllowed):
            approve(solution, other, noon)
        with pytest.raises(NotAllowed):
            approval.return_solution(solution=solution, reason="No", actor=other, at=noon)


def test_a_stranger_is_not_asked(solution, ines, sam, noon):
    with pytest.raises(approval.MayNotApprove):
        ask(solution, sam, ines, noon)


def test_one_question_at_a_time_and_it_can_be_taken_back(solution, ines, piet, adam, noon):
    ask(solution, piet, ines, noon)
    with pytest.raises(approval.AlreadyAsked):
        ask(solution, adam, ines, noon)
    approval.take_back_question(solution=solution, actor=ines, at=noon)
    with pytest.raises(approval.NobodyAsked):
        approve(solution, piet, noon)
    assert ask(solution, adam, ines, noon).approver == adam


def test_nothing_is_asked_where_no_approval_is_needed_or_nothing_is_written(
    solution, ines, piet, noon
):
    ApprovalRule.objects.update(is_needed=False)
    with pytest.raises(approval.NothingToApprove):
        ask(solution, piet, ines, noon)
    assert send(solution, ines, noon).version == 1
    with pytest.raises(NotBeingWritten):
        ask(solution, piet, ines, noon)


def test_a_rule_is_tightened_by_who_runs_it_and_loosened_by_administrators(
    solution, ines, piet, adam, noon
):
    project = solution.project

    def rule(actor, *, is_needed, needs_four_eyes):
        return approval.change_approval_rule(
            project=project, is_needed=is_needed, needs_four_eyes=needs_four_eyes,
            actor=actor, at=noon,
        )  # fmt: skip

    assert rule(ines, is_needed=True, needs_four_eyes=True).needs_four_eyes
    with pytest.raises(approval.OnlyAdministratorsLoosen):
        rule(ines, is_needed=True, needs_four_eyes=False)
    with pytest.raises(NotAllowed):
        rule(piet, is_needed=True, needs_four_eyes=True)
    changed = rule(adam, is_needed=False, needs_four_eyes=True)
    assert (changed.is_needed, changed.needs_four_eyes) == (False, False)
    assert Entry.objects.filter(action="presales.approval_rule_changed").count() == 2


def test_the_approver_sees_it_at_home_and_is_reminded_after_a_working_day(
    solution, ines, piet, noon
):
    ask(solution, piet, ines, noon)  # a Monday

    (waiting,) = WAITING["presales.approvals"].items(piet, noon)
    assert waiting.text == "Ines Example asks you to approve “Records”"
    assert list(WAITING["presales.approvals"].items(ines, noon)) == []
    assert list(approvals_unanswered(noon)) == []
    (reminder,) = approvals_unanswered(noon + timedelta(days=1))
    assert (reminder.user, reminder.subject) == (piet, "“Records” waits for your approval")
    approve(solution, piet, noon)
    assert list(approvals_unanswered(noon + timedelta(days=1))) == []
