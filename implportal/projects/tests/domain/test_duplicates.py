import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.projects.domain.duplicates import (
    NotTheSame,
    alike_contacts,
    customers_like,
    merge_contacts,
    merge_customers,
    plain_name,
    what_moves,
)
from implportal.projects.models import Contact, Customer, Stakeholder
from implportal.projects.tests.factories import ContactFactory, CustomerFactory, ProjectFactory
from implportal.signing.domain.links import share

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("City Hospital GmbH", "city  hospital"),
        ("Société Générale S.A.", "Societe Generale S A"),
        ("Müller & Söhne AG", "MÜLLER SÖHNE"),
        ("北京医院", "北京医院"),
    ],
)
def test_names_that_say_the_same(one, other):
    assert plain_name(one) == plain_name(other)


@pytest.mark.parametrize(
    ("one", "other"), [("City Hospital", "City Clinic"), ("Co", "Ltd"), ("مستشفى", "北京")]
)
def test_names_that_do_not(one, other):
    assert plain_name(one) != plain_name(other)


def test_customers_like_are_found_among_those_one_may_see(ines, conny):
    same = CustomerFactory(name="City Hospital Ltd")
    CustomerFactory(name="Town Hospital")

    assert customers_like("city hospital", user=ines) == [same]
    assert customers_like("city hospital", user=ines, but=same.pk) == []
    assert customers_like("city hospital", user=conny) == []
    assert customers_like(" ?! ", user=ines) == []


def test_contacts_of_one_name_are_shown_together():
    anna, ben, twin = (
        ContactFactory.build(name=name) for name in ("Anna Weber", "Ben", "anna  weber")
    )

    assert alike_contacts([anna, ben, twin]) == [[anna, twin]]


def test_merged_contacts_keep_their_links_and_their_place_among_stakeholders(ines, noon):
    customer = CustomerFactory()
    kept = ContactFactory(customer=customer, kinds=["IT"])
    merged = ContactFactory(
        customer=customer, name="Twin", title="Head", kinds=["EXPERT"], consents_to_reference=True
    )
    both, alone = ProjectFactory.create_batch(2, customer=customer, implementation_manager=ines)
    for project, contact in ((both, kept), (both, merged), (alone, merged)):
        Stakeholder.objects.create(project=project, contact=contact, role="EXPERT")
    link = share(
        kind="READ", project=alone, subject=alone, contact=merged, actor=ines, at=noon,
        valid_days=7, subject_line="Read",
    )  # fmt: skip
    moved = {one.label: one.count for one in what_moves(merged)}

    merge_contacts(kept=kept, merged=merged, actor=ines, at=noon)

    kept.refresh_from_db()
    link.refresh_from_db()
    assert moved == {"stakeholders": 2, "shared links": 1}
    assert (kept.title, kept.kinds, kept.consents_to_reference) == ("Head", ["IT", "EXPERT"], False)
    assert link.contact == kept
    stakes = Stakeholder.objects.order_by("project").values_list("project", "contact")
    assert list(stakes) == [(both.pk, kept.pk), (alone.pk, kept.pk)]
    assert list(Contact.objects.all()) == [kept]
    assert "merged the contact Twin <" in Entry.objects.latest("pk").sentence


def test_merged_customers_become_one_with_all_projects_and_people(ines, noon):
    kept, merged = CustomerFactory(region=""), CustomerFactory(name="City", region="North")
    ContactFactory(customer=kept, email="anna@x.example", phone="")
    ContactFactory(customer=merged, email="Anna@x.example", phone="7")
    ContactFactory(customer=merged, email="ben@x.example")
    project = ProjectFactory(customer=merged, implementation_manager=ines)

    merge_customers(kept=kept, merged=merged, actor=ines, at=noon)

    kept.refresh_from_db()
    project.refresh_from_db()
    emails = kept.contacts.order_by("pk").values_list("email", flat=True)
    assert (project.customer, kept.region, list(emails)) == (
        kept, "North", ["anna@x.example", "ben@x.example"],
    )  # fmt: skip
    assert list(Customer.objects.all()) == [kept]


def test_what_is_not_merged(ines, conny, noon):
    contact, stranger = ContactFactory(), ContactFactory()

    with pytest.raises(NotTheSame):
        merge_contacts(kept=contact, merged=contact, actor=ines, at=noon)
    with pytest.raises(NotTheSame):
        merge_contacts(kept=contact, merged=stranger, actor=ines, at=noon)
    with pytest.raises(NotAllowed):
        merge_customers(kept=contact.customer, merged=stranger.customer, actor=conny, at=noon)

    assert (Contact.objects.count(), Customer.objects.count()) == (2, 2)


def test_of_two_merges_of_the_same_pair_one_wins(ines, noon, together):
    one, other = CustomerFactory.create_batch(2)

    outcomes = together(
        lambda: merge_customers(kept=one, merged=other, actor=ines, at=noon),
        lambda: merge_customers(kept=other, merged=one, actor=ines, at=noon),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Customer", "NotTheSame"]
    assert Customer.objects.count() == 1
