import pytest

from implportal.audit.domain import broken_at
from implportal.audit.models import Chain, Entry
from implportal.kernel.errors import NotAllowed
from implportal.projects.domain.projects import (
    ProjectNotRunning,
    WrongRole,
    change_project,
    create_project,
)
from implportal.projects.domain.stops import resume_project, stop_project
from implportal.projects.models import Project
from implportal.projects.tests.factories import CustomerFactory, MemberFactory, ProjectFactory

pytestmark = pytest.mark.django_db


def start(actor, at, **fields):
    customer = fields.pop("customer", None) or CustomerFactory()
    given = {"title": "Records", "implementation_manager": actor} | fields
    return create_project(customer=customer, actor=actor, at=at, **given)


def test_create_project_numbers_it_and_lays_out_seventeen_steps(ines, noon):
    first, second = start(ines, noon), start(ines, noon)

    assert [first.code, second.code] == ["IP-2026-0001", "IP-2026-0002"]
    assert [(step.key, step.state) for step in first.steps.order_by("order")][:2] == [
        ("introduction", "NOT_STARTED"),
        ("survey", "NOT_STARTED"),
    ]
    assert first.steps.count() == 17
    entry = Entry.objects.of_project(first.pk).get()
    assert (entry.actor, entry.at, entry.sentence) == (
        ines,
        noon,
        f"started the project for {first.customer}",
    )


def test_create_project_leaves_no_gap_when_it_is_refused(ines, piet, noon):
    with pytest.raises(WrongRole):
        start(ines, noon, implementation_manager=piet)

    assert start(ines, noon).code == "IP-2026-0001"


@pytest.mark.parametrize("person", ["piet", "bea", "cora", "conny"])
def test_create_project_is_for_implementation_managers(request, noon, person):
    with pytest.raises(NotAllowed):
        start(request.getfixturevalue(person), noon)

    assert not Project.objects.exists()


def test_a_new_project_manager_must_be_granted_permission_again(ines, piet, noon):
    project = ProjectFactory(implementation_manager=ines, delivering=True)

    change_project(project=project, actor=ines, at=noon, project_manager=piet)

    project.refresh_from_db()
    assert (project.project_manager, project.delivery_granted_at) == (piet, None)


def test_a_suspended_project_refuses_changes_until_it_is_resumed(ines, noon):
    project = ProjectFactory(implementation_manager=ines)
    stop_project(project=project, state="SUSPENDED", actor=ines, at=noon, reason="Budget")

    with pytest.raises(ProjectNotRunning) as refusal:
        change_project(project=project, actor=ines, at=noon, title="Other")

    assert str(refusal.value) == ("This project is “Suspended”, so nothing in it can be changed.")
    resume_project(project=project, actor=ines, at=noon)
    assert change_project(project=project, actor=ines, at=noon, title="Other").title == "Other"


@pytest.mark.parametrize(
    ("person", "sees"),
    [
        ("ines", True),
        ("adam", True),
        ("bea", True),
        ("conny", True),
        ("sam", False),
        ("piet", False),
        ("cora", False),
    ],
)
def test_visible_to(request, ines, conny, person, sees):
    project = ProjectFactory(implementation_manager=ines)
    MemberFactory(project=project, user=conny)

    visible = Project.objects.visible_to(request.getfixturevalue(person))

    assert list(visible) == ([project] if sees else [])


def test_the_chain_of_a_project_shows_an_edited_entry(ines, noon, as_owner_of_the_database):
    project = start(ines, noon)
    for title in ("One", "Two", "Three"):
        change_project(project=project, actor=ines, at=noon, title=title)
    chain = Chain.objects.get(name=f"project:{project.pk}")
    assert (broken_at(chain), chain.length) == (None, 4)

    with as_owner_of_the_database():
        Entry.objects.filter(chain=chain, sequence=3).update(actor_name="Somebody else")

    assert broken_at(chain) == 3
