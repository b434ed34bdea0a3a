import pytest
from django.urls import reverse

from implportal.projects.tests.factories import ContactFactory, MemberFactory
from implportal.signing.domain import reading
from implportal.signing.domain.requests import SignerSpec
from implportal.signing.models import RequestState, SharedLink


def url(route, project, **kwargs):
    return reverse(f"signing:{route}", kwargs={"project_pk": project.pk, **kwargs})


@pytest.fixture
def question(frozen, shared, now):
    return reading.ask_question(
        link=shared(frozen()), section_key="s3", text="Net or gross?", at=now
    )


@pytest.fixture
def sent(frozen, asked):
    return asked(frozen())


@pytest.mark.parametrize("route", ["request_list", "question_list", "link_list"])
@pytest.mark.parametrize(
    ("who", "status"), [("ines", 200), ("adam", 200), ("bea", 200), ("sam", 404), ("conny", 404)]
)
def test_lists_are_seen_by_who_sees_the_project(route, who, status, project, request, sign_in):
    browser = sign_in(request.getfixturevalue(who))

    assert browser.get(url(route, project)).status_code == status


@pytest.mark.parametrize(
    ("who", "status"), [("ines", 302), ("adam", 302), ("bea", 403), ("sam", 404)]
)
def test_cancelling_is_for_who_runs_the_project(who, status, sent, request, sign_in):
    browser = sign_in(request.getfixturevalue(who))

    answer = browser.post(
        url("request_cancel", sent.project, pk=sent.pk), {"reason": "Wrong price"}
    )

    sent.refresh_from_db()
    assert answer.status_code == status
    assert (sent.state == RequestState.CANCELLED) == (status == 302)


def test_the_page_of_a_request_says_whose_turn_it_is_and_what_happened(sent, ines, sign_in):
    page = sign_in(ines).get(sent.get_absolute_url()).content.decode()

    assert "1. Carl Client" in page
    assert "Send link again" in page
    assert "asked Carl Client, Dora Client to sign version 1 of TD-2026-0001" in page


def test_sending_again_from_the_request_leads_back_to_it(sent, ines, sign_in):
    link = SharedLink.objects.get()

    answer = sign_in(ines).post(url("link_send_again", sent.project, pk=link.pk))

    assert answer["Location"] == sent.get_absolute_url()
    assert sent.signers.get(name="Carl Client").link_id != link.pk


def test_a_link_is_closed_from_the_list(question, ines, sign_in):
    link = question.link

    answer = sign_in(ines).post(url("link_revoke", link.project, pk=link.pk))

    link.refresh_from_db()
    assert answer["Location"] == url("link_list", link.project)
    assert link.revoked_at is not None


def test_retrying_the_seal_is_refused_while_people_sign(sent, ines, sign_in):
    answer = sign_in(ines).post(url("request_retry_seal", sent.project, pk=sent.pk))

    assert answer.status_code == 200
    assert "There is no failed seal to try again" in answer.content.decode()


def test_a_question_is_answered_inline(question, ines, sign_in):
    project = question.version.project
    browser = sign_in(ines)

    listed = browser.get(url("question_list", project), {"state": "OPEN"}).content.decode()
    answer = browser.post(url("question_answer", project, pk=question.pk), {"text": "Net."})

    question.refresh_from_db()
    assert "Net or gross?" in listed
    assert answer["Location"] == url("question_list", project)
    assert question.state == "ANSWERED"
    after = browser.get(url("question_list", project), {"state": "OPEN"}).content.decode()
    assert "No question fits these filters" in after


def test_a_question_of_another_project_is_not_found(question, ines, sign_in):
    from implportal.projects.tests.factories import ProjectFactory

    other = ProjectFactory(implementation_manager=ines)

    answer = sign_in(ines).post(url("question_answer", other, pk=question.pk), {"text": "Net."})

    assert answer.status_code == 404


@pytest.mark.parametrize("route", ["question_list", "link_list", "request_list"])
def test_lists_cost_the_same_for_any_number_of_rows(
    route, frozen, shared, asked, project, ines, sign_in, now, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counted = []
    browser = sign_in(ines)
    for rows in (1, 24):
        for _row in range(rows):
            contact = ContactFactory(customer=project.customer)
            if route == "request_list":
                asked(frozen(), [SignerSpec(contact)])
            else:
                link = shared(frozen(), contact=contact)
                reading.ask_question(link=link, section_key="s1", text="Why?", at=now)
        browser.get(url(route, project))
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(url(route, project))
        counted.append(len(queries))

    assert answer.context["total"] == 25
    assert counted[0] == counted[1]
    assert counted[1] <= 11


@pytest.mark.parametrize("route", ["request_cancel", "request_retry_seal"])
@pytest.mark.parametrize(("who", "status"), [("ines", 200), ("conny", 403)])
def test_it_shows_what_is_done_to_a_request_to_who_runs_the_project(
    route, who, status, sent, request, sign_in
):
    person = request.getfixturevalue(who)
    if who == "conny":
        MemberFactory(project=sent.project, user=person)

    answer = sign_in(person).get(url(route, sent.project, pk=sent.pk))

    assert answer.status_code == status


@pytest.mark.parametrize("route", ["link_revoke", "link_send_again"])
def test_it_shows_what_is_done_to_a_link_to_who_may_do_it(
    route, frozen, shared, project, conny, bea, sign_in
):
    link = shared(frozen())
    MemberFactory(project=project, user=conny)

    assert sign_in(conny).get(url(route, project, pk=link.pk)).status_code == 200
    assert sign_in(bea).get(url(route, project, pk=link.pk)).status_code == 403


@pytest.mark.parametrize("route", ["link_revoke", "link_send_again"])
def test_it_keeps_links_for_signing_from_members(route, sent, conny, sign_in):
    link = SharedLink.objects.get()
    MemberFactory(project=sent.project, user=conny)
    browser = sign_in(conny)

    assert browser.get(url(route, sent.project, pk=link.pk)).status_code == 403
    assert browser.post(url(route, sent.project, pk=link.pk)).status_code == 403


def test_it_shows_the_form_for_an_answer_to_nobody_else(question, project, bea, sign_in):
    page = sign_in(bea).get(url("question_answer", project, pk=question.pk))

    assert page.status_code == 403
