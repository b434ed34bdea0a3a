from datetime import date, timedelta

import pytest

from implportal.audit.models import Entry
from implportal.catalogue.tests.factories import (
    FieldOfBusinessFactory,
    OfferedSolutionFactory,
    ProductFactory,
    ProfilePartFactory,
    QualificationFactory,
    ReferenceCaseFactory,
)
from implportal.documents.models import DocumentVersion
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.moves import IllegalMove
from implportal.notifications.models import Message
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.models import Step
from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from implportal.signing.domain.limits import ANSWERS_A_DAY, TooManyAnswers
from implportal.signing.domain.links import ContactOfOthers
from implportal.signing.models import SharedLink
from presales.domain.introductions import (
    AnsweredAlready,
    GivenAlready,
    NobodyChosen,
    NothingToShow,
    NotReadyToGive,
    change_introduction,
    freeze_introduction,
    give_introduction,
    note_confidence,
    reopen_introduction,
    start_introduction,
)
from presales.domain.introductions_feedback import give_feedback
from presales.domain.introductions_parts import (
    HeadingMissing,
    NothingChosen,
    NotInDraft,
    NotShowable,
    add_parts,
    add_text,
    change_part,
    choices_for,
    move_part,
    order_parts,
    parts_of,
    remove_part,
)
from presales.domain.introductions_text import sections_of
from presales.models import Introduction, IntroductionPart, Recipient
from presales.tests.factories import IntroductionFactory, IntroductionTextFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(ines):
    return IntroductionFactory(project=ProjectFactory(implementation_manager=ines))


def step_of(introduction):
    step = Step.objects.get(project=introduction.project, key="introduction")
    return step.state, step.next_step, step.waiting_on


def make_ready(version):
    """Pretend that the PDF was made; making it is tested where it is done."""
    DocumentVersion.objects.filter(pk=version.pk).update(
        state="READY", pdf="x.pdf", pdf_sha256="0" * 64
    )


def headings(introduction):
    return [part.heading for part in parts_of(introduction)]


def test_start_introduction_takes_the_profile_and_the_manager(ines, noon):
    ines.title = "Implementation manager"
    ines.save()
    project = ProjectFactory(implementation_manager=ines)
    ProfilePartFactory(title="How we work", order=2)
    ProfilePartFactory(title="Who we are", order=1)

    introduction = start_introduction(
        project=project, title="We, for you", greeting="Hello", actor=ines, at=noon
    )

    assert headings(introduction) == ["Who we are", "How we work", "Ines Example"]
    assert (introduction.state, introduction.created_by) == ("DRAFT", ines)
    assert step_of(introduction) == ("IN_PROGRESS", "Compose it", "")
    assert Entry.objects.of_project(project.pk).order_by("-pk")[0].sentence == (
        "began the introduction “We, for you”"
    )


@pytest.mark.parametrize("person", ["sam", "bea", "cora", "conny", "piet"])
def test_start_introduction_is_for_those_who_run_the_project(request, noon, person):
    project = ProjectFactory()

    with pytest.raises(NotAllowed):
        start_introduction(
            project=project, title="T", greeting="", actor=request.getfixturevalue(person), at=noon
        )

    assert not Introduction.objects.exists()


def test_nothing_is_changed_in_a_project_that_rests(ines, noon):
    draft = IntroductionFactory(project__implementation_manager=ines, project__state="SUSPENDED")

    with pytest.raises(ProjectNotRunning):
        add_text(introduction=draft, title="T", text="", actor=ines, at=noon)

    assert parts_of(draft) == []


def test_choices_say_why_something_may_not_be_shown(draft):
    field = FieldOfBusinessFactory()
    draft.project.customer.field_of_business = field
    ended = QualificationFactory(title="ISO 9001", issuer="Issuer", expired=True)
    far = ReferenceCaseFactory(title="A far case", silent=True)
    near = ReferenceCaseFactory(title="B near case", field_of_business=field)
    ProductFactory(name="Records", is_offered=True)
    ProductFactory(name="Old", is_offered=False)

    groups = {
        group.label: [(c.value, c.label, c.reason) for c in group.choices]
        for group in choices_for(draft, on=date(2026, 3, 2))
    }

    assert groups["Qualification"] == [
        (f"QUALIFICATION-{ended.pk}", "ISO 9001", "ended on 1 March 2026")
    ]
    assert groups["Reference"] == [
        (f"REFERENCE-{near.pk}", "B near case", ""),
        (f"REFERENCE-{far.pk}", "A far case", "the customer has not agreed to being named"),
    ]
    assert [label for _value, label, _reason in groups["Product"]] == ["Records"]


def test_add_parts_appends_and_leaves_out_what_is_there(draft, ines, noon):
    first, second = QualificationFactory.create_batch(2)
    add_parts(introduction=draft, chosen=[f"QUALIFICATION-{first.pk}"], actor=ines, at=noon)

    add_parts(
        introduction=draft,
        chosen=[f"QUALIFICATION-{second.pk}", f"QUALIFICATION-{first.pk}"],
        actor=ines,
        at=noon,
    )

    assert headings(draft) == [first.title, second.title]


def test_add_parts_refuses_what_has_ended_or_has_no_consent(draft, ines, noon):
    fine = ProductFactory()
    ended = QualificationFactory(title="ISO 9001", expired=True)
    silent = ReferenceCaseFactory(title="Branches", silent=True)

    with pytest.raises(NotShowable) as refusal:
        add_parts(
            introduction=draft,
            chosen=[f"PRODUCT-{fine.pk}", f"QUALIFICATION-{ended.pk}", f"REFERENCE-{silent.pk}"],
            actor=ines,
            at=noon,
        )

    assert str(refusal.value) == (
        "This may not be shown to customers: ISO 9001: ended on 1 March 2026; "
        "Branches: the customer has not agreed to being named."
    )
    assert parts_of(draft) == []


@pytest.mark.parametrize("chosen", [[], ["TEXT-1"], ["PRODUCT-x"], ["PRODUCT-999"], ["nonsense"]])
def test_add_parts_refuses_what_is_not_there(draft, ines, noon, chosen):
    with pytest.raises(NothingChosen):
        add_parts(introduction=draft, chosen=chosen, actor=ines, at=noon)


def test_a_stranger_is_no_person_to_introduce(draft, ines, sam, noon):
    with pytest.raises(NothingChosen):
        add_parts(introduction=draft, chosen=[f"PERSON-{sam.pk}"], actor=ines, at=noon)


def test_parts_change_places(draft, ines, noon):
    for title in "ABC":
        add_text(introduction=draft, title=title, text="", actor=ines, at=noon)
    a, _b, c = parts_of(draft)

    move_part(part=c, step=-1, actor=ines, at=noon)
    assert headings(draft) == ["A", "C", "B"]
    move_part(part=a, step=1, actor=ines, at=noon)
    assert headings(draft) == ["C", "A", "B"]
    move_part(part=c, step=-1, actor=ines, at=noon)
    assert headings(draft) == ["C", "A", "B"]


def test_a_part_gets_words_of_its_own_and_can_be_taken_out(draft, ines, noon):
    part = IntroductionTextFactory(introduction=draft)

    change_part(part=part, title="Ours", text="New words", actor=ines, at=noon)
    assert headings(draft) == ["Ours"]

    with pytest.raises(HeadingMissing):
        change_part(part=part, title=" ", text="", actor=ines, at=noon)

    remove_part(part=part, actor=ines, at=noon)
    assert parts_of(draft) == []


def test_an_own_text_needs_a_heading(draft, ines, noon):
    with pytest.raises(HeadingMissing):
        add_text(introduction=draft, title=" ", text="Words", actor=ines, at=noon)


def test_sections_show_qualifications_that_follow_each_other_as_one_table(draft, ines, noon):
    draft.greeting = "Dear all"
    one = QualificationFactory(title="ISO | 9001", issuer="<b>Issuer</b>", number="7")
    two = QualificationFactory(title="ISO 27001", valid_until=date(2030, 1, 31))
    case = ReferenceCaseFactory(title="Branches", customer_name="Referee", text="Forty.")
    add_parts(
        introduction=draft,
        chosen=[f"QUALIFICATION-{one.pk}", f"QUALIFICATION-{two.pk}", f"REFERENCE-{case.pk}"],
        actor=ines,
        at=noon,
    )

    sections = [(section.title, section.markdown) for section in sections_of(draft)]

    assert sections == [
        ("Welcome", "Dear all"),
        (
            "Our qualifications",
            (
                "| Qualification | Number | Issued by | Valid until |\n"
                "|---|---|---|---|\n"
                "| ISO \\| 9001 | 7 | \\<b\\>Issuer\\</b\\> | no end |\n"
                "| ISO 27001 | – | Example Certification | 31 January 2030 |"
            ),
        ),
        ("Branches", "**Referee**\n\nForty."),
    ]


def test_freeze_introduction_numbers_it_and_freezes_what_is_read(draft, ines, noon):
    product = ProductFactory(name="Records", summary="Keeps **files**.")
    add_parts(introduction=draft, chosen=[f"PRODUCT-{product.pk}"], actor=ines, at=noon)

    version = freeze_introduction(introduction=draft, actor=ines, at=noon)

    draft.refresh_from_db()
    assert (draft.state, draft.number) == ("FROZEN", "CI-2026-0001")
    assert (version.kind, version.version, version.number) == (
        "presales.introduction", 1, "CI-2026-0001",
    )  # fmt: skip
    assert [(s["title"], s["html"].strip()) for s in version.content["sections"]] == [
        ("Records", "<p>Keeps <strong>files</strong>.</p>")
    ]
    assert step_of(draft) == ("IN_PROGRESS", "Give it to the customer", "")


def test_freeze_introduction_refuses_one_without_parts(draft, ines, noon):
    with pytest.raises(NothingToShow):
        freeze_introduction(introduction=draft, actor=ines, at=noon)

    draft.refresh_from_db()
    assert (draft.state, draft.number) == ("DRAFT", "")


def test_freeze_introduction_refuses_what_ended_since_it_was_chosen(draft, ines, noon):
    ended = QualificationFactory(title="ISO 9001", expired=True)
    IntroductionPart.objects.create(
        introduction=draft, kind="QUALIFICATION", qualification=ended, order=1
    )

    with pytest.raises(NotShowable):
        freeze_introduction(introduction=draft, actor=ines, at=noon)

    assert not DocumentVersion.objects.exists()


@pytest.fixture
def frozen(draft, ines, noon):
    IntroductionTextFactory(introduction=draft)
    make_ready(freeze_introduction(introduction=draft, actor=ines, at=noon))
    draft.refresh_from_db()
    return draft


def test_a_frozen_introduction_does_not_change_until_it_is_taken_back(frozen, ines, noon):
    with pytest.raises(NotInDraft):
        change_introduction(introduction=frozen, title="New", greeting="", actor=ines, at=noon)
    with pytest.raises(NotInDraft):
        freeze_introduction(introduction=frozen, actor=ines, at=noon)

    reopen_introduction(introduction=frozen, actor=ines, at=noon)
    changed = change_introduction(
        introduction=frozen, title="New", greeting="", actor=ines, at=noon
    )
    version = freeze_introduction(introduction=changed, actor=ines, at=noon)

    assert (version.version, version.number, version.title) == (2, "CI-2026-0001", "New")


def test_reopen_introduction_refuses_a_draft(draft, ines, noon):
    with pytest.raises(IllegalMove):
        reopen_introduction(introduction=draft, actor=ines, at=noon)


def give(introduction, actor, at, *contacts):
    return give_introduction(
        introduction=introduction, contacts=contacts, message="As promised.", valid_days=30,
        actor=actor, at=at,
    )  # fmt: skip


def test_give_introduction_sends_each_contact_a_link(frozen, ines, noon):
    carl, dora = ContactFactory.create_batch(2, customer=frozen.project.customer)

    give(frozen, ines, noon, carl, dora)

    frozen.refresh_from_db()
    assert frozen.state == "GIVEN"
    given = Recipient.objects.order_by("pk").values_list("contact", "version__version", "given_at")
    assert list(given) == [(carl.pk, 1, noon), (dora.pk, 1, noon)]
    links = SharedLink.objects.order_by("pk")
    assert [(link.kind, link.contact, link.subject.number) for link in links] == [
        ("READ", carl, "CI-2026-0001"), ("READ", dora, "CI-2026-0001"),
    ]  # fmt: skip
    message = Message.objects.get(to=carl.email)
    assert "As promised." in message.text
    assert step_of(frozen) == ("WAITING", "Ask how it was received", f"{carl.name}, {dora.name}")


def test_give_introduction_refuses_and_leaves_nothing_behind(frozen, ines, noon):
    carl = ContactFactory(customer=frozen.project.customer)
    give(frozen, ines, noon, carl)
    dora = ContactFactory(customer=frozen.project.customer)

    with pytest.raises(GivenAlready):
        give(frozen, ines, noon, dora, carl)
    with pytest.raises(NobodyChosen):
        give(frozen, ines, noon)
    with pytest.raises(ContactOfOthers):
        give(frozen, ines, noon, dora, ContactFactory())

    assert SharedLink.objects.count() == Recipient.objects.count() == 1


def test_give_introduction_waits_for_the_pdf(draft, ines, noon):
    carl = ContactFactory(customer=draft.project.customer)
    with pytest.raises(IllegalMove):
        give(draft, ines, noon, carl)
    IntroductionTextFactory(introduction=draft)
    freeze_introduction(introduction=draft, actor=ines, at=noon)

    with pytest.raises(NotReadyToGive):
        give(draft, ines, noon, carl)


def test_note_confidence_settles_the_activity(frozen, ines, sam, noon):
    [recipient] = give(frozen, ines, noon, ContactFactory(customer=frozen.project.customer))

    with pytest.raises(NotAllowed):
        note_confidence(recipient=recipient, confidence=5, note="", actor=sam, at=noon)
    with pytest.raises(ValueError, match="6"):
        note_confidence(recipient=recipient, confidence=6, note="", actor=ines, at=noon)
    note_confidence(recipient=recipient, confidence=4, note="Keen", actor=ines, at=noon)

    recipient.refresh_from_db()
    assert (recipient.confidence, recipient.note, recipient.noted_at) == (4, "Keen", noon)
    assert step_of(frozen) == ("DONE", "", "")


def test_what_they_said_themselves_stays(frozen, ines, noon):
    [recipient] = give(frozen, ines, noon, ContactFactory(customer=frozen.project.customer))
    give_feedback(
        link=SharedLink.objects.get(), recipient=recipient, confidence=2, note="Hm", at=noon
    )

    with pytest.raises(AnsweredAlready):
        note_confidence(recipient=recipient, confidence=5, note="Fine", actor=ines, at=noon)

    recipient.refresh_from_db()
    assert (recipient.confidence, recipient.note, recipient.is_own_answer) == (2, "Hm", True)
    assert step_of(frozen) == ("DONE", "", "")
    assert Entry.objects.of_project(frozen.project_id).order_by("-pk")[0].sentence == (
        "answered to the introduction CI-2026-0001 with confidence 2 of 5"
    )
    assert Message.objects.filter(user=ines, subject__contains="has answered").exists()


def test_the_same_answer_is_heard_once_and_no_program_fills_our_mail(frozen, ines, noon):
    [recipient] = give(frozen, ines, noon, ContactFactory(customer=frozen.project.customer))
    said = {"link": SharedLink.objects.get(), "recipient": recipient, "at": noon}
    heard = Message.objects.filter(user=ines, subject__contains="has answered")

    for _click in range(2):
        give_feedback(**said, confidence=4, note="Keen")
    assert heard.count() == 1

    for number in range(1, ANSWERS_A_DAY):
        later = noon + timedelta(minutes=number)
        give_feedback(**said | {"at": later}, confidence=4, note=f"Keen {number}")
    with pytest.raises(TooManyAnswers):
        give_feedback(**said, confidence=5, note="Keen")
    assert heard.count() == ANSWERS_A_DAY
    give_feedback(**said | {"at": noon + timedelta(days=2)}, confidence=5, note="Keen")
    assert heard.count() == ANSWERS_A_DAY + 1


def test_give_feedback_is_for_the_reader_behind_the_link(frozen, ines, noon):
    carl, dora = ContactFactory.create_batch(2, customer=frozen.project.customer)
    to_carl, to_dora = give(frozen, ines, noon, carl, dora)
    link = SharedLink.objects.get(contact=carl)

    for recipient, confidence in ((to_dora, 5), (to_carl, 6), (to_carl, 0)):
        with pytest.raises(ValueError, match=str(confidence)):
            give_feedback(link=link, recipient=recipient, confidence=confidence, note="", at=noon)

    assert not Recipient.objects.exclude(confidence=None).exists()


def test_order_parts_takes_all_of_them_and_nothing_else(draft, ines, noon):
    a, b, c = (
        add_text(introduction=draft, title=title, text="", actor=ines, at=noon) for title in "ABC"
    )

    order_parts(introduction=draft, keys=[c.pk, a.pk, b.pk], actor=ines, at=noon)
    for keys in ([a.pk, b.pk], [a.pk, b.pk, c.pk, c.pk], [a.pk, b.pk, 0]):
        with pytest.raises(DomainError):
            order_parts(introduction=draft, keys=keys, actor=ines, at=noon)

    assert headings(draft) == ["C", "A", "B"]


def test_a_qualification_is_a_fact_whose_words_are_not_replaced(draft, ines, noon):
    item = QualificationFactory(title="ISO 9001")
    [part] = add_parts(introduction=draft, chosen=[f"QUALIFICATION-{item.pk}"], actor=ines, at=noon)

    change_part(part=part, title="", text="Held", replaces_text=True, actor=ines, at=noon)

    part.refresh_from_db()
    assert (part.text, part.replaces_text) == ("Held", False)


@pytest.mark.parametrize("kind", ["PRODUCT", "SOLUTION"])
def test_what_is_not_offered_any_more_is_not_frozen(draft, ines, noon, kind):
    item = {"PRODUCT": ProductFactory, "SOLUTION": OfferedSolutionFactory}[kind]()
    add_parts(introduction=draft, chosen=[f"{kind}-{item.pk}"], actor=ines, at=noon)
    item.is_offered = False
    item.save()

    with pytest.raises(NotShowable, match="not offered any more"):
        freeze_introduction(introduction=draft, actor=ines, at=noon)


def test_add_parts_refuses_a_consent_that_has_ended(draft, ines, noon):
    case = ReferenceCaseFactory(title="Branches", consent_ends_on=date(2026, 3, 1))

    with pytest.raises(NotShowable, match="the consent ended on 1 March 2026"):
        add_parts(introduction=draft, chosen=[f"REFERENCE-{case.pk}"], actor=ines, at=noon)

    assert parts_of(draft) == []
