"""Whatever is done to the record behind the portal's back is found when chains are recomputed."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from implportal.audit.domain import broken_at, check_chains, hash_of, record
from implportal.audit.models import Chain, ChainCheck, Entry
from implportal.audit.registry import ACTIONS
from implportal.projects.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

EVENTS = 5


def write(chain, noon, count=EVENTS):
    action = next(iter(ACTIONS))
    customer = CustomerFactory()
    with transaction.atomic():
        for number in range(count):
            record(
                action, subject=customer, actor=None, at=noon, chain=chain,
                actor_name="Carl", details={"number": number},
            )  # fmt: skip
    return Chain.objects.get(name=chain)


@pytest.fixture
def chain(noon):
    return write("first", noon)


def rows(chain):
    return Entry.objects.filter(chain=chain)


def edit_words(chain):
    rows(chain).filter(sequence=3).update(actor_name="Somebody else")


def edit_details(chain):
    rows(chain).filter(sequence=3).update(details={"number": 99})


def edit_and_hash_anew(chain):
    entry = rows(chain).get(sequence=3)
    entry.actor_name = "Somebody else"
    rows(chain).filter(sequence=3).update(actor_name=entry.actor_name, hash=hash_of(entry))


def delete_inside(chain):
    rows(chain).filter(sequence=3).delete()


def delete_and_close_the_gap(chain):
    rows(chain).filter(sequence=3).delete()
    for sequence in (4, 5):
        rows(chain).filter(sequence=sequence).update(sequence=sequence - 1)
    Chain.objects.filter(pk=chain.pk).update(length=4)


def cut_off_the_end(chain):
    rows(chain).filter(sequence=5).delete()


def insert(chain):
    entry = rows(chain).get(sequence=5)
    entry.pk, entry.sequence, entry.previous_hash = None, 6, entry.hash
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)


def reorder(chain):
    rows(chain).filter(sequence=3).update(sequence=99)
    rows(chain).filter(sequence=4).update(sequence=3)
    rows(chain).filter(sequence=99).update(sequence=4)


def rewrite_head(chain):
    Chain.objects.filter(pk=chain.pk).update(head="0" * 64)


def rewrite_length(chain):
    Chain.objects.filter(pk=chain.pk).update(length=4)


HARM = {
    edit_words: 3,
    edit_details: 3,
    edit_and_hash_anew: 4,
    delete_inside: 3,
    delete_and_close_the_gap: 3,
    cut_off_the_end: 5,
    insert: 6,
    reorder: 3,
    rewrite_head: 6,
    rewrite_length: 5,
}


@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__)
def test_any_harm_is_found_at_its_place(harm, chain, noon, as_owner_of_the_database):
    other = write("second", noon)
    with as_owner_of_the_database():
        harm(chain)
    heard = []

    check = check_chains(at=noon, on_broken=lambda *found: heard.append(found))

    assert heard == [("first", HARM[harm])]
    assert check.broken == [{"chain": "first", "sequence": HARM[harm]}]
    assert (check.is_whole, broken_at(other)) == (False, None)


def test_an_entry_that_comes_while_the_chain_is_read_is_no_harm(chain, noon, monkeypatch):
    read = Chain.refresh_from_db

    def and_then_it_grew(self, **fields):
        monkeypatch.setattr(Chain, "refresh_from_db", read)
        write("first", noon, count=1)
        read(self, **fields)

    monkeypatch.setattr(Chain, "refresh_from_db", and_then_it_grew)

    assert broken_at(chain) is None
    assert chain.length == EVENTS + 1


def test_a_chain_that_is_gone_altogether_is_missed(chain, noon, as_owner_of_the_database):
    write("second", noon)
    check_chains(at=noon, on_broken=print)
    with as_owner_of_the_database():
        rows(chain).delete()
        chain.delete()

    missed = check_chains(at=noon, on_broken=print)
    still_missed = check_chains(at=noon, on_broken=print)

    assert (missed.missing, missed.broken, missed.is_whole) == (1, [], False)
    assert still_missed.missing == 1


@pytest.mark.parametrize("events", [1, 30])
def test_checking_costs_the_same_queries_for_any_length(noon, events, django_assert_num_queries):
    write("first", noon, count=events)

    with django_assert_num_queries(5):  # last check, chains, entries, end of chain, result
        check_chains(at=noon, on_broken=print)


def test_the_command_says_whole(chain):
    said = StringIO()

    call_command("check_chains", stdout=said)

    assert said.getvalue() == f"WHOLE: 1 chains, {EVENTS} entries.\n"


def test_the_command_fails_and_says_where(chain, as_owner_of_the_database):
    said = StringIO()
    with as_owner_of_the_database():
        edit_words(chain)

    with pytest.raises(CommandError, match="NOT WHOLE: 1 chains, 5 entries, 1 chains broken") as e:
        call_command("check_chains", stdout=said)

    assert e.value.returncode == 1
    assert said.getvalue() == "first does not fit from entry 3 on\n"
    assert ChainCheck.objects.get().broken == [{"chain": "first", "sequence": 3}]
