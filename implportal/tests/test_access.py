"""Every address, for every role and for nobody: one table says what is answered."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from implportal.tests.scene import Scene
from implportal.tests.test_architecture import OURS

pytestmark = pytest.mark.django_db
ROLES = ("ines", "sam", "piet", "bea", "cora", "conny", "adam", "nobody")
"""ines runs the project, sam is of another team, piet delivers it, bea collects, cora is
commerce and not involved, conny is a member, adam an administrator, nobody is signed out."""

TABLE = Path(__file__).with_name("access_table.txt")


def read_table() -> dict[str, list[int]]:
    """Route and method -> the status for each role, in the order of ROLES."""
    lines = [line.split() for line in TABLE.read_text().splitlines()[1:] if line.strip()]
    return {f"{route} {method}": [int(code) for code in codes] for route, method, *codes in lines}


def our_routes(patterns=None, namespace="", outer=()):
    """Give name, view and the names of the places in the address of each of our routes."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        places = (*outer, *pattern.pattern.converters)
        if hasattr(pattern, "url_patterns"):
            yield from our_routes(pattern.url_patterns, pattern.namespace or namespace, places)
        elif pattern.callback.__module__.startswith(OURS):
            yield f"{namespace}:{pattern.name}", pattern.callback.view_class, places


def methods_of(view: type) -> list[str]:
    return [method.upper() for method in ("get", "post") if hasattr(view, method)]


@pytest.fixture
def scene(ines, sam, piet, bea, cora, conny, adam, noon):
    people = {"ines": ines, "sam": sam, "piet": piet, "bea": bea, "cora": cora}
    return Scene(people=people | {"conny": conny, "adam": adam}, at=noon)


@pytest.fixture
def answers(scene, sign_in):
    """Ask every address with every method as one role; whatever that changed is undone."""

    def ask(role: str) -> dict[str, int]:
        browser = Client() if role == "nobody" else sign_in(scene.people[role])
        found = {}
        for name, view, places in our_routes():
            address = scene.address(name, places)
            for method in methods_of(view):
                with transaction.atomic():
                    # An empty form: what is asked is who may come in, not what is written.
                    response = browser.generic(method, address)
                    if response.streaming:
                        list(response.streaming_content)  # to its end, which closes the file
                    found[f"{name} {method}"] = response.status_code
                    transaction.set_rollback(True)
        return found

    return ask


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_as_the_table_says(answers, role):
    place = ROLES.index(role)
    table = {key: codes[place] for key, codes in read_table().items()}

    found = answers(role)

    wrong = {
        key: (table.get(key, "not in the table"), code)
        for key, code in found.items()
        if table.get(key) != code
    }
    assert wrong == {}, "address: (the table, the answer)"
    assert set(table) == set(found), "the table has routes that no longer exist"


@pytest.mark.parametrize("role", ["sam", "cora"])
def test_the_table_shows_nothing_of_a_project_to_those_not_involved(role):
    place = ROLES.index(role)
    about_the_project = {name for name, _view, places in our_routes() if "project_pk" in places}
    seen = {
        key: codes[place]
        for key, codes in read_table().items()
        if key.split()[0] in about_the_project and codes[place] != HTTPStatus.NOT_FOUND
    }

    assert seen == {}
