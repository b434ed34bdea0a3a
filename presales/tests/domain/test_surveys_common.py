import pytest

from implportal.audit.models import Entry
from implportal.catalogue.tests.factories import FieldOfBusinessFactory
from implportal.kernel.errors import NotAllowed
from implportal.projects.tests.factories import ProjectFactory
from presales.domain.surveys_common import (
    NotOfThisField,
    OnTheListAlready,
    remove_common_requirement,
    save_common_requirement,
    take_common_requirements,
)
from presales.domain.surveys_requirements import NothingTicked
from presales.models import CommonRequirement, Requirement
from presales.tests.factories import RequirementFactory
from presales.tests.factories_surveys import CommonRequirementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinics():
    return FieldOfBusinessFactory(name="Clinics")


@pytest.fixture
def project(ines, clinics):
    return ProjectFactory(implementation_manager=ines, customer__field_of_business=clinics)


def test_what_is_common_is_taken_over_at_once_and_knows_where_it_comes_from(
    project, clinics, ines, noon
):
    one = CommonRequirementFactory(text="Whoever opens it is logged.", priority="MUST")
    two = CommonRequirementFactory(text="病歴は十年間残る。", field_of_business=clinics)
    other = CommonRequirementFactory(text="Never taken.", field_of_business=clinics)

    made = take_common_requirements(project=project, items=[one, two], actor=ines, at=noon)

    assert [(row.code, row.text, row.source, row.priority) for row in made] == [
        ("R-001", "Whoever opens it is logged.", "FIELD", "MUST"),
        ("R-002", "病歴は十年間残る。", "FIELD", "SHOULD"),
    ]
    assert [row.common_origins.get() for row in made] == [one, two]
    assert other.requirements.count() == 0


def test_what_the_project_has_is_left_out(project, ines, noon):
    made_before = CommonRequirementFactory(text="A")
    [first] = take_common_requirements(project=project, items=[made_before], actor=ines, at=noon)
    first.text = "A, but for us in other words"
    first.save()
    RequirementFactory(project=project, number=2, text="same  WORDS")
    dropped = CommonRequirementFactory(text="Dropped")
    RequirementFactory(
        project=project, number=3, text="Dropped", state="DROPPED", dropped_reason="No need"
    )

    again = take_common_requirements(
        project=project,
        items=[made_before, CommonRequirementFactory(text="Same words"), dropped],
        actor=ines,
        at=noon,
    )

    assert [row.text for row in again] == ["Dropped"]


def test_another_field_none_at_all_and_strangers_are_refused(project, ines, sam, bea, noon):
    item, elsewhere = (
        CommonRequirementFactory(),
        CommonRequirementFactory(field_of_business=FieldOfBusinessFactory(name="Harbours")),
    )

    for items, actor, refusal in [
        ([item, elsewhere], ines, NotOfThisField),
        ([], ines, NothingTicked),
        ([item], sam, NotAllowed),
        ([item], bea, NotAllowed),
    ]:
        with pytest.raises(refusal):
            take_common_requirements(project=project, items=items, actor=actor, at=noon)

    assert Requirement.objects.count() == 0


def test_a_sentence_stands_once_in_a_field(clinics, ines, noon):
    keep = save_common_requirement
    item = keep(
        item=CommonRequirement(text="It  is\nlogged.", field_of_business=clinics),
        actor=ines, at=noon,
    )  # fmt: skip
    assert item.text == "It is logged."
    assert Entry.objects.get().sentence == "changed what is common in Clinics: It is logged."

    with pytest.raises(OnTheListAlready):
        keep(item=CommonRequirement(text="it is LOGGED.", field_of_business=clinics),
             actor=ines, at=noon)  # fmt: skip
    keep(item=CommonRequirement(text="It is logged."), actor=ines, at=noon)
    with pytest.raises(OnTheListAlready):
        keep(item=CommonRequirement(text="It is logged."), actor=ines, at=noon)
    keep(item=item, actor=ines, at=noon)


def test_removing_one_leaves_what_was_made_of_it(project, ines, noon):
    item = CommonRequirementFactory(text="It is logged.")
    [made] = take_common_requirements(project=project, items=[item], actor=ines, at=noon)

    remove_common_requirement(item=item, actor=ines, at=noon)

    made.refresh_from_db()
    assert (made.text, made.source) == ("It is logged.", "FIELD")
    assert Entry.objects.latest("pk").sentence == (
        "took off the list of what is common in every field: It is logged."
    )


@pytest.mark.parametrize("person", ["piet", "bea", "cora", "conny"])
def test_the_list_is_not_kept_by_others(request, noon, person):
    actor, item = request.getfixturevalue(person), CommonRequirementFactory()

    with pytest.raises(NotAllowed):
        save_common_requirement(item=CommonRequirement(text="Mine"), actor=actor, at=noon)
    with pytest.raises(NotAllowed):
        remove_common_requirement(item=item, actor=actor, at=noon)

    assert CommonRequirement.objects.get() == item
