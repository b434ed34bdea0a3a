import pytest

from implportal.accounts.domain.saved_views import (
    MOST,
    NameMissing,
    QueryTooLong,
    TooMany,
    UnknownPage,
    keep_view,
    remove_view,
)
from implportal.accounts.models import SavedView

pytestmark = pytest.mark.django_db

PAGE = "projects:project_list"


def keep(user, **changes):
    return keep_view(
        user=user, **{"page": PAGE, "name": "Mine", "query": "phase=DELIVERY"} | changes
    )


def test_a_view_keeps_filters_and_order_but_not_the_moment(ines):
    view = keep(ines, name="  My  clinics ", query="q=clinic&sort=-end&page=3&export=csv")

    assert (view.user, view.page, view.name, view.query) == (
        ines, PAGE, "My clinics", "q=clinic&sort=-end",
    )  # fmt: skip
    assert view.get_absolute_url() == "/projects/?q=clinic&sort=-end"


def test_the_same_name_again_replaces_what_it_stood_for(ines, sam):
    keep(ines)
    keep(sam, query="q=his")

    keep(ines, query="q=new")

    views = SavedView.objects.order_by("pk").values_list("user__name", "query")
    assert list(views) == [(ines.name, "q=new"), (sam.name, "q=his")]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": "  "}, NameMissing),
        ({"page": "nowhere"}, UnknownPage),
        ({"page": "projects:project_edit"}, UnknownPage),
        ({"query": "q=" + "x" * 1001}, QueryTooLong),
    ],
)
def test_what_is_not_kept(ines, changes, refusal):
    with pytest.raises(refusal):
        keep(ines, **changes)

    assert not SavedView.objects.exists()


def test_a_menu_has_an_end_but_a_full_one_can_be_changed(ines):
    for number in range(MOST):
        keep(ines, name=str(number))

    with pytest.raises(TooMany):
        keep(ines, name="one more")
    keep(ines, name="0", query="q=changed")

    assert SavedView.objects.count() == MOST


def test_a_view_is_removed(ines):
    remove_view(view=keep(ines))

    assert not SavedView.objects.exists()
