from __future__ import annotations

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from implportal.kernel.views import PagesFromEitherEnd
from implportal.projects.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def _thirteen():
    Customer.objects.bulk_create(Customer(name=f"C{n}", region=f"R{n % 4}") for n in range(13))


@pytest.mark.usefixtures("_thirteen")
@pytest.mark.parametrize("size", [1, 3, 5, 13, 14])
@pytest.mark.parametrize(
    "order", [("region", "pk"), ("-region", "-pk"), ("field_of_business", "pk")]
)
def test_pages_are_the_same_from_whichever_end_they_are_counted(size, order):
    customers = Customer.objects.order_by(*order)
    ours, plain = PagesFromEitherEnd(customers, size), Paginator(customers, size)

    pages = [[one.pk for one in ours.page(number)] for number in ours.page_range]

    assert pages == [[one.pk for one in plain.page(number)] for number in plain.page_range]


@pytest.mark.usefixtures("_thirteen")
def test_the_last_page_skips_no_rows():
    paginator = PagesFromEitherEnd(Customer.objects.order_by("name", "pk"), 5)

    with CaptureQueriesContext(connection) as queries:
        page = paginator.get_page(99)

    assert (page.number, len(page), page.start_index(), page.end_index()) == (3, 3, 11, 13)
    assert not [query for query in queries if "OFFSET" in query["sql"]]


def test_an_empty_list_has_one_empty_page():
    assert list(PagesFromEitherEnd(Customer.objects.order_by("pk"), 5).get_page(9)) == []


@pytest.mark.usefixtures("_thirteen")
def test_what_is_worked_out_for_lines_is_worked_out_for_those_of_the_page_alone():
    counted = Customer.objects.annotate(contact_count=Count("contacts")).order_by("region", "pk")
    paginator = PagesFromEitherEnd(counted, 5)

    with CaptureQueriesContext(connection) as queries:
        pages = [list(paginator.page(number)) for number in paginator.page_range]

    assert pages == [list(Paginator(counted, 5).page(number)) for number in paginator.page_range]
    assert {one.contact_count for page in pages for one in page} == {0}
    first = queries[1]["sql"]
    assert "COUNT" not in first[first.rindex(" IN (") :]
