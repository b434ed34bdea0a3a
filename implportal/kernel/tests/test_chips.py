import django_filters
import pytest
from django.http import QueryDict

from implportal.accounts.models import Team, User
from implportal.kernel.chips import active_chips


class PersonFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Search")
    role = django_filters.ChoiceFilter(choices=[("A", "Administrator")], label="Role")
    roles = django_filters.MultipleChoiceFilter(choices=[("A", "Ann"), ("B", "Bob")], label="Of")
    team = django_filters.ModelChoiceFilter(queryset=Team.objects.order_by("pk"), label="Team")
    late = django_filters.BooleanFilter(label="Late")
    due = django_filters.DateFromToRangeFilter(label="Due")

    class Meta:
        model = User
        fields = []


def chips(query):
    filterset = PersonFilter(QueryDict(query), queryset=User.objects.none())
    return [(chip.label, chip.value, chip.url) for chip in active_chips(filterset, filterset.data)]


def test_list_without_filters_has_no_chips():
    assert chips("") == []
    assert active_chips(PersonFilter(queryset=User.objects.none()), QueryDict()) == []


def test_chip_takes_its_own_filter_away_and_the_page_with_it():
    assert chips("q=ab&role=A&sort=-name&page=3") == [
        ("Search", "ab", "?role=A&sort=-name"),
        ("Role", "Administrator", "?q=ab&sort=-name"),
    ]


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("late=true", "yes"),
        ("late=false", "no"),
        ("roles=A&roles=B", "Ann, Bob"),
        ("due_after=2026-03-02", "from 2 Mar 2026"),
        ("due_before=2026-03-09", "up to 9 Mar 2026"),
        ("due_after=2026-03-02&due_before=2026-03-09", "2 Mar 2026 – 9 Mar 2026"),
    ],
)
def test_chip_says_the_value_in_words(query, value):
    assert [(said, url) for _label, said, url in chips(query)] == [(value, "?")]


@pytest.mark.django_db
def test_chip_names_the_chosen_record():
    team = Team.objects.create(name="North")
    assert chips(f"team={team.pk}") == [("Team", "North", "?")]


def test_what_is_not_valid_is_no_chip():
    assert chips("role=Z") == []
