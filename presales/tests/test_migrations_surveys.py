"""Rows of before a migration, and what they are after it."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from implportal.projects.tests.factories import MOMENT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def migrate():
    """Bring pre-sales to a migration and return its models then; in the end to the newest."""

    def _migrate(name):
        executor = MigrationExecutor(connection)
        executor.migrate([("presales", name)])
        return MigrationExecutor(connection).loader.project_state([("presales", name)]).apps

    yield _migrate
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def project_of(apps):
    user = apps.get_model("accounts", "User").objects.create(email="ines@example.com", name="Ines")
    customer = apps.get_model("projects", "Customer").objects.create(name="Clinic")
    contact = apps.get_model("projects", "Contact").objects.create(
        customer=customer, name="Carl", email="carl@example.com"
    )
    project = apps.get_model("projects", "Project").objects.create(
        code="IP-2026-0001", title="Records", customer=customer, implementation_manager=user,
        created_at=MOMENT,
    )  # fmt: skip
    return user, contact, project


def test_questions_of_before_keep_their_kind_and_hang_on_none(migrate):
    old = migrate("0001_initial")
    user, _contact, project = project_of(old)
    survey = old.get_model("presales", "Survey").objects.create(
        project=project, title="Needs", created_at=MOMENT, created_by=user
    )
    template = old.get_model("presales", "SurveyTemplate").objects.create(title="Clinics")
    section = old.get_model("presales", "TemplateSection").objects.create(
        template=template, title="Today", order=1
    )
    for order, kind in enumerate(["TEXT", "SINGLE_CHOICE", "NUMBER"], start=1):
        old.get_model("presales", "SurveyQuestion").objects.create(
            survey=survey, section="Today", order=order, text=f"{kind}?", type=kind,
            choices=["a", "b"],
        )  # fmt: skip
        old.get_model("presales", "TemplateQuestion").objects.create(
            section=section, order=order, text=f"{kind}?", type=kind
        )

    new = migrate("0002_question_kinds")

    for model in ("SurveyQuestion", "TemplateQuestion"):
        rows = new.get_model("presales", model).objects.order_by("order").values_list(
            "text", "type", "depends_on", "condition", "condition_value", "smallest", "unit"
        )  # fmt: skip
        assert list(rows) == [
            (f"{kind}?", kind, None, "", "", None, "")
            for kind in ("TEXT", "SINGLE_CHOICE", "NUMBER")
        ]
    assert new.get_model("presales", "SurveyQuestion").objects.get(order=2).choices == ["a", "b"]


def test_answers_of_before_become_statements_of_those_who_gave_them(migrate):
    old = migrate("0003_suspect_links")
    user, carl, project = project_of(old)
    Survey = old.get_model("presales", "Survey")
    common = {"project": project, "created_at": MOMENT, "created_by": user}
    sent = Survey.objects.create(
        title="Sent", state="HANDED_IN", sent_to=carl, sent_at=MOMENT, handed_in_at=MOMENT,
        handed_in_by="Carl", **common,
    )  # fmt: skip
    by_us = Survey.objects.create(
        title="By us", state="HANDED_IN", sent_to=carl, sent_at=MOMENT, handed_in_at=MOMENT,
        handed_in_by="Ines", **common,
    )  # fmt: skip
    asked = Survey.objects.create(title="Asked in a meeting", state="OPEN", **common)
    for survey, by, via in [
        (sent, "Carl", "LINK"), (by_us, "Ines", "INTERVIEW"), (by_us, "Carla", "LINK"),
        (asked, "Ines", "INTERVIEW"),
    ]:  # fmt: skip
        order = old.get_model("presales", "SurveyQuestion").objects.count() + 1
        question = old.get_model("presales", "SurveyQuestion").objects.create(
            survey=survey, section="Today", order=order, text="Which?", type="TEXT"
        )
        old.get_model("presales", "Answer").objects.create(
            question=question, value=f"words {order}", answered_by=by, via=via,
            answered_at=MOMENT,
        )  # fmt: skip

    new = migrate("0004_survey_people")

    people = new.get_model("presales", "Respondent").objects.order_by("pk")
    assert list(
        people.values_list("survey__title", "contact__name", "sent_at", "handed_in_at")
    ) == [
        ("Sent", "Carl", MOMENT, MOMENT),
        ("By us", "Carl", MOMENT, None),
    ]
    said = new.get_model("presales", "Statement").objects.order_by("question__order")
    assert list(said.values_list("contact__name", "said_by", "value", "via", "said_at")) == [
        ("Carl", "Carl", "words 1", "LINK", MOMENT),
        (None, "Ines", "words 2", "INTERVIEW", MOMENT),
        (None, "Carla", "words 3", "LINK", MOMENT),
        (None, "Ines", "words 4", "INTERVIEW", MOMENT),
    ]
    answers = new.get_model("presales", "Answer").objects.order_by("pk")
    assert list(answers.values_list("value", "agreed_at")) == [
        (f"words {number}", None) for number in (1, 2, 3, 4)
    ]


def test_surveys_of_before_know_no_template_and_templates_begin_with_version_one(migrate):
    old = migrate("0005_exchanges_and_research")
    user, _contact, project = project_of(old)
    old.get_model("presales", "SurveyTemplate").objects.create(title="Clinics")
    old.get_model("presales", "Survey").objects.create(
        project=project, title="Needs", created_at=MOMENT, created_by=user
    )

    new = migrate("0006_survey_preparation_and_common")

    survey = new.get_model("presales", "Survey").objects.get()
    assert (survey.template, survey.template_version) == (None, None)
    assert new.get_model("presales", "SurveyTemplate").objects.get().version == 1
