from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from aftersales.tests.factories import InstallmentFactory
from delivery.models import ChangeRequest
from delivery.reminders import changes_undecided
from delivery.tests.factories import (
    ChangeRequestFactory,
    RequirementEffectFactory,
    TaskEffectFactory,
    TaskFactory,
)
from implportal.documents.models import DocumentVersion
from implportal.projects.registry import WAITING
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory
from implportal.signing.models import SignatureRequest
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db
State = ChangeRequest.State


@pytest.fixture
def project(ines, piet):
    return ProjectFactory(
        delivering=True, implementation_manager=ines, project_manager=piet,
        contract_value_minor=100_000,
    )  # fmt: skip


def address(name, change):
    return reverse(f"delivery:{name}", kwargs={"project_pk": change.project_id, "pk": change.pk})


def list_address(project):
    return reverse("delivery:change_list", kwargs={"project_pk": project.pk})


def rows(response):
    return [(change.number, court) for change, court in response.context["rows"]]


@pytest.mark.parametrize("changes", [1, 25])
def test_the_list_costs_the_same_for_any_number_of_changes(
    sign_in, ines, project, django_assert_num_queries, changes
):
    ChangeRequestFactory.create_batch(changes, project=project)
    browser = sign_in(ines)

    with django_assert_num_queries(6):  # session, user, news, project, count, page
        response = browser.get(list_address(project))

    assert len(response.context["rows"]) == changes


def test_the_list_says_whose_turn_it_is_and_filters_what_it_shows(sign_in, ines, project):
    def add(number, **fields):
        return ChangeRequestFactory(project=project, number=number, **fields)

    add("CR-1", title="Gates")
    add("CR-2", handed_in=True, price_minor=500)
    add("CR-3", approved=True)
    RequirementEffectFactory(change=add("CR-4", approved=True, state="SIGNING"))
    add("CR-5", signed=True, not_applied_reason="x")
    add("CR-6", state="WITHDRAWN")
    browser = sign_in(ines)

    response = browser.get(list_address(project), {"sort": "number"})
    both = "Ines Example, Piet Example"
    customer = project.customer.name
    assert rows(response) == [
        ("CR-1", "Ines Example"), ("CR-2", "Piet Example"), ("CR-3", both), ("CR-4", customer),
        ("CR-5", both), ("CR-6", ""),
    ]  # fmt: skip
    for wanted, found in (
        ({"q": "gate"}, ["CR-1", "CR-2", "CR-3", "CR-4", "CR-5", "CR-6"]),
        ({"q": "Gates", "state": "DRAFT"}, ["CR-1"]),
        ({"q": "cr-5"}, ["CR-5"]),
        ({"state": ["DRAFT", "SIGNING"]}, ["CR-1", "CR-4"]),
        ({"open": "open"}, ["CR-1", "CR-2", "CR-3", "CR-4"]),
        ({"open": "not_applied"}, ["CR-5"]),
        ({"touches": "price"}, ["CR-2"]),
        ({"touches": "requirements"}, ["CR-4"]),
        ({"touches": "tasks"}, []),
        ({"touches": "end"}, []),
    ):
        response = browser.get(list_address(project), wanted | {"sort": "number"})
        assert [number for number, _court in rows(response)] == found, wanted


def test_the_export_holds_what_is_filtered_and_money_only_for_who_sees_it(
    sign_in, ines, conny, project
):
    MemberFactory(project=project, user=conny)
    ChangeRequestFactory(project=project, number="CR-1", title="=1+1", price_minor=-250)
    ChangeRequestFactory(project=project, number="CR-2", price_minor=999)
    wanted = {"export": "csv", "q": "CR-1"}

    ours = sign_in(ines).get(list_address(project), wanted).content.decode()
    theirs = sign_in(conny).get(list_address(project), wanted).content.decode()

    assert "-2.50" in ours
    assert "'=1+1" in ours
    assert "CR-2" not in ours
    assert "CR-1" in theirs
    assert "2.50" not in theirs


def test_an_empty_list_offers_the_first_one_to_who_may_write(sign_in, ines, bea, project):
    project.business_manager = bea
    project.save(update_fields=["business_manager"])

    assert "Write the first one" in sign_in(ines).get(list_address(project)).content.decode()
    assert "Write the first one" not in sign_in(bea).get(list_address(project)).content.decode()


def test_a_stranger_finds_nothing(sign_in, sam, project):
    change = ChangeRequestFactory(project=project)
    browser = sign_in(sam)

    assert browser.get(list_address(project)).status_code == 404
    assert browser.get(address("change_detail", change)).status_code == 404
    assert browser.post(address("change_withdraw", change), {"reason": "x"}).status_code == 404
    assert ChangeRequest.objects.get().state == State.DRAFT


def test_a_change_of_another_project_is_not_found_under_this_one(sign_in, ines, project):
    foreign = ChangeRequestFactory(project__implementation_manager=ines)
    url = reverse("delivery:change_detail", kwargs={"project_pk": project.pk, "pk": foreign.pk})

    assert sign_in(ines).get(url).status_code == 404


@pytest.mark.parametrize("effects", [1, 25])
def test_the_page_costs_the_same_for_any_number_of_effects(
    sign_in, ines, project, django_assert_num_queries, effects
):
    change = ChangeRequestFactory(project=project, price_minor=100)
    InstallmentFactory(project=project)
    for _number in range(effects):
        RequirementEffectFactory(
            change=change, kind="DROP", requirement=RequirementFactory(project=project),
            text="", priority="",
        )  # fmt: skip
        TaskEffectFactory(change=change)
    ContentType.objects.get_for_model(ChangeRequest)  # remembered by the process
    browser = sign_in(ines)

    # session, user, news, project, change, effects on requirements and tasks, installments,
    # plan and its links, version, entries
    with django_assert_num_queries(13):  # the files of the change among them
        response = browser.get(address("change_detail", change))

    assert len(response.context["view"].lines) == 2 * effects + 1


def test_a_consultant_on_the_team_writes_without_seeing_the_money(sign_in, conny, project):
    MemberFactory(project=project, user=conny)
    change = ChangeRequestFactory(project=project, price_minor=12_345, created_by=conny)
    browser = sign_in(conny)

    page = browser.get(address("change_detail", change)).content.decode()
    form = browser.get(address("change_edit", change)).context["form"]
    assert "123.45" not in page
    assert "price_minor" not in form.fields
    assert browser.get(address("change_preview", change)).status_code == 403
    browser.post(address("change_edit", change), {"title": "T", "what": "w", "why": "y"})

    change.refresh_from_db()
    assert (change.title, change.price_minor) == ("T", 12_345)


def test_from_the_first_words_to_the_signature_through_the_pages(
    sign_in, ines, piet, project, django_capture_on_commit_callbacks
):
    # given
    requirement = RequirementFactory(project=project, number=1)
    task = TaskFactory(project=project)
    contact = ContactFactory(customer=project.customer)
    browser = sign_in(ines)
    create = reverse("delivery:change_create", kwargs={"project_pk": project.pk})
    words = {"title": "Gates", "what": "They scan.", "why": "Lorries wait.", "terms_days": "14",
             "price_minor": "250.5", "price_release": "ON_SIGNING"}  # fmt: skip

    # when ines writes it
    refused = browser.post(create, words | {"price_release": "FIXED_DATE"})
    assert refused.context["form"].errors["price_on"] == [
        "On which date is the difference payable?"
    ]
    answer = browser.post(create, words)
    change = ChangeRequest.objects.get()
    assert answer.url == change.get_absolute_url()
    add = address("change_requirement_add", change)
    assert browser.post(add, {"kind": "CHANGE"}).context["form"].errors["requirement"]
    assert browser.post(add, {"kind": "ADD", "text": "x"}).context["form"].errors["priority"]
    browser.post(add, {"kind": "CHANGE", "requirement": requirement.pk, "text": "Other words."})
    browser.post(add, {"kind": "ADD", "text": "New words.", "priority": "MUST"})
    move = address("change_task_add", change)
    assert browser.post(move, {"kind": "SHIFT"}).context["form"].errors["shift_days"]
    browser.post(move, {"kind": "SHIFT", "task": task.pk, "shift_days": "-1"})
    browser.post(move, {"kind": "ADD", "title": "Mount", "starts_on": "2026-11-30"})
    gone = change.task_effects.get(kind="ADD")
    kwargs = {"project_pk": project.pk, "pk": change.pk, "effect_pk": gone.pk}
    browser.post(reverse("delivery:change_task_remove", kwargs=kwargs))
    browser.post(address("change_hand_in", change))

    # then she cannot approve it herself, and says who does
    page = browser.get(change.get_absolute_url()).content.decode()
    assert "You wrote it, so Piet Example approves it." in page
    browser.post(address("change_approve", change))
    assert ChangeRequest.objects.get().state == State.IN_REVIEW

    # when piet approves it and sends it
    other = sign_in(piet)
    with django_capture_on_commit_callbacks(execute=True):
        other.post(address("change_approve", change))
    preview = other.get(address("change_preview", change)).content.decode()
    assert "It is frozen as version 1." in preview
    assert "Other words." in preview
    asked = {f"role_{contact.pk}": "SIGNER", f"order_{contact.pk}": "1"}
    asked["deadline"] = (timezone.localdate() + timedelta(days=9)).isoformat()
    send = address("change_send", change)
    answer = other.post(send, asked | {"draft": "1"})
    draft = SignatureRequest.objects.get()
    assert (answer.url, draft.state) == (draft.get_absolute_url(), "DRAFT")
    assert other.get(send).url == draft.get_absolute_url()
    answer = other.post(send, asked, follow=True)

    # then
    change.refresh_from_db()
    assert change.state == State.SIGNING
    request = SignatureRequest.objects.get()
    assert request.get_absolute_url() in answer.content.decode()
    assert list(change.task_effects.values_list("shift_days", flat=True)) == [-1]


@pytest.mark.parametrize(
    ("route", "before", "after"),
    [
        ("change_send_back", {"handed_in": True}, State.DRAFT),
        ("change_withdraw", {"handed_in": True}, State.WITHDRAWN),
        ("change_decline", {"approved": True}, State.DECLINED),
        ("change_recall", {"approved": True, "state": "SIGNING"}, State.APPROVED),
    ],
)
def test_each_way_back_asks_for_a_reason_and_keeps_it(
    sign_in, ines, conny, project, route, before, after
):
    MemberFactory(project=project, user=conny)
    change = ChangeRequestFactory(project=project, **before)
    if before.get("state") == "SIGNING":
        change.project.steps.filter(key="change").update(state="WAITING")
    url = address(route, change)

    assert sign_in(conny).post(url, {"reason": "x"}).status_code == 403
    refused = sign_in(ines).post(url, {"reason": " "})
    assert refused.context["form"].errors["reason"]
    answer = sign_in(ines).post(url, {"reason": "Because."}, follow=True)

    change.refresh_from_db()
    assert (change.state, change.came_back_reason) == (after, "Because.")
    assert "Because." in answer.content.decode()


def test_a_signed_change_that_was_not_carried_out_shows_why_and_what_to_do(sign_in, ines, project):
    change = ChangeRequestFactory(project=project, signed=True, not_applied_reason="T1 is done.")
    TaskEffectFactory(change=change, task=TaskFactory(project=project, done=True))
    RequirementEffectFactory(change=change)
    browser = sign_in(ines)

    page = browser.get(change.get_absolute_url()).content.decode()
    assert "Signed, but not carried out." in page
    assert "T1 is done." in page
    refused = browser.post(address("change_apply", change), {})
    assert "is done" in str(refused.context["form"].non_field_errors())
    browser.post(address("change_apply", change), {"leave_out_reason": "Done early."})

    change.refresh_from_db()
    assert (change.waits_to_be_applied, len(change.left_out)) == (False, 1)


def waiting_for(user, now):
    source = next(one for one in WAITING if one.key == "delivery.changes")
    return [(line.text, str(line.button)) for line in source.items(user, now)]


def test_a_change_waits_for_who_may_do_the_next_step(
    ines, piet, sam, project, noon, django_assert_num_queries
):
    def add(number, **fields):
        return ChangeRequestFactory(project=project, number=number, title="Gates", **fields)

    add("CR-0")
    add("CR-1", handed_in=True)
    add("CR-2", approved=True)
    add("CR-3", approved=True, came_back_reason="No.")
    add("CR-4", signed=True, not_applied_reason="x")
    add("CR-5", signed=True, applied_at=noon)
    add("CR-6", approved=True, state="SIGNING")

    both = [
        ("CR-2 Gates can be sent for signature", "Send"),
        ("CR-3 Gates came back unsigned", "See the reason"),
        ("CR-4 Gates is signed, but was not carried out", "See why"),
    ]
    assert waiting_for(ines, noon) == both
    with django_assert_num_queries(1):
        assert waiting_for(piet, noon) == [("CR-1 Gates is to be approved", "Approve"), *both]
    assert waiting_for(sam, noon) == []


def test_an_undecided_change_is_brought_to_mind(ines, piet, project, noon):
    ChangeRequestFactory(project=project, number="CR-1", handed_in=True)
    ChangeRequestFactory(project=project, number="CR-2", approved=True, state="SIGNING")

    def said(days):
        found = changes_undecided(noon + timedelta(days=days))
        return [(one.user, one.subject[11:15], (one.due_on - noon.date()).days) for one in found]

    assert said(1) == []
    assert said(2) == [(piet, "CR-1", 2)]
    assert said(8) == [(piet, "CR-1", 7), (ines, "CR-2", 7), (piet, "CR-2", 7)]
    project.state = "SUSPENDED"
    project.save(update_fields=["state"])
    assert said(8) == []


def test_the_matrix_and_the_requirement_lead_to_the_change(sign_in, ines, project):
    requirement = RequirementFactory(project=project, number=1)
    RequirementFactory(project=project, number=2)
    change = ChangeRequestFactory(project=project, number="CR-1", signed=True, applied_at=None)
    gone = ChangeRequestFactory(project=project, number="CR-2", state="WITHDRAWN")
    for one in (change, gone):
        RequirementEffectFactory(
            change=one, kind="DROP", requirement=requirement, text="", priority=""
        )
    browser = sign_in(ines)

    matrix = browser.get(reverse("presales:requirement_matrix", args=[project.pk]))
    page = browser.get(requirement.get_absolute_url()).content.decode()

    cells = [row.cells[-1] for row in matrix.context["rows"]]
    assert [[(link.label, link.url) for link in cell.links] for cell in cells] == [
        [("CR-1 (signed)", change.get_absolute_url())],
        [],
    ]
    assert not any(cell.is_hole for cell in cells)
    assert change.get_absolute_url() in page
    assert gone.get_absolute_url() not in page


def test_a_draft_has_no_version_and_its_preview_says_so(sign_in, ines, project):
    change = ChangeRequestFactory(project=project)

    page = sign_in(ines).get(address("change_preview", change)).content.decode()

    assert "It is not frozen yet." in page
    assert "Lorries wait." in page
    assert not DocumentVersion.objects.exists()


def test_the_search_finds_a_change_by_its_number(sign_in, ines, sam, project):
    change = ChangeRequestFactory(project=project, number="CR-2031-0042", title="Gates")
    search = reverse("portal:search")

    [group] = sign_in(ines).get(search, {"q": "2031-0042"}).context["groups"]

    assert [(hit.title, hit.url) for hit in group.hits] == [("Gates", change.get_absolute_url())]
    assert sign_in(sam).get(search, {"q": "2031-0042"}).context["groups"] == []
