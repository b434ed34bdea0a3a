import pytest
from django.urls import reverse

from implportal.catalogue.tests.factories import (
    ProductFactory,
    QualificationFactory,
    ReferenceCaseFactory,
)
from implportal.documents.models import DocumentVersion
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory
from implportal.signing.models import SharedLink
from presales.domain.introductions import freeze_introduction, give_introduction
from presales.models import Introduction, Recipient
from presales.tests.factories import IntroductionFactory, IntroductionTextFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def draft(project):
    return IntroductionFactory(project=project)


@pytest.fixture
def frozen(draft, ines, noon):
    IntroductionTextFactory(introduction=draft)
    version = freeze_introduction(introduction=draft, actor=ines, at=noon)
    DocumentVersion.objects.filter(pk=version.pk).update(
        state="READY", pdf="x.pdf", pdf_sha256="0" * 64
    )
    draft.refresh_from_db()
    return draft


def url(name, introduction, **more):
    return reverse(
        f"presales:introduction_{name}",
        kwargs={"project_pk": introduction.project_id, "pk": introduction.pk, **more},
    )


@pytest.mark.parametrize(
    ("person", "read", "write"),
    [
        ("ines", 200, 200),
        ("adam", 200, 200),
        ("bea", 200, 403),
        ("conny", 200, 403),  # a member
        ("sam", 404, 404),
        ("cora", 404, 404),
        ("piet", 404, 404),
    ],
)
def test_who_reads_and_who_prepares(request, sign_in, draft, conny, person, read, write):
    MemberFactory(project=draft.project, user=conny)
    part = IntroductionTextFactory(introduction=draft)
    browser = sign_in(request.getfixturevalue(person))
    project = {"project_pk": draft.project_id}

    assert browser.get(reverse("presales:introduction_list", kwargs=project)).status_code == read
    for page in ("detail", "preview"):
        assert browser.get(url(page, draft)).status_code == read
    assert browser.get(reverse("presales:introduction_create", kwargs=project)).status_code == write
    for page in ("edit", "give", "text_add"):
        assert browser.get(url(page, draft)).status_code == write
    for page in ("freeze", "reopen", "parts_add"):
        assert browser.post(url(page, draft)).status_code == (302 if write == 200 else write)
    Introduction.objects.update(state="DRAFT")
    assert browser.get(url("part_edit", draft, part_pk=part.pk)).status_code == write
    for page in ("part_move", "part_remove"):
        answer = browser.post(url(page, draft, part_pk=part.pk))
        assert answer.status_code == (302 if write == 200 else write)


def test_an_introduction_of_another_project_is_not_found_here(sign_in, ines, draft):
    other = ProjectFactory(implementation_manager=ines)
    address = reverse(
        "presales:introduction_detail", kwargs={"project_pk": other.pk, "pk": draft.pk}
    )

    assert sign_in(ines).get(address).status_code == 404


@pytest.mark.parametrize("rows", [1, 25])
def test_the_list_costs_the_same_for_any_number(
    sign_in, ines, project, django_assert_num_queries, rows
):
    IntroductionFactory.create_batch(rows, project=project)
    browser = sign_in(ines)

    # session, user, project, how many, introductions, step, news
    with django_assert_num_queries(7):
        page = browser.get(reverse("presales:introduction_list", kwargs={"project_pk": project.pk}))

    assert len(page.context["introductions"]) == rows


@pytest.mark.parametrize(("state", "offered"), [("RUNNING", True), ("SUSPENDED", False)])
def test_the_meeting_for_it_is_planned_from_the_list(sign_in, ines, project, state, offered):
    project.state = state
    project.save(update_fields=["state"])
    page = sign_in(ines).get(
        reverse("presales:introduction_list", kwargs={"project_pk": project.pk})
    )

    plan = reverse("meetings:meeting_create", kwargs={"project_pk": project.pk})
    assert (f'href="{plan}?kind=INTRODUCTION"' in page.content.decode()) is offered


@pytest.mark.parametrize("rows", [1, 25])
def test_composing_costs_the_same_for_any_catalogue(
    sign_in, ines, draft, django_assert_num_queries, rows
):
    QualificationFactory.create_batch(rows)
    ReferenceCaseFactory.create_batch(rows)
    for _number in range(rows):
        IntroductionTextFactory(introduction=draft)
    browser = sign_in(ines)

    # session, user, project, introduction, newest version; parts for the list, the choices and
    # the preview; six kinds of choices; news and files
    with django_assert_num_queries(16):
        browser.get(url("detail", draft))


def test_an_introduction_is_begun_and_composed(sign_in, ines, project):
    browser = sign_in(ines)
    product = ProductFactory(name="Records")

    begun = browser.post(
        reverse("presales:introduction_create", kwargs={"project_pk": project.pk}),
        {"title": "We, for you", "greeting": "Dear all"},
    )
    introduction = Introduction.objects.get()
    assert begun.headers["Location"] == introduction.get_absolute_url()
    browser.post(url("parts_add", introduction), {"chosen": [f"PRODUCT-{product.pk}"]})
    browser.post(url("text_add", introduction), {"title": "Why you", "text": "Because."})
    text = introduction.parts.get(kind="TEXT")
    browser.post(url("part_move", introduction, part_pk=text.pk), {"direction": "up"})

    page = browser.get(url("detail", introduction))
    assert [part.heading for part in page.context["parts"]] == [
        "Ines Example", "Why you", "Records",
    ]  # fmt: skip


def test_what_may_not_be_shown_is_disabled_with_its_reason_and_refused(sign_in, ines, draft):
    ended = QualificationFactory(title="ISO 9001", expired=True)
    browser = sign_in(ines)

    page = browser.get(url("detail", draft))
    refused = browser.post(
        url("parts_add", draft), {"chosen": [f"QUALIFICATION-{ended.pk}"]}, follow=True
    )

    assert f'id="id_QUALIFICATION-{ended.pk}" disabled' in page.text
    assert "ended on 1 March 2026" in page.text
    assert "This may not be shown to customers: ISO 9001" in refused.text
    assert draft.parts.count() == 0


def test_the_preview_shows_hostile_words_as_words(sign_in, ines, draft):
    draft.greeting = "<script>alert(1)</script> ![x](file:///etc/passwd)"
    draft.title = "<b>We</b>"
    draft.save()

    page = sign_in(ines).get(url("preview", draft))

    assert "<script>alert(1)" not in page.text
    assert "<b>We</b>" not in page.text
    assert 'src="file:' not in page.text


def test_freezing_leads_to_giving(sign_in, ines, draft):
    IntroductionTextFactory(introduction=draft)
    browser = sign_in(ines)

    page = browser.post(url("freeze", draft), follow=True)

    assert page.templates[0].name == "presales/introduction_detail.html"
    assert page.context["introduction"].number.startswith("CI-")
    assert page.context["version"].version == 1


def test_freezing_nothing_says_what_to_do(sign_in, ines, draft):
    page = sign_in(ines).post(url("freeze", draft), follow=True)

    assert "Choose at least one part before you freeze the introduction." in page.text


def test_giving_and_noting_confidence(sign_in, ines, frozen):
    carl = ContactFactory(customer=frozen.project.customer, name="Carl")
    browser = sign_in(ines)

    browser.post(
        url("give", frozen), {"contacts": [carl.pk], "message": "Hello", "valid_days": "30"}
    )
    recipient = Recipient.objects.get()
    noted = url("confidence", frozen, recipient_pk=recipient.pk)
    refused = browser.post(noted, {"confidence": "7", "note": "Keen"})
    browser.post(noted, {"confidence": "4", "note": "Keen"})

    assert refused.status_code == 200
    assert "Keen" in refused.text
    recipient.refresh_from_db()
    assert (recipient.contact, recipient.confidence) == (carl, 4)
    assert "Confidence 4 of 5" in browser.get(url("detail", frozen)).text


def test_giving_refuses_contacts_of_others_and_keeps_what_was_typed(sign_in, ines, frozen):
    stranger = ContactFactory()

    page = sign_in(ines).post(
        url("give", frozen), {"contacts": [stranger.pk], "message": "Typed", "valid_days": "0"}
    )

    assert set(page.context["form"].errors) == {"contacts", "valid_days"}
    assert "Typed" in page.text
    assert not Recipient.objects.exists()


@pytest.mark.parametrize("people", [1, 25])
def test_the_page_of_who_has_it_costs_the_same_for_any_number(
    sign_in, ines, frozen, noon, django_assert_num_queries, people
):
    contacts = ContactFactory.create_batch(people, customer=frozen.project.customer)
    give_introduction(
        introduction=frozen, contacts=contacts, message="", valid_days=9, actor=ines, at=noon
    )
    browser = sign_in(ines)

    # Session, user, project, introduction, version, recipients, contacts (twice), news and files.
    with django_assert_num_queries(10):
        page = browser.get(url("detail", frozen))

    assert len(page.context["recipients"]) == people


def test_the_list_is_searched_filtered_and_taken_along(sign_in, ines, frozen):
    IntroductionFactory(project=frozen.project, title="Another")
    browser = sign_in(ines)
    address = reverse("presales:introduction_list", kwargs={"project_pk": frozen.project_id})

    found = browser.get(address, {"q": frozen.number})
    drafts = browser.get(address, {"state": "DRAFT"})
    table = browser.get(address, {"export": "csv", "sort": "title"})

    assert [row.title for row in found.context["introductions"]] == ["We, for you"]
    assert [row.title for row in drafts.context["introductions"]] == ["Another"]
    rows = table.content.decode("utf-8-sig").splitlines()
    assert rows[0] == "Number,Title,State,Begun,Given to,Opened by,Confidence"
    assert [row.split(",")[1] for row in rows[1:]] == ["Another", '"We']


def test_the_list_says_how_many_have_read_it(sign_in, ines, frozen, noon):
    carl, dora = ContactFactory.create_batch(2, customer=frozen.project.customer)
    give_introduction(
        introduction=frozen, contacts=[carl, dora], message="", valid_days=9, actor=ines, at=noon
    )
    SharedLink.objects.filter(contact=carl).update(opened_at=noon)
    browser = sign_in(ines)
    address = reverse("presales:introduction_list", kwargs={"project_pk": frozen.project_id})

    [row] = browser.get(address).context["introductions"]

    assert (row.recipient_count, row.opened_count) == (2, 1)


def test_parts_are_put_in_order_and_the_preview_follows(sign_in, ines, sam, draft):
    one = IntroductionTextFactory(introduction=draft, title="One")
    two = IntroductionTextFactory(introduction=draft, title="Two")
    browser, order = sign_in(ines), url("parts_order", draft)

    moved = browser.post(order, {"order": [two.pk, one.pk]})
    changed = browser.post(order, {"order": [two.pk]})
    nonsense = browser.post(order, {"order": ["x"]})
    stranger = sign_in(sam).post(order, {"order": [one.pk, two.pk]})

    assert (moved.status_code, changed.status_code, nonsense.status_code) == (204, 409, 409)
    assert stranger.status_code == 404
    shown = sign_in(ines).get(url("shown", draft)).text
    assert shown.index("Two") < shown.index("One")


def test_words_for_this_customer_take_the_place_of_those_of_the_catalogue(sign_in, ines, draft):
    product = ProductFactory(name="Records", summary="Keeps *files*.")
    browser = sign_in(ines)
    browser.post(url("parts_add", draft), {"chosen": [f"PRODUCT-{product.pk}"]})
    part = draft.parts.get()
    words = {"title": "For you", "text": "Keeps *charts*.", "replaces_text": "1"}

    empty = browser.post(url("part_edit", draft, part_pk=part.pk), words | {"text": " "})
    preview = browser.post(url("part_preview", draft, part_pk=part.pk), words)
    part.refresh_from_db()
    assert (part.text, part.replaces_text) == ("", False)  # a preview keeps nothing
    browser.post(url("part_edit", draft, part_pk=part.pk), words)

    assert empty.context["form"].errors == {
        "text": ["Write the words that shall stand there instead."]
    }
    assert "<em>charts</em>" in preview.text
    assert "files" not in preview.text
    shown = browser.get(url("shown", draft)).text
    assert "<em>charts</em>" in shown
    assert "files" not in shown
    product.refresh_from_db()
    assert product.summary == "Keeps *files*."


def test_a_preview_shows_hostile_words_as_words(sign_in, ines, draft):
    part = IntroductionTextFactory(introduction=draft)

    page = sign_in(ines).post(
        url("part_preview", draft, part_pk=part.pk),
        {"title": "<b>x</b>", "text": "<script>alert(1)</script> ![x](file:///etc/passwd)"},
    )

    assert "<script" not in page.text
    assert "<b>x</b>" not in page.text
    assert 'src="file:' not in page.text


def test_an_earlier_introduction_is_the_start_of_a_new_one(sign_in, ines, project, draft):
    IntroductionTextFactory(introduction=draft, title="Why you")
    ended = QualificationFactory(title="ISO 9001", expired=True)
    draft.parts.create(kind="QUALIFICATION", qualification=ended, order=9)
    browser = sign_in(ines)
    address = reverse("presales:introduction_create", kwargs={"project_pk": project.pk})

    offered = browser.get(address, {"earlier": draft.pk})
    page = browser.post(
        address, {"earlier": draft.pk, "title": "Again", "greeting": ""}, follow=True
    )

    assert f'<option value="{draft.pk}" selected' in offered.text
    assert [part.heading for part in page.context["parts"]] == ["Why you", "Ines Example"]
    assert "ISO 9001: ended on 1 March 2026" in page.text


def test_introductions_that_one_may_not_see_are_no_start(sign_in, ines, project):
    strange = IntroductionTextFactory().introduction
    address = reverse("presales:introduction_create", kwargs={"project_pk": project.pk})

    page = sign_in(ines).post(address, {"earlier": strange.pk, "title": "T", "greeting": ""})

    assert list(page.context["form"].errors) == ["earlier"]
    assert not Introduction.objects.filter(project=project).exists()
