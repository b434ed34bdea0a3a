from datetime import date

import pytest

from implportal.audit.models import Entry
from implportal.catalogue.domain.items import order_profile, save_item
from implportal.catalogue.models import (
    OfferedSolution,
    Product,
    ProfilePart,
    Qualification,
    ReferenceCase,
    Standing,
)
from implportal.catalogue.tests.factories import ProductFactory, ProfilePartFactory
from implportal.kernel.errors import DomainError, NotAllowed

TODAY = date(2026, 3, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["adam", "cora"])
def test_save_item_keeps_it_and_says_so_on_record(request, noon, person):
    actor = request.getfixturevalue(person)

    item = save_item(item=Product(code="REC", name="Records"), actor=actor, at=noon)
    item.name = "Records 2"
    save_item(item=item, actor=actor, at=noon)

    assert Product.objects.get().name == "Records 2"
    assert [entry.sentence for entry in Entry.objects.order_by("pk")] == [
        "added “Records” to the catalogue",
        "changed “Records 2” in the catalogue",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["ines", "piet", "bea", "conny"])
def test_save_item_is_refused_to_others(request, noon, person):
    product = ProductFactory(name="Records")
    product.name = "Mine"

    with pytest.raises(NotAllowed):
        save_item(item=product, actor=request.getfixturevalue(person), at=noon)

    product.refresh_from_db()
    assert product.name == "Records"
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_save_item_keeps_what_belongs_to_a_solution(cora, noon):
    products = ProductFactory.create_batch(2)

    item = save_item(
        item=OfferedSolution(title="Records on the ward", text="T"),
        related={"products": products},
        actor=cora,
        at=noon,
    )

    assert list(item.products.order_by("pk")) == products


@pytest.mark.django_db
def test_order_profile_puts_the_parts_in_order(cora, ines):
    a, b, c = (ProfilePartFactory(title=title) for title in "ABC")

    order_profile(keys=[c.pk, a.pk, b.pk], actor=cora)
    with pytest.raises(DomainError):
        order_profile(keys=[a.pk, b.pk], actor=cora)
    with pytest.raises(NotAllowed):
        order_profile(keys=[a.pk, b.pk, c.pk], actor=ines)

    assert [part.title for part in ProfilePart.objects.order_by("order", "pk")] == ["C", "A", "B"]


@pytest.mark.parametrize(
    ("end", "standing"),
    [
        (None, Standing.VALID),
        (date(2026, 5, 2), Standing.VALID),
        (date(2026, 5, 1), Standing.ENDS_SOON),
        (TODAY, Standing.ENDS_SOON),
        (date(2026, 3, 1), Standing.ENDED),
    ],
)
def test_a_qualification_stands_by_the_day_on_which_it_ends(end, standing):
    assert Qualification(valid_until=end).standing_on(TODAY) == standing


@pytest.mark.parametrize(
    ("given", "end", "standing"),
    [
        (None, None, Standing.MISSING),
        (date(2026, 3, 3), None, Standing.MISSING),
        (TODAY, None, Standing.VALID),
        (date(2025, 1, 1), date(2026, 3, 20), Standing.ENDS_SOON),
        (date(2025, 1, 1), date(2026, 3, 1), Standing.ENDED),
    ],
)
def test_a_reference_stands_by_its_consent(given, end, standing):
    case = ReferenceCase(consent_given_on=given, consent_ends_on=end)

    assert case.standing_on(TODAY) == standing
