import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from implportal.documents.models import DocumentVersion, StoredImage
from implportal.documents.tests.real import REAL_SOLUTIONS
from implportal.projects.tests.factories import ContactFactory, MemberFactory, ProjectFactory
from implportal.signing.models import SignatureRequest
from presales.domain import review
from presales.models import Solution, SolutionSection
from presales.tests.factories import RequirementFactory, SolutionFactory, SolutionSectionFactory

pytestmark = pytest.mark.django_db
FIRST = b"# Records\n\n## Scope\n\nTwo sites.\n\n## Price\n\nOne euro.\n"
HOSTILE = {
    "empty": (b"", "The file is empty."),
    "5 MB": (b"# A\n" + b"word " * 1_048_576, "The file is 5.0 MB. At most 1 MB of text"),
    "encoding": ("# Größe\n".encode("latin-1"), "The file is not UTF-8 text (line 1"),
    "no headings": (b"Just text.\n", "The text has no headings"),
    "script": (b"# A\n\n<script>alert(1)</script>\n", "Line 3: HTML like <script> is not"),
    "file picture": (b"# A\n\n![x](file:///etc/passwd)\n", "Line 3: the picture “file:///etc"),
    "10,000 lines": (b"# A\n" + b"line\n" * 10_000, "The text has 10001 lines. At most 5000"),
    "null bytes": (b"# A\n\x00", "The file holds null bytes"),
    "binary": (bytes(range(256)), "The file is not UTF-8 text"),
}


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


@pytest.fixture
def solution(project):
    solution = SolutionFactory(project=project, keys_given=2)
    SolutionSectionFactory(solution=solution, key="s1", order=1, title="Scope", markdown="Two.")
    SolutionSectionFactory(solution=solution, key="s2", order=2, title="Price", markdown="One.")
    return solution


def address(route, project, **kwargs):
    return reverse(f"presales:{route}", kwargs={"project_pk": project.pk, **kwargs})


def upload(data, name="solution.md"):
    return SimpleUploadedFile(name, data, content_type="text/markdown")


def hidden(response):
    form = response.context["form"]
    return {"text": form["text"].value(), "state_token": form["state_token"].value()}


def import_file(browser, project, file):
    """Choose a file, look at its sections and create the solution."""
    url = address("solution_import", project)
    shown = browser.post(url, {"file": file}).context["form"].initial
    return browser.post(url, shown, follow=True)


def test_a_preview_of_somebody_else_or_of_yesterday_is_asked_for_again(
    sign_in, ines, conny, project
):
    MemberFactory(project=project, user=conny)
    url = address("solution_import", project)
    shown = sign_in(conny).post(url, {"file": upload(FIRST)}).context["form"].initial

    answer = sign_in(ines).post(url, shown | {"title": "Mine"})

    assert answer.context["form"].errors == {
        "file": ["This preview is too old. Choose the file again."]
    }
    assert answer.context["form"]["title"].value() == "Mine"
    assert not Solution.objects.exists()


def test_a_title_that_was_taken_out_is_asked_for_beside_the_sections(sign_in, ines, project):
    browser, url = sign_in(ines), address("solution_import", project)
    shown = browser.post(url, {"file": upload(FIRST)}).context["form"].initial

    answer = browser.post(url, shown | {"title": ""})

    assert answer.context["form"].errors["title"] == ["Give the solution a title."]
    assert len(answer.context["document"].sections) == 2


def test_without_a_solution_the_page_offers_two_ways_to_begin(sign_in, ines, project):
    page = sign_in(ines).get(address("solution_home", project)).content.decode()

    assert address("solution_start", project) in page
    assert address("solution_import", project) in page


def test_a_solution_starts_from_the_template(sign_in, ines, project):
    response = sign_in(ines).post(
        address("solution_start", project), {"title": "Records"}, follow=True
    )

    assert response.context["present"].section.title == "Summary"
    assert b"Enough for a hurried reader." in response.content


@pytest.mark.parametrize("case", HOSTILE)
def test_a_bad_file_is_told_at_the_field_and_nothing_is_stored(sign_in, ines, project, case):
    data, message = HOSTILE[case]

    response = sign_in(ines).post(address("solution_import", project), {"file": upload(data)})

    assert response.status_code == 200
    (error,) = response.context["form"].errors["file"]
    assert error.startswith(message)
    assert not Solution.objects.exists()
    assert not SolutionSection.objects.exists()
    assert not StoredImage.objects.exists()


@pytest.mark.parametrize("case", HOSTILE)
def test_a_bad_revised_file_leaves_the_draft_alone(sign_in, ines, solution, case):
    data, message = HOSTILE[case]
    before = list(SolutionSection.objects.values())

    response = sign_in(ines).post(
        address("solution_reimport", solution.project), {"file": upload(data)}
    )

    (error,) = response.context["form"].errors["file"]
    assert error.startswith(message)
    assert list(SolutionSection.objects.values()) == before


def test_a_picture_that_cannot_be_read_undoes_the_whole_import(sign_in, ines, project):
    data = b"# A\n\n![x](data:image/png;base64,AAAA)\n"

    response = import_file(sign_in(ines), project, upload(data))

    assert response.context["form"].non_field_errors() == [
        "This is not a PNG, JPEG or WebP picture of a usual size that can be read."
    ]
    assert not Solution.objects.exists()


def test_a_file_becomes_a_solution(sign_in, ines, project):
    browser = sign_in(ines)
    preview = browser.post(address("solution_import", project), {"file": upload(FIRST)})

    assert [section.heading for section in preview.context["document"].sections] == [
        "Scope",
        "Price",
    ]
    assert not Solution.objects.exists()
    response = import_file(browser, project, upload(FIRST))
    assert [one.section.title for one in response.context["standing"].sections] == [
        "Scope",
        "Price",
    ]
    assert Solution.objects.get().title == "Records"


def test_a_revised_file_is_shown_before_it_is_carried_out(sign_in, ines, solution):
    browser, url = sign_in(ines), address("solution_reimport", solution.project)
    data = b"# Records\r\n\r\n## Scope\r\n\r\nThree.\r\n\r\n## Training\r\n\r\nA day.\r\n"

    preview = browser.post(url, {"file": upload(data)})

    plan = preview.context["plan"]
    assert (plan.added, plan.changed, plan.same, len(plan.removed)) == (1, 1, 0, 1)
    assert SolutionSection.objects.get(key="s1").markdown == "Two."
    browser.post(url, hidden(preview))
    assert list(solution.sections.in_order().values_list("key", "title", "markdown")) == [
        ("s1", "Scope", "Three."),
        ("s3", "Training", "A day."),
    ]


def test_a_preview_that_is_out_of_date_is_shown_anew(sign_in, ines, solution):
    browser, url = sign_in(ines), address("solution_reimport", solution.project)
    preview = browser.post(url, {"file": upload(FIRST)})
    SolutionSection.objects.filter(key="s1").update(markdown="Meanwhile.", lock_version=2)

    response = browser.post(url, hidden(preview))

    assert response.status_code == 409
    assert "Somebody changed the solution since this preview" in response.content.decode()
    assert SolutionSection.objects.get(key="s1").markdown == "Meanwhile."


@pytest.mark.skipif(not REAL_SOLUTIONS.exists(), reason="the real statement of work is not here")
def test_the_real_files_go_in_through_the_pages(sign_in, ines, project):
    browser = sign_in(ines)
    draft, final = (
        (REAL_SOLUTIONS / name).read_bytes()
        for name in ("work_statement_v1_draft.md", "work_statement_v2_final.md")
    )

    import_file(browser, project, upload(draft))
    solution = Solution.objects.get()
    assert solution.sections.count() == 43
    preview = browser.post(address("solution_reimport", project), {"file": upload(final)})
    browser.post(address("solution_reimport", project), hidden(preview))

    solution.refresh_from_db()
    assert solution.sections.count() == 47
    assert solution.subtitle == "March 30, 2016"
    for section in solution.sections.in_order():
        page = browser.get(address("section_detail", project, key=section.key))
        assert page.status_code == 200


def test_a_section_is_written_by_its_form(sign_in, ines, solution):
    browser, url = sign_in(ines), address("section_edit", solution.project, key="s1")
    given = {"title": "Scope", "level": "2", "markdown": "**Three** sites.", "lock_version": "1"}

    response = browser.post(url, given, follow=True)

    section = SolutionSection.objects.get(key="s1")
    assert (section.level, section.markdown, section.lock_version) == (2, "**Three** sites.", 2)
    assert "<strong>Three</strong> sites." in response.content.decode()


def test_preview_shows_safe_html_and_saves_nothing(sign_in, ines, solution):
    browser, project = sign_in(ines), solution.project
    given = {"markdown": "*New* <script>alert(1)</script>", "title": "Scope", "level": "1"}

    fragment = browser.post(address("section_preview", project), given).content.decode()
    page = browser.post(
        address("section_edit", project, key="s1"), given | {"lock_version": "1", "preview": "1"}
    ).content.decode()

    for html in (fragment, page):
        assert "<em>New</em> &lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert SolutionSection.objects.get(key="s1").markdown == "Two."


def test_sections_are_added_moved_linked_and_removed(sign_in, ines, solution):
    browser, project = sign_in(ines), solution.project
    requirement = RequirementFactory(project=project, number=1)

    browser.post(
        address("section_create", project) + "?after=s1",
        {"title": "Between", "level": "2", "markdown": ""},
    )
    browser.post(address("section_move", project, key="s3"), {"direction": "UP"})
    browser.post(address("section_link", project, key="s3"), {"requirements": [requirement.pk]})
    browser.post(address("section_remove", project, key="s2"))

    assert list(solution.sections.in_order().values_list("key", flat=True)) == ["s3", "s1"]
    assert solution.sections.get(key="s3").requirements.get() == requirement


def test_a_picture_is_uploaded_into_the_section(sign_in, ines, solution, png):
    response = sign_in(ines).post(
        address("section_picture", solution.project, key="s1"),
        {"picture": SimpleUploadedFile("map.png", png), "description": "The sites"},
        follow=True,
    )

    sha256 = StoredImage.objects.get().sha256
    assert f'/images/{sha256}" alt="The sites"' in response.content.decode()


def test_a_file_that_is_no_picture_is_refused(sign_in, ines, solution):
    response = sign_in(ines).post(
        address("section_picture", solution.project, key="s1"),
        {"picture": SimpleUploadedFile("map.png", b"<svg/>"), "description": "The sites"},
    )

    assert response.context["form"].non_field_errors() == [
        "This is not a PNG, JPEG or WebP picture of a usual size that can be read."
    ]
    assert SolutionSection.objects.get(key="s1").markdown == "Two."


def test_musts_without_an_answer_stand_above_the_text(sign_in, ines, solution):
    RequirementFactory(project=solution.project, number=1)
    RequirementFactory(project=solution.project, number=2)

    page = sign_in(ines).get(address("solution_home", solution.project)).content.decode()

    assert "2 must-requirements are not answered" in page


def test_a_version_is_sent_from_its_page(
    sign_in, ines, solution, django_capture_on_commit_callbacks
):
    carl = ContactFactory(customer=solution.project.customer)
    browser = sign_in(ines)
    page = browser.get(address("solution_home", solution.project)).content.decode()
    assert "Send version 1 to the customer" in page

    with django_capture_on_commit_callbacks(execute=True):
        browser.post(
            address("solution_send", solution.project),
            {"contacts": [carl.pk], "valid_days": "30", "message": ""},
        )

    version = DocumentVersion.objects.get()
    assert (version.version, version.state) == (1, "READY")
    page = browser.get(address("solution_home", solution.project)).content.decode()
    assert "With the customer" in page
    assert "Revise" in page
    assert reverse("documents:version_pdf", kwargs={"pk": version.pk}) in page
    browser.post(address("solution_revise", solution.project))
    form = browser.get(address("solution_send", solution.project)).context["form"]
    assert list(form["contacts"].value()) == [carl.pk]


def test_nobody_chosen_is_told_at_the_field(sign_in, ines, solution):
    response = sign_in(ines).post(address("solution_send", solution.project), {"valid_days": "30"})

    assert response.context["form"].errors["contacts"] == [
        "Choose at least one person who reads it."
    ]
    assert not DocumentVersion.objects.exists()


def test_what_changed_is_shown_word_by_word(sign_in, ines, solution, noon):
    carl = ContactFactory(customer=solution.project.customer)
    review.send_for_review(solution=solution, contacts=[carl], valid_days=30, actor=ines, at=noon)
    review.revise_solution(solution=solution, actor=ines, at=noon)
    SolutionSection.objects.filter(key="s1").update(markdown="Three.")

    response = sign_in(ines).get(address("solution_versions", solution.project))

    page = response.content.decode()
    assert "<del>Two</del><ins>Three</ins>" in page
    assert response.context["same"] == 1


@pytest.fixture
def with_customer(solution, ines, noon):
    carl = ContactFactory(customer=solution.project.customer)
    review.send_for_review(solution=solution, contacts=[carl], valid_days=30, actor=ines, at=noon)
    return carl


def test_it_asks_for_at_least_one_who_signs(sign_in, ines, solution, with_customer):
    response = sign_in(ines).post(
        address("solution_sign", solution.project),
        {f"role_{with_customer.pk}": "COPY", "deadline": "2199-01-01"},
    )

    assert response.context["form"].errors == {"__all__": ["Name at least one person who signs."]}


def test_who_signs_is_kept_as_a_draft_before_all_is_understood(
    sign_in, ines, solution, with_customer
):
    browser, page = sign_in(ines), address("solution_sign", solution.project)
    people = {f"role_{with_customer.pk}": "SIGNER", "deadline": "2199-01-01"}

    refused = browser.post(page, people)
    kept = browser.post(page, people | {"draft": "1"})

    request = SignatureRequest.objects.get()
    solution.refresh_from_db()
    assert "Signing opens when every section is understood" in refused.content.decode()
    assert kept["Location"] == browser.get(page)["Location"] == request.get_absolute_url()
    assert (request.state, solution.state) == ("DRAFT", "IN_REVIEW")


@pytest.mark.parametrize("sections", [1, 25])
def test_the_editor_costs_the_same_for_any_number_of_sections(
    sign_in, ines, project, noon, settings, django_assert_num_queries, sections
):
    solution = SolutionFactory(project=project)
    for number in range(sections):
        section = SolutionSectionFactory(solution=solution, key=f"s{number}", order=number)
        section.requirements.add(RequirementFactory(project=project, number=number + 1))
    carl = ContactFactory(customer=project.customer)
    review.send_for_review(solution=solution, contacts=[carl], valid_days=30, actor=ines, at=noon)
    browser, url = sign_in(ines), address("solution_home", project)
    browser.get(url)  # content types are kept from now on

    # session, user, project, solution, sections, their requirements, version,
    # confirmations, questions, musts, news, who wrote the shown section; and who writes
    # now, where the database is the cache; open comments, threads, the rule and the answer of
    # who approves; files
    is_kept_apart = "redis" in settings.CACHES["default"]["BACKEND"]
    with django_assert_num_queries(18 if is_kept_apart else 19):
        response = browser.get(url)

    assert len(response.context["standing"].sections) == sections


def test_sections_are_put_in_order_and_keep_their_levels(sign_in, ines, solution):
    url = address("section_order", solution.project)
    first, second = solution.sections.in_order()
    type(first).objects.filter(pk=second.pk).update(level=2)

    assert sign_in(ines).post(url, {"order": [second.pk, first.pk]}).status_code == 204

    assert list(solution.sections.in_order().values_list("pk", "level")) == [
        (second.pk, 2),
        (first.pk, 1),
    ]


def test_an_order_of_other_sections_is_refused_in_words(sign_in, ines, sam, solution):
    url = address("section_order", solution.project)
    first, second = solution.sections.in_order()

    answer = sign_in(ines).post(url, {"order": [second.pk]})

    assert answer.status_code == 409
    assert answer.content == b"The list has changed since you opened it. Reload the page."
    assert sign_in(sam).post(url, {"order": [second.pk, first.pk]}).status_code == 404
    assert list(solution.sections.in_order()) == [first, second]


READING = ("solution_home", "solution_versions")
WRITING = ("solution_edit", "solution_reimport", "section_create")
RUNNING = ("solution_send", "solution_withdraw")


@pytest.mark.parametrize(
    ("person", "reading", "writing", "running"),
    [
        *(("ines", 200, 200, 200), ("adam", 200, 200, 200), ("conny", 200, 200, 403)),
        *(("bea", 200, 403, 403), ("sam", 404, 404, 404), ("piet", 404, 404, 404)),
    ],
)
def test_who_reads_writes_and_sends(
    request, sign_in, solution, conny, person, reading, writing, running
):
    MemberFactory(project=solution.project, user=conny)
    browser = sign_in(request.getfixturevalue(person))

    def answers(routes):
        return {browser.get(address(route, solution.project)).status_code for route in routes}

    assert answers(READING) == {reading}
    assert answers(WRITING) == {writing}
    assert answers(RUNNING) == {running}
    section = {"project": solution.project, "key": "s1"}
    assert browser.get(address("section_detail", **section)).status_code == reading
    for route in ("section_edit", "section_link", "section_picture"):
        assert browser.get(address(route, **section)).status_code == writing
    for route in ("section_move", "section_remove"):
        status = browser.post(address(route, **section)).status_code
        assert status == (302 if writing == 200 else writing)


def test_no_page_carries_script_or_style_of_its_own(sign_in, ines, solution):
    browser, project = sign_in(ines), solution.project
    for route in (*READING, *WRITING, *RUNNING, "requirement_list", "requirement_matrix"):
        page = browser.get(address(route, project)).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page), route
