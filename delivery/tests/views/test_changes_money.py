"""Prices are for those who may see the money of the project, whatever page they look at."""

import pytest
from django.urls import reverse

from aftersales.domain.changes import INSTALLMENTS_AMENDED
from delivery.domain.changes_document import KIND
from delivery.tests.factories import ChangeRequestFactory
from implportal.audit.domain import record
from implportal.documents.tests.factories import DocumentVersionFactory
from implportal.projects.domain.contracts import amend_contract
from implportal.projects.tests.factories import MemberFactory, ProjectFactory
from implportal.signing.models import SignatureRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines, piet, conny):
    project = ProjectFactory(
        delivering=True, implementation_manager=ines, project_manager=piet,
        contract_value_minor=7_777_700,
    )  # fmt: skip
    MemberFactory(project=project, user=conny)
    return project


@pytest.fixture
def version(project):
    change = ChangeRequestFactory(project=project, approved=True, price_minor=12_345)
    return DocumentVersionFactory(
        subject=change, project=project, kind=KIND, number=change.number, sealed=True
    )


def status_of(browser, address):
    answer = browser.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer.status_code


FILES = ("documents:version_pdf", "documents:version_sealed")


def test_the_pdf_of_a_change_is_read_by_those_alone_who_may_see_the_money(
    sign_in, version, ines, piet, bea, adam, conny, sam
):
    addresses = [reverse(route, args=[version.pk]) for route in FILES]

    for user, status in ((ines, 200), (piet, 200), (bea, 200), (adam, 200), (conny, 403)):
        browser = sign_in(user)
        assert [status_of(browser, one) for one in addresses] == [status] * 2, user.name
    assert [status_of(sign_in(sam), one) for one in addresses] == [404] * 2


def test_no_page_offers_the_pdf_to_who_may_not_read_it(
    sign_in, version, project, ines, conny, noon
):
    request = SignatureRequest.objects.create(
        version=version, project=project, state="COMPLETED", code_required=True, created_by=ines,
        created_at=noon, sent_at=noon, expires_at=noon, completed_at=noon,
    )  # fmt: skip
    pages = [
        reverse("documents:version_list", args=[project.pk]),
        version.subject.get_absolute_url(),
        request.get_absolute_url(),
    ]
    addresses = [reverse(route, args=[version.pk]) for route in FILES]

    for page in pages:
        offered = sign_in(ines).get(page).content.decode()
        shown = sign_in(conny).get(page)
        assert any(address in offered for address in addresses), page
        assert shown.status_code == 200
        assert not any(address in shown.content.decode() for address in addresses), page


def test_other_documents_are_read_by_everybody_who_sees_the_project(sign_in, project, conny):
    solution = DocumentVersionFactory(project=project, sealed=True)

    assert status_of(sign_in(conny), reverse(FILES[0], args=[solution.pk])) == 200


def test_the_feed_leaves_amounts_out_for_who_may_not_see_the_money(
    sign_in, project, ines, conny, noon
):
    amend_contract(
        project=project, reference="CR-1", difference_minor=100, new_end_on=noon.date(),
        actor=ines, at=noon,
    )  # fmt: skip
    record(
        INSTALLMENTS_AMENDED, subject=project, actor=ines, at=noon, project=project,
        details={"difference": "4,242.00 EUR", "reference": "CR-1"},
    )  # fmt: skip
    for route in ("portal:project_detail", "portal:project_feed"):
        page = reverse(route, kwargs={"project_pk": project.pk})
        told = sign_in(ines).get(page).content.decode()
        kept = sign_in(conny).get(page).content.decode()
        assert "77,777.00" in told, route
        assert "4,242.00" in told, route
        assert "77,777.00" not in kept, route
        assert "4,242.00" not in kept, route
        assert "moved the planned end" in kept, route


def test_an_order_by_price_tells_nothing_to_who_may_not_see_it(sign_in, project, ines, conny):
    for number, price in (("CR-1", 300), ("CR-2", 100), ("CR-3", 200)):
        ChangeRequestFactory(project=project, number=number, price_minor=price)
    page = reverse("delivery:change_list", kwargs={"project_pk": project.pk})

    def order(user, sort):
        answer = sign_in(user).get(page, {"sort": sort})
        return [change.number for change, _court in answer.context["rows"]]

    assert order(ines, "price") == ["CR-2", "CR-3", "CR-1"]
    for sort in ("price", "-price"):
        assert order(conny, sort) == ["CR-3", "CR-2", "CR-1"]
