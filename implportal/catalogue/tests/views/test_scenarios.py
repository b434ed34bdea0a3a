import pytest
from django.urls import reverse

from implportal.catalogue.models import Scenario
from implportal.catalogue.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
LIST = "/catalogue/scenarios/"


def make(product, title="Search", **fields):
    return Scenario.objects.create(product=product, title=title, **fields)


@pytest.mark.parametrize("scenarios", [1, 25])
def test_the_list_costs_the_same_for_any_number_of_scenarios(
    sign_in, ines, django_assert_num_queries, scenarios
):
    for number in range(scenarios):
        make(ProductFactory(), f"Script {number}")
    browser = sign_in(ines)

    with django_assert_num_queries(6):  # session, user, news, choices of products, count, page
        response = browser.get(LIST)

    assert len(response.context["object_list"]) == scenarios


def test_it_is_searched_filtered_sorted_and_exported(sign_in, ines):
    product, other = ProductFactory(name="Records"), ProductFactory(name="Archive")
    make(product, "Search", goal="Letters are found", minutes=20)
    make(other, "Print", minutes=5, is_current=False)
    browser = sign_in(ines)

    def titles(**query):
        return [one.title for one in browser.get(LIST, query).context["object_list"]]

    assert titles(q="letters") == ["Search"]
    assert titles(product=other.pk) == ["Print"]
    assert titles(is_current="true") == ["Search"]
    assert titles(sort="minutes") == ["Print", "Search"]
    assert b"Letters are found" in browser.get(LIST, {"export": "csv"}).content


def test_who_keeps_the_catalogue_writes_a_script(sign_in, adam, ines):
    data = {
        "product": ProductFactory().pk, "title": "Search", "steps": "One\nTwo", "minutes": "15",
        "is_current": "on",
    }  # fmt: skip
    browser = sign_in(adam)

    assert sign_in(ines).post(reverse("catalogue:scenario_create"), data).status_code == 403
    refused = browser.post(reverse("catalogue:scenario_create"), data | {"minutes": "481"})
    assert "It takes between one minute and eight hours." in refused.content.decode()
    assert not Scenario.objects.exists()

    assert browser.post(reverse("catalogue:scenario_create"), data).url == LIST
    scenario = Scenario.objects.get()
    text = browser.get(reverse("catalogue:scenario_detail", kwargs={"pk": scenario.pk}))
    assert "<li>Two</li>" in text.content.decode()
    browser.post(
        reverse("catalogue:scenario_edit", kwargs={"pk": scenario.pk}), data | {"title": "Find"}
    )
    scenario.refresh_from_db()
    assert scenario.title == "Find"


def test_an_empty_list_says_what_belongs_there(sign_in, ines):
    assert "No scenario here" in sign_in(ines).get(LIST).content.decode()
