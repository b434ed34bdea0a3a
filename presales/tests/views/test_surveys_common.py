import pytest
from django.urls import reverse

from implportal.catalogue.tests.factories import FieldOfBusinessFactory
from implportal.projects.tests.factories import ProjectFactory
from presales.models import CommonRequirement, Requirement
from presales.tests.factories_surveys import CommonRequirementFactory

pytestmark = pytest.mark.django_db

LIST = "/common-requirements/"


@pytest.mark.parametrize("rows", [1, 25])
def test_the_list_costs_the_same_for_any_number(sign_in, ines, django_assert_num_queries, rows):
    field = FieldOfBusinessFactory()
    CommonRequirementFactory.create_batch(rows, field_of_business=field)
    browser = sign_in(ines)

    with django_assert_num_queries(6):  # session, user, choices of the filter, count, page, news
        assert len(browser.get(LIST).context["object_list"]) == rows


def test_the_list_is_searched_filtered_sorted_and_exported(sign_in, ines):
    clinics = FieldOfBusinessFactory(name="Clinics")
    CommonRequirementFactory(text="=cmd|'x'!A0", priority="MUST")
    CommonRequirementFactory(text="B", field_of_business=clinics, priority="COULD")
    CommonRequirementFactory(text="A", field_of_business=clinics)
    browser = sign_in(ines)

    def texts(query):
        return [row.text for row in browser.get(f"{LIST}?{query}").context["object_list"]]

    assert texts("q=cmd") == ["=cmd|'x'!A0"]
    assert texts(f"field_of_business={clinics.pk}&sort=text") == ["A", "B"]
    assert texts("sort=priority") == ["=cmd|'x'!A0", "A", "B"]
    assert "'=cmd|'x'!A0" in browser.get(f"{LIST}?export=csv").content.decode()


def test_the_list_is_kept_by_managers(sign_in, ines, bea):
    browser = sign_in(ines)
    new = reverse("presales:common_requirement_create")
    assert "Nothing on the list yet" in browser.get(LIST).content.decode()
    assert sign_in(bea).get(new).status_code == 403

    answer = browser.post(new, {"text": "It is logged.", "priority": "MUST", "another": "1"})
    assert answer.url == new
    twice = browser.post(new, {"text": "It is logged.", "priority": "MUST"})
    assert "This sentence is on the list already." in twice.content.decode()
    item = CommonRequirement.objects.get()
    browser.post(item.get_absolute_url(), {"text": "It is kept.", "priority": "COULD"})
    item.refresh_from_db()
    assert (item.text, item.priority) == ("It is kept.", "COULD")
    browser.post(reverse("presales:common_requirement_remove", args=[item.pk]))
    assert CommonRequirement.objects.count() == 0


def test_a_project_takes_over_what_is_ticked(sign_in, ines):
    clinics = FieldOfBusinessFactory(name="Clinics")
    project = ProjectFactory(implementation_manager=ines, customer__field_of_business=clinics)
    one = CommonRequirementFactory(text="One.")
    two = CommonRequirementFactory(text="Two.", field_of_business=clinics)
    three = CommonRequirementFactory(text="Three.")
    elsewhere = CommonRequirementFactory(field_of_business=FieldOfBusinessFactory(name="Harbours"))
    browser = sign_in(ines)
    address = reverse("presales:common_requirement_take", args=[project.pk])

    page = browser.get(address)
    assert {row.text for row, _made, _ticked in page.context["rows"]} == {"One.", "Two.", "Three."}
    answer = browser.post(address, {"items": [one.pk, two.pk]}, follow=True)
    assert "2 requirements are added." in answer.content.decode()
    assert list(Requirement.objects.order_by("number").values_list("text", "source")) == [
        ("One.", "FIELD"), ("Two.", "FIELD"),
    ]  # fmt: skip

    again = browser.get(address)
    assert [str(made) for _item, made, _ticked in again.context["rows"] if made] == [
        "R-001 One.", "R-002 Two.",
    ]  # fmt: skip
    refused = browser.post(address, {"items": [elsewhere.pk]})
    assert refused.status_code == 200
    nothing = browser.post(address, {})
    assert "Tick what should become a requirement" in nothing.content.decode()
    assert f'value="{three.pk}" id="item-{three.pk}">' in nothing.content.decode()
    assert Requirement.objects.count() == 2


@pytest.mark.parametrize("count", [1, 25])
def test_the_page_costs_the_same_for_any_number(sign_in, ines, django_assert_num_queries, count):
    project = ProjectFactory(implementation_manager=ines)
    CommonRequirementFactory.create_batch(count)
    browser = sign_in(ines)
    address = reverse("presales:common_requirement_take", args=[project.pk])

    with django_assert_num_queries(6):
        assert len(browser.get(address).context["rows"]) == count
