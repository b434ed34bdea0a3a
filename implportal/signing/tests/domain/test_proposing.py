"""Whom the form for a new request proposes."""

import pytest

from implportal.projects.tests.factories import ContactFactory, ProjectFactory
from implportal.signing.domain import proposing
from implportal.signing.domain.delegation import delegate_for
from implportal.signing.domain.proposing import propose_signers
from implportal.signing.domain.requests import SignerSpec, Terms, prepare_request


@pytest.fixture
def proposed(project):
    """Return names with part and turn, and the reason."""

    def _proposed(subject=None, of=None):
        proposal = propose_signers(project=of or project, subject=subject)
        people = [(s.contact.name, str(s.role), s.order) for s in proposal.signers]
        return people, proposal.reason

    return _proposed


def test_where_nothing_is_known_nobody_is_proposed(proposed, carl):
    assert proposed() == ([], "")


def test_executives_among_the_contacts_are_better_than_nobody(proposed, carl):
    ContactFactory(customer=carl.customer, name="Elsa Executive", kinds=["EXECUTIVE"])

    assert proposed() == ([("Elsa Executive", "SIGNER", 1)], proposing.EXECUTIVES)


def test_sponsor_and_decision_makers_are_better_than_any_executive(proposed, project, carl, dora):
    ContactFactory(customer=carl.customer, kinds=["EXECUTIVE"])
    other = ContactFactory(customer=carl.customer)
    for contact, role in ((dora, "DECISION_MAKER"), (carl, "SPONSOR"), (other, "KEY_USER")):
        project.stakeholders.create(contact=contact, role=role)

    assert proposed() == (
        [("Carl Client", "SIGNER", 1), ("Dora Client", "SIGNER", 1)],
        proposing.DECIDES,
    )


def test_who_was_asked_before_keeps_part_and_turn(proposed, project, frozen, asked, carl, dora):
    asked(frozen(), [SignerSpec(carl, "APPROVER", 1), SignerSpec(dora, "SIGNER", 2)])

    people = [("Carl Client", "APPROVER", 1), ("Dora Client", "SIGNER", 2)]
    assert proposed(project) == (people, proposing.SAME_DOCUMENT)
    assert proposed() == (people, proposing.SAME_PROJECT)
    other = ProjectFactory(customer=project.customer)
    assert proposed(other) == (people, proposing.SAME_PROJECT)
    assert proposed(of=other) == ([], "")


def test_who_handed_over_is_not_asked_again(
    proposed, project, frozen, asked, carl, dora, ines, now
):
    request = asked(frozen(), [SignerSpec(carl), SignerSpec(dora)])
    new = ContactFactory(customer=carl.customer, name="Nora New")
    delegate_for(
        signer=request.signers.get(name="Carl Client"), name=new.name, email=new.email,
        reason="Left", actor=ines, at=now,
    )  # fmt: skip

    assert proposed(project)[0] == [("Dora Client", "SIGNER", 1), ("Nora New", "SIGNER", 1)]


def test_neither_minutes_nor_drafts_say_who_signs(
    proposed, project, frozen, asked, carl, ines, now
):
    prepare_request(version=frozen(), signers=[SignerSpec(carl)], terms=Terms(), actor=ines, at=now)
    assert proposed(project) == ([], "")

    asked(frozen(kind="test.minutes"), [SignerSpec(carl)])

    assert proposed(project) == ([], "")
