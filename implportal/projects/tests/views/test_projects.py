import pytest
from django.urls import reverse

from implportal.projects.models import Contact, Customer, Project
from implportal.projects.tests.factories import (
    ContactFactory,
    CustomerFactory,
    MemberFactory,
    ProjectFactory,
)

pytestmark = pytest.mark.django_db


def test_start_a_project_from_a_customer(sign_in, ines, piet):
    # given a customer
    customer = CustomerFactory(name="City Hospital", currency="CHF")
    browser = sign_in(ines)
    url = reverse("projects:project_create")
    form = browser.get(url, {"customer": customer.pk}).context["form"]
    assert (form["customer"].initial, form["currency"].initial) == (customer, "CHF")

    # when a project is started
    response = browser.post(
        url,
        {
            "customer": customer.pk,
            "title": "Patient records",
            "implementation_manager": ines.pk,
            "project_manager": piet.pk,
            "contract_value": "120000.50",
            "currency": "CHF",
        },
    )

    # then it is there, and its page is shown
    project = Project.objects.get()
    assert response.headers["Location"] == project.get_absolute_url()
    assert (project.title, project.contract_value_minor, project.currency) == (
        "Patient records",
        12_000_050,
        "CHF",
    )


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"title": ""}, "title", "This field is required."),
        (
            {"contract_value": "1.5", "currency": "JPY"},
            "contract_value",
            "JPY has only 0 decimal places.",
        ),
        (
            {"planned_start_on": "2026-05-02", "planned_end_on": "2026-05-01"},
            "planned_end_on",
            "This must not be before the planned start.",
        ),
    ],
)
def test_a_refused_project_keeps_what_was_typed(sign_in, ines, changes, field, message):
    customer = CustomerFactory()
    given = {"customer": customer.pk, "title": "Records", "currency": "EUR"}
    given |= {"implementation_manager": ines.pk} | changes

    response = sign_in(ines).post(reverse("projects:project_create"), given)

    form = response.context["form"]
    assert form.errors[field] == [message]
    assert form["currency"].value() == given["currency"]
    assert not Project.objects.exists()


@pytest.mark.parametrize("projects", [1, 25])
def test_project_list_costs_the_same_for_any_number(
    sign_in, ines, django_assert_num_queries, projects
):
    ProjectFactory.create_batch(projects, implementation_manager=ines)
    browser = sign_in(ines)

    with django_assert_num_queries(8):  # session, user, news, managers, count, page, steps, views
        response = browser.get(reverse("projects:project_list"))

    assert len(response.context["projects"]) == projects


def test_project_list_searches_filters_and_exports_what_is_filtered(sign_in, ines):
    hospital = CustomerFactory(name="=City Hospital")
    ProjectFactory(implementation_manager=ines, customer=hospital, title="Records", code="IP-1")
    ProjectFactory(implementation_manager=ines, title="Archive", code="IP-2")
    browser, url = sign_in(ines), reverse("projects:project_list")

    found = browser.get(url, {"q": "hospital"}).context["projects"]
    assert [project.code for project in found] == ["IP-1"]
    export = browser.get(url, {"q": "hospital", "export": "csv"})
    assert export.content.decode("utf-8-sig").splitlines() == [
        "Code,Title,Customer,Phase,State,Implementation manager,Planned end",
        "IP-1,Records,'=City Hospital,Pre-sales,Running,Ines Example,",
    ]


@pytest.mark.parametrize("customers", [1, 25])
def test_customer_list_costs_the_same_for_any_number(
    sign_in, ines, django_assert_num_queries, customers
):
    CustomerFactory.create_batch(customers)
    browser = sign_in(ines)

    with django_assert_num_queries(6):  # session, user, news, fields of business, count, page
        response = browser.get(reverse("projects:customer_list"))

    assert len(response.context["customers"]) == customers


@pytest.mark.parametrize("rows", [1, 25])
def test_customer_page_costs_the_same_for_any_number_of_contacts_and_projects(
    sign_in, ines, django_assert_num_queries, rows
):
    customer = CustomerFactory()
    ContactFactory.create_batch(rows, customer=customer)
    ProjectFactory.create_batch(rows, customer=customer, implementation_manager=ines)
    browser = sign_in(ines)

    with django_assert_num_queries(6):  # session, user, news, customer, contacts, projects
        page = browser.get(customer.get_absolute_url())

    assert len(page.context["projects"]) == rows


def test_a_contact_is_added_and_its_address_must_be_new(sign_in, ines):
    customer = CustomerFactory()
    ContactFactory(customer=customer, email="carl@customer.example")
    browser = sign_in(ines)
    url = reverse("projects:contact_create", args=[customer.pk])

    twice = browser.post(url, {"name": "Carl", "email": "Carl@customer.example"})
    assert "already has a contact" in str(twice.context["form"].errors)
    browser.post(url, {"name": "Dora", "email": "dora@customer.example", "kinds": ["EXPERT"]})

    assert list(Contact.objects.order_by("pk").values_list("name", "kinds")[1:]) == [
        ("Dora", ["EXPERT"])
    ]


def test_consultants_do_not_keep_customers(sign_in, conny):
    response = sign_in(conny).post(reverse("projects:customer_create"), {"name": "X"})

    assert response.status_code == 403
    assert not Customer.objects.exists()


PAGES = [
    "portal:project_detail",
    "portal:project_feed",
    "projects:people",
    "projects:project_edit",
    "projects:phase_enter",
    "projects:project_suspend",
    "projects:project_lose",
    "projects:project_cancel",
    "projects:member_add",
    "projects:stakeholder_set",
]


@pytest.mark.parametrize("route", PAGES)
def test_projects_of_others_do_not_exist(sign_in, ines, sam, route):
    project = ProjectFactory(implementation_manager=ines)
    url = reverse(route, kwargs={"project_pk": project.pk})

    assert sign_in(ines).get(url).status_code == 200
    assert sign_in(sam).get(url).status_code == 404


@pytest.mark.parametrize("members", [1, 25])
def test_people_page_costs_the_same_for_any_number(
    sign_in, ines, django_assert_num_queries, members
):
    project = ProjectFactory(implementation_manager=ines)
    MemberFactory.create_batch(members, project=project)
    browser = sign_in(ines)

    with django_assert_num_queries(7):  # session, user, news, project, members, stakes, contacts
        browser.get(reverse("projects:people", args=[project.pk]))


def test_a_step_is_waived_only_with_a_reason_shown_at_the_field(sign_in, ines):
    project = ProjectFactory(implementation_manager=ines)
    step = project.steps.get(key="inspection")
    browser = sign_in(ines)

    refused = browser.post(step.get_absolute_url(), {"state": "WAIVED", "notes": "typed"})
    assert refused.context["form"].errors == {
        "waived_reason": ["Say why this activity is not needed."]
    }
    assert refused.context["form"]["notes"].value() == "typed"
    browser.post(step.get_absolute_url(), {"state": "WAIVED", "waived_reason": "Remote"})

    step.refresh_from_db()
    assert (step.state, step.waived_reason) == ("WAIVED", "Remote")
