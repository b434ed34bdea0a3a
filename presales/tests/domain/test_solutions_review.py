from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.notifications.models import Message
from implportal.projects.registry import GATES, LISTENERS, WAITING, EventListener
from implportal.projects.tests.factories import ContactFactory
from implportal.signing.domain.progress import reading_state
from implportal.signing.domain.reading import (
    answer_question,
    ask_question,
    close_question,
    mark_understood,
)
from implportal.signing.domain.requests import NobodyToSign, SignerSpec, Terms
from implportal.signing.domain.signing import decline
from implportal.signing.models import LinkKind, SharedLink, SignatureRequest
from implportal.signing.tests.conftest import enter_code
from presales.domain import review
from presales.domain.sections import change_section
from presales.domain.solution_standing import solution_standing
from presales.domain.solution_waiting import readings
from presales.models import Requirement, Solution
from presales.reminders import solutions_unsigned
from presales.tests.factories import RequirementFactory, SolutionFactory, SolutionSectionFactory

pytestmark = pytest.mark.django_db(transaction=False)
State = Solution.State


@pytest.fixture
def solution(ines):
    """A draft of two sections; the first answers R-001."""
    solution = SolutionFactory(project__implementation_manager=ines, title="Records", keys_given=2)
    search = SolutionSectionFactory(
        solution=solution, key="s1", order=1, title="Search", markdown="Answers in two seconds."
    )
    search.requirements.add(RequirementFactory(project=solution.project, number=1))
    SolutionSectionFactory(
        solution=solution, key="s2", order=2, title="Training", markdown="A day for everybody."
    )
    return solution


@pytest.fixture
def carl(solution):
    return ContactFactory(customer=solution.project.customer, name="Carl Customer")


def send(solution, contacts, actor, at):
    return review.send_for_review(
        solution=solution, contacts=contacts, valid_days=30, actor=actor, at=at
    )


def link_of(version):
    return SharedLink.objects.to(version).get(revoked_at=None, kind=LinkKind.DISCUSS)


def understand(version, at):
    for section in version.content["sections"]:
        mark_understood(link=link_of(version), section_key=section["key"], at=at)


def render(version):
    """Stand in for the task that makes the PDF."""
    DocumentVersion.objects.filter(pk=version.pk).update(
        state="READY", pdf="documents/x/frozen.pdf", pdf_sha256="0" * 64
    )


def looks(solution):
    return [str(one.look.label) for one in solution_standing(solution).sections]


def test_sending_freezes_the_text_and_mails_a_link(solution, carl, ines, noon):
    version = send(solution, [carl], ines, noon)

    solution.refresh_from_db()
    assert (solution.state, version.version, version.number) == (
        State.IN_REVIEW,
        1,
        solution.number,
    )
    assert [(s["key"], s["title"], s["requirements"]) for s in version.content["sections"]] == [
        ("s1", "Search", ["R-001"]),
        ("s2", "Training", []),
    ]
    link = link_of(version)
    assert (link.kind, link.contact, link.expires_at) == (
        "DISCUSS",
        carl,
        noon + timedelta(days=30),
    )
    mail = Message.objects.get()
    assert (mail.to, mail.subject) == (carl.email, "To read: Records")
    assert "[[link]]" in mail.text
    step = solution.project.steps.get(key="solution")
    assert (step.state, step.waiting_on) == ("WAITING", "Carl Customer")
    sent = Entry.objects.get(action="presales.solution_sent")
    assert sent.sentence == f"sent version 1 of the solution {solution.number} to Carl Customer"


@pytest.mark.parametrize("refusal", ["nobody", "nothing"])
def test_nothing_is_frozen_where_there_is_nothing_to_send(solution, carl, ines, noon, refusal):
    if refusal == "nothing":
        solution.sections.all().delete()
    expected = review.NobodyToRead if refusal == "nobody" else review.NothingToSend

    with pytest.raises(expected):
        send(solution, [] if refusal == "nobody" else [carl], ines, noon)

    solution.refresh_from_db()
    assert solution.state == State.DRAFT
    assert not DocumentVersion.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize("person", ["conny", "bea", "sam", "piet"])
def test_only_who_runs_the_project_sends(request, solution, carl, noon, person):
    with pytest.raises(NotAllowed):
        send(solution, [carl], request.getfixturevalue(person), noon)

    assert not DocumentVersion.objects.exists()


def test_a_second_click_sends_nothing_again(solution, carl, ines, noon):
    send(solution, [carl], ines, noon)

    with pytest.raises(IllegalMove):
        send(solution, [carl], ines, noon)

    assert DocumentVersion.objects.count() == 1


def test_the_whole_way_from_draft_to_signature(solution, carl, ines, noon):
    cora = ContactFactory(customer=solution.project.customer, name="Cleo Customer")
    first = send(solution, [carl], ines, noon)
    link = link_of(first)
    mark_understood(link=link, section_key="s2", at=noon)
    question = ask_question(link=link, section_key="s1", text="Which records?", at=noon)
    assert looks(solution) == ["Question open", "Understood"]
    with pytest.raises(review.NotUnderstoodYet):
        review.send_for_signature(
            solution=solution, signers=[SignerSpec(carl)], terms=Terms(), actor=ines, at=noon
        )

    answer_question(question=question, text="All of them.", actor=ines, at=noon)
    review.revise_solution(solution=solution, actor=ines, at=noon)
    section = solution.sections.get(key="s1")
    change_section(
        section=section, title="Search", level=1, markdown="All records, in two seconds.",
        lock_version=1, actor=ines, at=noon,
    )  # fmt: skip
    assert first.content["sections"][0]["markdown"] == "Answers in two seconds."
    assert review.last_readers(solution) == [carl]
    second = send(solution, [carl], ines, noon)

    link.refresh_from_db()
    assert link.revoked_at == noon
    state = reading_state(second)
    assert [(s.key, s.is_understood) for s in state.sections] == [("s1", False), ("s2", True)]
    mark_understood(link=link_of(second), section_key="s1", at=noon)
    assert not reading_state(second).ready_to_sign
    close_question(link=link_of(second), question=question, at=noon)
    assert looks(solution) == ["Understood", "Understood"]
    solution.refresh_from_db()
    assert readings([solution])[solution.pk].ready_to_sign is True
    waiting = list(WAITING["presales.solutions"].items(ines, noon))
    assert [(one.text, one.on) for one in waiting] == [
        ("“Records” is understood: send it for signature", "YOU")
    ]

    render(second)
    request = review.send_for_signature(
        solution=solution,
        signers=[SignerSpec(carl, order=1), SignerSpec(cora, order=2)],
        terms=Terms(),
        actor=ines,
        at=noon,
    )

    solution.refresh_from_db()
    assert (solution.state, request.version, request.code_required) == (
        State.SIGNING,
        second,
        True,
    )
    assert [(s.name, s.order, s.state) for s in request.signers.order_by("order")] == [
        ("Carl Customer", 1, "INVITED"),
        ("Cleo Customer", 2, "WAITING"),
    ]
    step = solution.project.steps.get(key="solution")
    assert (step.state, step.waiting_on) == ("WAITING", "Carl Customer, Cleo Customer")


@pytest.fixture
def signing(solution, carl, ines, noon):
    version = send(solution, [carl], ines, noon)
    understand(version, noon)
    render(version)
    review.send_for_signature(
        solution=solution, signers=[SignerSpec(carl)], terms=Terms(), actor=ines, at=noon
    )
    solution.refresh_from_db()
    return solution


def test_without_a_signer_nothing_is_requested(solution, carl, ines, noon):
    version = send(solution, [carl], ines, noon)
    understand(version, noon)
    render(version)

    with pytest.raises(NobodyToSign):
        review.send_for_signature(solution=solution, signers=[], terms=Terms(), actor=ines, at=noon)

    solution.refresh_from_db()
    assert solution.state == State.IN_REVIEW


def test_once_signed_what_it_answers_is_promised(signing, noon):
    RequirementFactory(project=signing.project, number=2)
    heard = []
    listener = EventListener("test.signed", "SOLUTION_SIGNED", lambda **said: heard.append(said))
    LISTENERS.register(listener)
    try:
        review.note_signed(review.latest_version(signing), noon)
    finally:
        del LISTENERS._items["test.signed"]

    signing.refresh_from_db()
    assert signing.state == State.SIGNED
    states = dict(Requirement.objects.values_list("number", "state"))
    assert states == {1: "PROMISED", 2: "OPEN"}
    assert signing.project.steps.get(key="solution").state == "DONE"
    assert [(said["project"], said["reference"]) for said in heard] == [
        (signing.project, signing.number)
    ]
    assert list(GATES["presales.solution"].reasons(signing.project)) == []


def test_the_gate_to_delivery_asks_for_a_signed_solution(solution):
    """Waiving the activity does not replace a signature."""
    solution.project.steps.filter(key="solution").update(
        state="WAIVED", waived_reason="Under the old contract"
    )

    reasons = [reason.text for reason in GATES["presales.solution"].reasons(solution.project)]

    assert reasons == ["The solution is not signed yet."]


def test_after_a_refusal_it_is_with_us_again_with_the_reason(signing, ines, noon):
    link = SharedLink.objects.get(kind=LinkKind.SIGN)
    enter_code(link.signer, noon)

    decline(link=link, session="here", reason="Too late in the year", at=noon)

    signing.refresh_from_db()
    assert (signing.state, signing.declined_reason) == (State.IN_REVIEW, "Too late in the year")
    waiting = list(WAITING["presales.solutions"].items(ines, noon))
    assert [(one.text, one.urgency) for one in waiting] == [
        ("Signing of “Records” was declined", 2)
    ]
    review.revise_solution(solution=signing, actor=ines, at=noon)


def test_taking_it_back_cancels_the_request(signing, ines, noon):
    review.stop_signing(solution=signing, reason="Wrong price", actor=ines, at=noon)

    signing.refresh_from_db()
    request = SignatureRequest.objects.get()
    assert (signing.state, request.state, request.state_reason) == (
        State.IN_REVIEW,
        "CANCELLED",
        "Wrong price",
    )
    with pytest.raises(review.NotOutForSignature):
        review.stop_signing(solution=signing, reason="Again", actor=ines, at=noon)


def test_an_expired_request_can_be_taken_back_too(signing, ines, noon):
    SignatureRequest.objects.update(state="EXPIRED")

    review.stop_signing(solution=signing, reason="Time was up", actor=ines, at=noon)

    signing.refresh_from_db()
    assert signing.state == State.IN_REVIEW


def test_withdrawing_closes_links_and_makes_room_for_another(solution, carl, ines, noon):
    version = send(solution, [carl], ines, noon)

    review.withdraw_solution(solution=solution, reason="Another idea", actor=ines, at=noon)

    solution.refresh_from_db()
    version.refresh_from_db()
    assert (solution.state, version.status) == (State.WITHDRAWN, "WITHDRAWN")
    assert not SharedLink.objects.filter(revoked_at=None).exists()
    assert not Solution.objects.live().exists()


def test_a_solution_out_for_signature_is_not_withdrawn(signing, ines, noon):
    with pytest.raises(IllegalMove):
        review.withdraw_solution(solution=signing, reason="Enough", actor=ines, at=noon)


def test_the_manager_is_reminded_after_three_working_days(solution, carl, ines, noon):
    send(solution, [carl], ines, noon)  # a Monday

    assert list(solutions_unsigned(noon + timedelta(days=2))) == []
    reminders = list(solutions_unsigned(noon + timedelta(days=3)))

    assert [(one.user, one.due_on, one.subject) for one in reminders] == [
        (ines, (noon + timedelta(days=3)).date(), "“Records” is not signed yet")
    ]


def test_a_resting_draft_is_brought_to_mind(solution, ines, noon):
    source = WAITING["presales.solutions"]

    assert list(source.items(ines, noon + timedelta(days=2))) == []
    waiting = list(source.items(ines, noon + timedelta(days=3)))

    assert [one.text for one in waiting] == ["“Records” is still being written"]


def test_a_section_changed_since_the_version_says_so(solution, carl, ines, noon):
    version = send(solution, [carl], ines, noon)
    understand(version, noon)
    review.revise_solution(solution=solution, actor=ines, at=noon)
    section = solution.sections.get(key="s1")

    change_section(
        section=section, title="Search", level=1, markdown="Faster.", lock_version=1,
        actor=ines, at=noon,
    )  # fmt: skip

    assert looks(solution) == ["Changed since the last version", "Understood"]
