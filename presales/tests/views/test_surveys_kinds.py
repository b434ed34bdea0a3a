"""Tables, files, numbers with limits and questions that hang on others, on both kinds of page."""

from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from implportal.notifications.models import Message
from implportal.projects.models import Attachment
from implportal.projects.tests.factories import ContactFactory
from presales.domain.surveys import send_survey
from presales.models import Answer, TemplateQuestion
from presales.tests.factories import (
    SurveyFactory,
    SurveyQuestionFactory,
    TemplateQuestionFactory,
    TemplateSectionFactory,
)

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 plan"


@pytest.fixture
def survey(ines):
    return SurveyFactory(project__implementation_manager=ines, title="Needs")


@pytest.fixture
def link(survey, ines):
    contact = ContactFactory(customer=survey.project.customer, name="Carl Customer")
    return send_survey(
        survey=survey, contact=contact, message="", valid_days=9, actor=ines, at=timezone.now()
    )


@pytest.fixture
def carl(link):
    browser = Client()
    address = Message.objects.get(dedupe_key=f"link:{link.public_id}").secrets["link"]
    browser.get(urlsplit(address).path)
    return browser


@pytest.fixture(params=["interview", "link"])
def answer(request, survey, link, carl, ines, sign_in):
    """Post answers in an interview, and behind the link."""
    if request.param == "interview":
        kwargs = {"project_pk": survey.project_id, "pk": survey.pk}
        browser, url = sign_in(ines), reverse("presales:survey_interview", kwargs=kwargs)
    else:
        kwargs = {"link_id": link.public_id, "number": 1}
        browser, url = carl, reverse("presales:survey_link_section", kwargs=kwargs)
    return lambda given: browser.post(url, given)


def file(content=PDF, name="plan.pdf"):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def test_a_table_keeps_the_rows_that_say_something(survey, answer):
    table = SurveyQuestionFactory(survey=survey, type="TABLE", choices=["Ward", "Beds"])

    answer({
        f"q{table.pk}-0-0": "Surgery", f"q{table.pk}-0-1": "12",
        f"q{table.pk}-1-0": " ", f"q{table.pk}-1-1": "",
        f"q{table.pk}-2-0": "外科", f"q{table.pk}-2-1": "=1+1",
    })  # fmt: skip

    kept = Answer.objects.get()
    assert kept.value == [["Surgery", "12"], ["外科", "=1+1"]]
    assert kept.spoken == "Surgery · 12\n外科 · =1+1"


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({f"-{row}-0": "x" for row in range(51)}, "Use at most 50 rows."),
        ({"-0-0": "x" * 501}, "Use at most 500 letters."),
    ],
)
def test_a_table_that_is_too_large_is_refused_at_its_place(survey, answer, cells, message):
    table = SurveyQuestionFactory(survey=survey, type="TABLE", choices=["Ward", "Beds"])

    refused = answer({f"q{table.pk}{name}": cell for name, cell in cells.items()})

    assert refused.context["form"].errors == {f"q{table.pk}": [message]}
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("4", "Ensure this value is greater than or equal to 5."),
        ("101", "Ensure this value is less than or equal to 100."),
    ],
)
def test_a_number_stays_between_its_limits(survey, answer, typed, message):
    number = SurveyQuestionFactory(
        survey=survey, type="NUMBER", smallest=5, largest=100, unit="beds"
    )

    refused = answer({f"q{number.pk}": typed})

    assert refused.context["form"].errors == {f"q{number.pk}": [message]}
    assert "In beds." in refused.text
    assert not Answer.objects.exists()


def test_nought_is_an_answer(survey, answer):
    number = SurveyQuestionFactory(survey=survey, type="NUMBER", unit="beds")

    answer({f"q{number.pk}": "0"})

    assert Answer.objects.get().spoken == "0 beds"


def test_a_file_is_kept_with_what_it_is_and_replaced(survey, answer):
    plan = SurveyQuestionFactory(survey=survey, type="FILE")

    answer({f"q{plan.pk}": file()})
    answer({f"q{plan.pk}": file()})
    first = Answer.objects.get().value
    answer({f"q{plan.pk}": file(b"%PDF-1.7 other", "other.pdf")})
    answer({})

    assert (first["name"], first["size"]) == ("plan.pdf", len(PDF))
    assert Answer.objects.get().spoken == "other.pdf"
    assert list(Attachment.objects.order_by("pk").values_list("name", "content_type")) == [
        ("plan.pdf", "application/pdf"),
        ("other.pdf", "application/pdf"),
    ]
    answer({f"q{plan.pk}-clear": "on"})
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"MZ\x90", "plan.pdf is a program, and programs are not kept here."),
        (b"", "plan.pdf is empty."),
        (b"%PDF-" + b"x" * 2000, "plan.pdf is larger than 1.0\xa0KB."),
    ],
)
def test_a_file_is_judged_by_its_content_and_refused_at_its_field(
    survey, answer, settings, content, message
):
    settings.UPLOAD_MAX_BYTES = 1024
    text = SurveyQuestionFactory(survey=survey)
    plan = SurveyQuestionFactory(survey=survey, type="FILE")

    refused = answer({f"q{text.pk}": "typed", f"q{plan.pk}": file(content)})

    assert refused.context["form"].errors == {f"q{plan.pk}": [message]}
    assert 'value="typed"' in refused.text
    assert not Answer.objects.exists()
    assert not Attachment.objects.exists()


def test_a_file_comes_back_only_behind_its_own_link_and_is_never_shown(survey, link, carl, ines):
    plan = SurveyQuestionFactory(survey=survey, type="FILE")
    section = reverse(
        "presales:survey_link_section", kwargs={"link_id": link.public_id, "number": 1}
    )
    carl.post(section, {f"q{plan.pk}": file()})
    address = reverse(
        "presales:survey_link_file", kwargs={"link_id": link.public_id, "question_pk": plan.pk}
    )

    assert address in carl.get(section).text
    got = carl.get(address)
    assert b"".join(got.streaming_content) == PDF
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    assert Client().get(address).status_code == 404
    other = SurveyQuestionFactory(type="FILE")
    foreign = reverse(
        "presales:survey_link_file", kwargs={"link_id": link.public_id, "question_pk": other.pk}
    )
    assert carl.get(foreign).status_code == 404


def hanging(survey, **more):
    first = SurveyQuestionFactory(
        survey=survey, type="SINGLE_CHOICE", choices=["yes", "no"], text="Paper?"
    )
    second = SurveyQuestionFactory(
        survey=survey, text="Where?", depends_on=first, condition="EQUALS",
        condition_value="yes", is_required=True, **more,
    )  # fmt: skip
    return first, second


def test_without_script_the_page_says_when_a_question_is_meant(survey, link, carl):
    first, _second = hanging(survey)
    page = carl.get(
        reverse("presales:survey_link_section", kwargs={"link_id": link.public_id, "number": 1})
    )

    assert "Only if “Paper?” is “yes”" in page.text
    assert f'data-if="{first.pk}"' in page.text
    assert page.context["questions"] == 1  # to be counted


@pytest.mark.parametrize(("said", "leads_to"), [("yes", 2), ("no", "hand_in")])
def test_a_section_in_which_nothing_is_asked_is_left_out(survey, link, carl, said, leads_to):
    first, _second = hanging(survey, section="Paper")
    kwargs = {"link_id": link.public_id}

    answered = carl.post(
        reverse("presales:survey_link_section", kwargs=kwargs | {"number": 1}),
        {f"q{first.pk}": said},
    )

    expected = (
        reverse("presales:survey_link_hand_in", kwargs=kwargs)
        if leads_to == "hand_in"
        else reverse("presales:survey_link_section", kwargs=kwargs | {"number": leads_to})
    )
    assert answered.headers["Location"] == expected


def test_autosave_keeps_what_is_right_and_names_what_is_wrong(survey, link, carl):
    text = SurveyQuestionFactory(survey=survey)
    number = SurveyQuestionFactory(survey=survey, type="NUMBER")
    url = reverse("presales:survey_link_section", kwargs={"link_id": link.public_id, "number": 1})

    kept = carl.post(url, {f"q{text.pk}": "half", f"q{number.pk}": "many", "autosave": "1"})

    assert kept.json() == {"wrong": [f"q{number.pk}"]}
    assert Answer.objects.get().value == "half"


def test_autosave_says_when_the_survey_takes_no_more(survey, link, carl):
    text = SurveyQuestionFactory(survey=survey)
    url = reverse("presales:survey_link_section", kwargs={"link_id": link.public_id, "number": 1})
    survey.state, survey.handed_in_at = "HANDED_IN", timezone.now()
    survey.save(update_fields=["state", "handed_in_at"])

    late = carl.post(url, {f"q{text.pk}": "late", "autosave": "1"})

    assert late.status_code == 409
    assert not Answer.objects.exists()


@pytest.fixture
def question_form(sign_in, ines):
    section = TemplateSectionFactory()
    first = TemplateQuestionFactory(
        section=section, order=1, type="SINGLE_CHOICE", choices=["yes", "no"]
    )
    url = reverse("presales:template_question_create", kwargs={"section_pk": section.pk})
    browser = sign_in(ines)
    return first, lambda **given: browser.post(url, {"text": "Q?", "type": "TEXT"} | given)


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"type": "TABLE"}, "choices", "Give the table between one and eight columns."),
        (
            {"type": "NUMBER", "smallest": "5", "largest": "4"},
            "largest",
            "This is below the smallest number.",
        ),
        ({"hangs": True}, "condition", "Say how the answer to"),
        ({"hangs": True, "condition": "EQUALS"}, "condition_value", "Say what the answer to"),
        (
            {"hangs": True, "condition": "EQUALS", "condition_value": "maybe"},
            "condition_value",
            "“maybe” is not among the answers",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_at_its_field(
    question_form, given, field, message
):
    first, post = question_form
    if given.pop("hangs", False):
        given["depends_on"] = first.pk

    refused = post(**given)

    assert message in refused.context["form"].errors[field][0]
    assert TemplateQuestion.objects.count() == 1


def test_a_question_of_another_template_cannot_be_waited_for(question_form):
    _first, post = question_form
    foreign = TemplateQuestionFactory()

    refused = post(depends_on=foreign.pk, condition="ANSWERED")

    assert refused.context["form"].errors
    assert TemplateQuestion.objects.filter(section=foreign.section).count() == 1
    assert TemplateQuestion.objects.count() == 2


def test_a_question_that_hangs_on_an_earlier_one_is_kept_and_said_in_words(question_form, client):
    first, post = question_form

    page = post(depends_on=first.pk, condition="EQUALS", condition_value="yes")

    assert page.status_code == 302
    assert TemplateQuestion.objects.get(text="Q?").depends_on == first
