"""Putting the rows of a list in order: whole lists only, in one transaction."""

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory

from implportal.accounts.models import User
from implportal.catalogue.models import ProfilePart
from implportal.kernel.errors import DomainError, NotAllowed
from implportal.kernel.order import keys_after_step, put_in_order
from implportal.kernel.views import ReorderView

pytestmark = pytest.mark.django_db


@pytest.fixture
def parts():
    return [
        ProfilePart.objects.create(title=title, text="x", order=place)
        for place, title in enumerate("abc", start=1)
    ]


def order_now():
    return "".join(ProfilePart.objects.order_by("order").values_list("title", flat=True))


def test_rows_stand_as_their_keys_do(parts):
    a, b, c = (part.pk for part in parts)
    with transaction.atomic():
        put_in_order(ProfilePart.objects.all(), [c, a, b])
    assert order_now() == "cab"


@pytest.mark.parametrize("choose", [lambda k: k[:2], lambda k: [*k, k[0]], lambda k: [*k[:2], 0]])
def test_a_list_that_changed_is_refused_and_stays(parts, choose):
    keys = choose([part.pk for part in reversed(parts)])
    with pytest.raises(DomainError, match="has changed since"), transaction.atomic():
        put_in_order(ProfilePart.objects.all(), keys)
    assert order_now() == "abc"


@pytest.mark.parametrize(
    ("row", "step", "stands"),
    [("b", -1, "bac"), ("b", 1, "acb"), ("a", -1, "abc"), ("c", 1, "abc"), ("b", 0, "abc")],
)
def test_a_row_moves_by_one_place_and_not_beyond_the_ends(parts, row, step, stands):
    key = ProfilePart.objects.get(title=row).pk

    keys = keys_after_step(ProfilePart.objects.all(), key=key, step=step)

    titles = {part.pk: part.title for part in parts}
    assert "".join(titles[key] for key in keys) == stands


def test_a_row_that_is_gone_does_not_move(parts):
    with pytest.raises(DomainError, match="has changed since"):
        keys_after_step(ProfilePart.objects.all(), key=0, step=1)


def answer_to(order, reorder, user=None) -> HttpResponse:
    class View(ReorderView):
        queryset = User.objects.all()

        def get_queryset(self):
            return self.queryset

        def reorder(self, keys):
            return reorder(keys)

    request = RequestFactory().post("/", {"order": order})
    return View.as_view()(request, pk=user.pk)


def test_the_view_hands_over_keys_in_order(ines):
    seen = []
    assert answer_to(["3", "1"], seen.extend, ines).status_code == 204
    assert seen == [3, 1]


def test_the_view_tells_why_not(ines):
    def refuse(keys):
        raise DomainError("The solution is signed.")

    answer = answer_to(["1"], refuse, ines)
    assert (answer.status_code, answer.content) == (409, b"The solution is signed.")


def test_the_view_refuses_what_is_no_key(ines):
    assert answer_to(["one"], lambda _keys: None, ines).status_code == 409


def test_whoever_may_not_is_answered_403_by_the_frame(ines):
    def refuse(keys):
        raise NotAllowed("Not yours.")

    with pytest.raises(NotAllowed):
        answer_to(["1"], refuse, ines)
