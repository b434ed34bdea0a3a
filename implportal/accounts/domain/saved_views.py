from __future__ import annotations

from django.db import transaction
from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from implportal.accounts.models import SavedView, User
from implportal.kernel.errors import DomainError

MOST = 30
"""Views of one person on one list."""

PASSING = frozenset({"page", "export"})
"""Parts of an address that belong to a moment, not to a view."""


class UnknownPage(DomainError):
    """There is no such list, or its address depends on more than its filters."""


class NameMissing(DomainError):
    """A view is found again by its name."""


class TooMany(DomainError):
    """The person keeps as many views of this list as a menu can hold."""


class QueryTooLong(DomainError):
    """The filters do not fit into what is kept."""


@transaction.atomic
def keep_view(*, user: User, page: str, name: str, query: str) -> SavedView:
    """Keep the filters and order of a list; the same name again replaces what it stood for.

    ``page`` is the route of a list without arguments, ``query`` what follows the question
    mark of its address.

    Raises:
        UnknownPage, NameMissing, TooMany, QueryTooLong.
    """
    try:
        reverse(page)
    except NoReverseMatch:
        raise UnknownPage(_("There is no such list.")) from None
    name = " ".join(name.split())[: SavedView._meta.get_field("name").max_length]
    if not name:
        raise NameMissing(_("Give the view a name."))
    kept = QueryDict(query, mutable=True)
    for part in PASSING:
        kept.pop(part, None)
    query = kept.urlencode()
    if len(query) > SavedView._meta.get_field("query").max_length:
        raise QueryTooLong(_("These are too many filters to keep in one view."))
    # The person's row is the lock: two tabs must not exceed the limit together.
    User.objects.select_for_update().get(pk=user.pk)
    others = SavedView.objects.filter(user=user, page=page).exclude(name=name)
    if others.count() >= MOST:
        raise TooMany(_("You keep %(most)s views of this list. Remove one first.") % {"most": MOST})
    return SavedView.objects.update_or_create(
        user=user, page=page, name=name, defaults={"query": query}
    )[0]


def remove_view(*, view: SavedView) -> None:
    """Forget a view; the list itself is untouched."""
    view.delete()
