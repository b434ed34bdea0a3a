from datetime import date

import pytest

from implportal.catalogue.tests.factories import (
    OfferedSolutionFactory,
    ProductFactory,
    QualificationFactory,
    ReferenceCaseFactory,
)
from implportal.kernel.errors import NotAllowed
from implportal.projects.domain.projects import ProjectNotRunning
from implportal.projects.tests.factories import ProjectFactory
from presales.domain.introductions_parts import add_parts, change_part, parts_of
from presales.domain.introductions_reuse import start_from_earlier
from presales.models import Introduction, IntroductionPart
from presales.tests.factories import IntroductionFactory, IntroductionTextFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def earlier(ines):
    return IntroductionFactory(project=ProjectFactory(implementation_manager=ines))


def begin(earlier, actor, at, project=None):
    return start_from_earlier(
        earlier=earlier,
        project=project or ProjectFactory(implementation_manager=actor),
        title="Again",
        greeting="Hello",
        actor=actor,
        at=at,
    )


def test_it_takes_parts_their_order_and_their_words(earlier, ines, noon):
    solution, product = OfferedSolutionFactory(title="Wards"), ProductFactory(name="Records")
    add_parts(
        introduction=earlier, chosen=[f"PERSON-{ines.pk}", f"SOLUTION-{solution.pk}"],
        actor=ines, at=noon,
    )  # fmt: skip
    [added] = add_parts(introduction=earlier, chosen=[f"PRODUCT-{product.pk}"], actor=ines, at=noon)
    change_part(part=added, title="Yours", text="Other", replaces_text=True, actor=ines, at=noon)

    begun = begin(earlier, ines, noon, project=earlier.project)

    taken = [(p.kind, p.heading, p.text, p.replaces_text) for p in parts_of(begun.introduction)]
    assert taken == [
        ("PERSON", "Ines Example", "", False),
        ("SOLUTION", "Wards", "", False),
        ("PRODUCT", "Yours", "Other", True),
    ]
    assert (begun.left_out, begun.reworded) == ([], [])
    assert begun.introduction.greeting == "Hello"
    assert len(parts_of(earlier)) == 3


def test_it_leaves_out_what_may_not_be_shown_any_more_and_says_why(earlier, ines, sam, noon):
    for order, item in enumerate(
        (
            {"kind": "QUALIFICATION", "qualification": QualificationFactory(expired=True)},
            {"kind": "REFERENCE", "reference": ReferenceCaseFactory(silent=True)},
            {
                "kind": "REFERENCE",
                "reference": ReferenceCaseFactory(consent_ends_on=date(2026, 3, 1)),
            },
            {"kind": "PRODUCT", "product": ProductFactory(is_offered=False)},
            {"kind": "PERSON", "person": sam},
        )
    ):
        IntroductionPart.objects.create(introduction=earlier, order=order, **item)

    begun = begin(earlier, ines, noon)

    assert [line.partition(": ")[2] for line in begun.left_out] == [
        "ended on 1 March 2026",
        "the customer has not agreed to being named",
        "the consent ended on 1 March 2026",
        "it is not offered any more",
        "does not work on this project",
    ]
    assert [part.heading for part in parts_of(begun.introduction)] == ["Ines Example"]


def test_it_names_the_words_that_were_written_for_another_customer(earlier, ines, noon):
    IntroductionTextFactory(introduction=earlier, title="Why you")

    assert begin(earlier, ines, noon).reworded == ["Why you"]


def test_it_is_refused_for_what_one_may_not_see_or_run(earlier, ines, sam, noon):
    with pytest.raises(NotAllowed):
        begin(earlier, sam, noon)
    with pytest.raises(NotAllowed):
        begin(earlier, ines, noon, project=ProjectFactory(implementation_manager=sam))
    with pytest.raises(ProjectNotRunning):
        begin(
            earlier, ines, noon,
            project=ProjectFactory(implementation_manager=ines, state="SUSPENDED"),
        )  # fmt: skip

    assert Introduction.objects.get() == earlier
