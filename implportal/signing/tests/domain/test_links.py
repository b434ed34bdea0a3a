from datetime import timedelta

import pytest

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.notifications.models import Message
from implportal.projects.tests.factories import ContactFactory, MemberFactory
from implportal.signing.domain.links import (
    AddressMissing,
    ContactOfOthers,
    LinkIsGone,
    find_by_token,
    note_opened,
    revoke,
    send_again,
)
from implportal.signing.models import SharedLink
from implportal.signing.tests.conftest import token_of


def test_sharing_mails_a_token_that_is_kept_nowhere_else(frozen, shared, now):
    link = shared(frozen())

    token = token_of(link)
    message = link.message
    assert find_by_token(token) == link
    assert token not in message.text
    assert token not in message.subject
    assert token not in str(SharedLink.objects.filter(pk=link.pk).values().get())
    assert not any(token in str(row) for row in Entry.objects.values())
    assert (link.name, link.email) == ("Carl Client", "carl@client.example")
    assert link.expires_at == now + timedelta(days=14)
    entry = Entry.objects.latest("pk")
    assert entry.action == "signing.link_sent"
    assert entry.project_id == link.project_id


def test_sharing_is_refused_to_a_stranger(frozen, shared, sam):
    version = frozen()

    with pytest.raises(NotAllowed):
        shared(version, actor=sam)

    assert not SharedLink.objects.exists()
    assert not Message.objects.exists()


def test_sharing_is_refused_for_a_contact_of_another_customer(frozen, shared, db):
    version = frozen()

    with pytest.raises(ContactOfOthers):
        shared(version, contact=ContactFactory())

    assert not SharedLink.objects.exists()


def test_sharing_needs_an_address(frozen, shared):
    with pytest.raises(AddressMissing):
        shared(frozen(), contact=None)


def test_sending_again_makes_a_new_token_and_closes_the_old_link(frozen, shared, ines, now):
    old = shared(frozen())
    old_token = token_of(old)

    new = send_again(link=old, actor=ines, at=now + timedelta(hours=1))

    old.refresh_from_db()
    assert old.replaced_by == new
    assert not old.is_open(now + timedelta(hours=1))
    assert new.is_open(now + timedelta(hours=1))
    assert token_of(new) != old_token
    assert (new.kind, new.email, new.subject) == (old.kind, old.email, old.subject)
    assert new.expires_at == now + timedelta(days=14, hours=1)


def test_a_link_is_sent_again_once(frozen, shared, ines, now):
    old = shared(frozen())
    send_again(link=old, actor=ines, at=now)

    with pytest.raises(LinkIsGone):
        send_again(link=old, actor=ines, at=now)

    assert SharedLink.objects.count() == 2


def test_revoking_closes_at_once_and_twice_is_silent(frozen, shared, ines, now):
    link = shared(frozen())

    revoke(link=link, actor=ines, at=now)
    revoke(link=link, actor=ines, at=now + timedelta(hours=1))

    link.refresh_from_db()
    assert link.revoked_at == now
    assert Entry.objects.filter(action="signing.link_revoked").count() == 1


def test_revoking_is_refused_to_a_stranger(frozen, shared, sam, now):
    link = shared(frozen())

    with pytest.raises(NotAllowed):
        revoke(link=link, actor=sam, at=now)

    link.refresh_from_db()
    assert link.revoked_at is None


def test_opening_is_noted_once(frozen, shared, now):
    link = shared(frozen())

    assert note_opened(link=link, at=now)
    assert not note_opened(link=link, at=now + timedelta(hours=1))
    assert not note_opened(link=SharedLink.objects.get(), at=now + timedelta(hours=1))

    assert SharedLink.objects.get().opened_at == now
    assert Entry.objects.filter(action="signing.link_opened").get().actor_name == "Carl Client"


@pytest.mark.parametrize("token", ["", "x", "x" * 42, "x" * 44, "é" * 43, "x" * 42 + "\n"])
def test_what_was_never_a_token_is_not_looked_up(token, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert find_by_token(token) is None


def test_a_signer_whose_link_was_taken_back_can_be_sent_a_new_one(frozen, asked, ines, now):
    request = asked(frozen())
    old = request.signers.select_related("link").get(name="Carl Client").link
    revoke(link=old, actor=ines, at=now)

    new = send_again(link=old, actor=ines, at=now)

    assert request.signers.get(name="Carl Client").link == new
    assert new.is_open(now)


def test_a_link_for_signing_is_handled_by_who_runs_the_project(frozen, asked, project, conny, now):
    MemberFactory(project=project, user=conny)
    request = asked(frozen())
    link = request.signers.select_related("link").get(name="Carl Client").link

    with pytest.raises(NotAllowed):
        send_again(link=link, actor=conny, at=now)
    with pytest.raises(NotAllowed):
        revoke(link=link, actor=conny, at=now)

    link.refresh_from_db()
    assert link.revoked_at is None


def test_a_member_of_the_team_may_share(frozen, shared, project, conny):
    MemberFactory(project=project, user=conny)

    assert shared(frozen(), actor=conny).sent_by == conny
