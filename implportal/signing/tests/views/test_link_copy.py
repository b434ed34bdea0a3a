"""A link that somebody of ours copies: shown once, and never enough to sign with."""

import logging
import re

import pytest
from django.urls import reverse

from implportal.audit.models import Entry
from implportal.kernel.errors import NotAllowed
from implportal.notifications.models import Message
from implportal.projects.tests.factories import MemberFactory
from implportal.signing.domain.links import copy_by_hand, find_by_token
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.middleware import HEADERS
from implportal.signing.models import SharedLink
from implportal.signing.tests.conftest import at, token_of


def url(route, link):
    return reverse(f"signing:{route}", kwargs={"project_pk": link.project_id, "pk": link.pk})


def token_in(page: str) -> str:
    return re.search(r"/s/([\w-]{43})/", page)[1]


@pytest.fixture
def plain_link(frozen, asked, carl):
    """A link for signing a kind of document that asks for no code."""
    return asked(frozen(), [SignerSpec(carl)]).signers.select_related("link").get().link


def test_the_link_is_shown_in_that_one_answer_and_never_again(
    plain_link, sign_in, ines, caplog, client
):
    caplog.set_level(logging.DEBUG)
    old_token, browser = token_of(plain_link), sign_in(ines)

    asked = browser.get(url("link_copy", plain_link))
    answer = browser.post(url("link_copy", plain_link))

    page = answer.content.decode()
    token = token_in(page)
    new = find_by_token(token)
    assert (new.copied_by_hand, new.message, new.email) == (True, None, "carl@client.example")
    assert page.count(token) == 1
    assert "a one-time code goes to that address" in page
    assert "Whoever holds the link gets in" in asked.content.decode()
    assert {name: answer[name] for name in HEADERS} == HEADERS
    again = [
        browser.get(url("link_copy", new)),
        browser.post(url("link_copy", plain_link)),
        browser.get(reverse("signing:link_list", kwargs={"project_pk": new.project_id})),
        browser.get(new.signer.request.get_absolute_url()),
    ]
    assert not any(token in one.content.decode() for one in again)
    assert "was closed or replaced already" in again[1].content.decode()
    assert token not in str(list(Message.objects.values()))
    assert token not in str(list(Entry.objects.values()))
    assert token not in str(list(SharedLink.objects.values()))
    assert token not in caplog.text
    assert client.get(f"/s/{old_token}/").status_code == 410
    assert client.get(f"/s/{token}/").status_code == 302


def test_it_forces_a_code_where_the_kind_of_document_asks_for_none(
    plain_link, ines, now, client, settings
):
    link, address = copy_by_hand(link=plain_link, actor=ines, at=now)
    client.get(address.removeprefix(settings.BASE_URL))

    page = client.get(at("link_sign", link))
    form = page.context["sign_form"].initial | {"typed_name": "Carl", "consent": "on"}
    refused = client.post(at("link_sign", link), form)

    assert "Send me the code" in page.content.decode()
    assert "Send me the code" in refused.content.decode()
    link.signer.refresh_from_db()
    assert link.signer.state != "SIGNED"


def test_it_is_on_record_who_copied_for_whom(plain_link, ines, now):
    link, _address = copy_by_hand(link=plain_link, actor=ines, at=now)

    entry = Entry.objects.get(action="signing.link_copied")
    assert (entry.actor, entry.details["name"]) == (ines, "Carl Client")
    assert entry.chain.name == link.signer.request.chain
    assert entry.details.keys() == {"name", "kind", "until"}


def test_it_is_for_those_who_may_give_links(frozen, shared, plain_link, project, conny, sam, now):
    MemberFactory(project=project, user=conny)
    to_read = shared(plain_link.subject)

    for link, who in ((to_read, sam), (plain_link, conny)):
        with pytest.raises(NotAllowed):
            copy_by_hand(link=link, actor=who, at=now)
        link.refresh_from_db()
        assert link.revoked_at is None
    assert copy_by_hand(link=to_read, actor=conny, at=now)[0].copied_by_hand


@pytest.mark.parametrize(
    ("who", "status"), [("ines", 200), ("adam", 200), ("bea", 403), ("sam", 404), ("conny", 404)]
)
def test_the_page_is_for_those_who_run_the_project(who, status, plain_link, request, sign_in):
    browser = sign_in(request.getfixturevalue(who))

    assert browser.post(url("link_copy", plain_link)).status_code == status
