"""Our side of the demo: people, teams, the catalogue, a survey template."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from implportal.accounts.models import Role, Team, User
from implportal.catalogue.models import (
    FieldOfBusiness,
    Product,
    ProfilePart,
    Qualification,
    ReferenceCase,
)
from presales.models import QuestionType, SurveyTemplate, TemplateQuestion, TemplateSection

PEOPLE = (
    ("ines", "Ines Example", Role.IMPLEMENTATION_MANAGER, "Implementation manager"),
    ("piet", "Piet Example", Role.PROJECT_MANAGER, "Project manager"),
    ("bea", "Bea Example", Role.BUSINESS_MANAGER, "Business manager"),
    ("cora", "Cora Example", Role.COMMERCE, "Commerce"),
    ("conny", "Conny Example", Role.CONSULTANT, "Consultant for data migration"),
    ("adam", "Adam Example", Role.ADMINISTRATOR, "Administrator"),
)
CUSTOMER_TO_TRY = "carl@cityhospital.example"
"""Whose link is shown to who starts the demo."""
TEMPLATE_TITLE = "Document system: first survey"
QUESTIONS = (
    (
        "How you work today",
        (
            ("How many people will work with the system?", QuestionType.NUMBER, [], True,
             "The system shall serve at least … people at the same time"),
            ("Where are documents kept today?", QuestionType.MULTIPLE_CHOICE,
             ["paper files", "shared folders", "e-mail", "another system"], True,
             "The system shall take over documents from: …"),
            ("What takes the most time?", QuestionType.LONG_TEXT, [], False, ""),
        ),
    ),
    (
        "What should change",
        (
            ("Who has to approve a document?", QuestionType.TEXT, [], True,
             "The system shall route each document for approval by …"),
            ("How fast should a document be found?", QuestionType.SINGLE_CHOICE,
             ["within 2 seconds", "within 10 seconds", "on the same day"], True,
             "The system shall find a document …"),
            ("When should it be in use?", QuestionType.DATE, [], False,
             "The system shall be in productive use by …"),
            ("How much do users look forward to it?", QuestionType.SCALE, [], False, ""),
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """The six people of the demo, by first name."""

    ines: User
    piet: User
    bea: User
    cora: User
    conny: User
    adam: User


def password_file() -> Path:
    return Path(settings.VAR_DIR) / "demo_password"


def demo_password() -> str:
    """Return the password of all demo people; made once for this machine, never built in."""
    kept = password_file()
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(f"demo-{secrets.token_hex(5)}\n")
    return kept.read_text().strip()


def make_people() -> Cast:
    """Make whoever of the cast is missing."""
    team, _created = Team.objects.get_or_create(name="Team North")
    password = demo_password()
    cast = {}
    for key, name, role, title in PEOPLE:
        email = f"{key}@example.com"
        person = User.objects.filter(email=email).first()
        is_administrator = role == Role.ADMINISTRATOR
        cast[key] = person or User.objects.create_user(
            email,
            password,
            name=name,
            role=role,
            title=title,
            team=team,
            phone="+49 40 555 0100",
            introduction=f"{name} accompanies roll-outs at hospitals, logistics and insurers.",
            is_staff=is_administrator,
            is_superuser=is_administrator,
        )
    return Cast(**cast)


def make_catalogue(*, cast: Cast, today: date) -> None:
    """Fill an empty catalogue with what a small software house would show."""
    if ProfilePart.objects.exists():
        return
    health = FieldOfBusiness.objects.create(name="Health care")
    FieldOfBusiness.objects.create(name="Logistics")
    FieldOfBusiness.objects.create(name="Insurance")
    Product.objects.create(
        code="DOC", name="Demo Documents",
        summary="Keeps, finds and approves documents, with a full history of every change.",
    )  # fmt: skip
    Product.objects.create(
        code="TRM", name="Demo Terminals",
        summary="Brings orders to hand-held terminals in the warehouse and back.",
    )  # fmt: skip
    ProfilePart.objects.create(
        title="Who we are", order=10,
        text="A demo company of **forty people** that brings document systems into use.",
    )  # fmt: skip
    ProfilePart.objects.create(
        title="How we work", order=20,
        text="1. We listen before we promise.\n2. We write down what we promise.\n"
        "3. We are paid when it is accepted.",
    )  # fmt: skip
    Qualification.objects.create(
        title="Information security management (demo)", number="DEMO-27001-01",
        issuer="Example Certification Body", owner=cast.cora,
        valid_from=today - timedelta(days=700), valid_until=today + timedelta(days=395),
    )  # fmt: skip
    Qualification.objects.create(
        title="Quality management (demo)", number="DEMO-9001-07",
        issuer="Example Certification Body", owner=cast.cora,
        valid_from=today - timedelta(days=1100), valid_until=today - timedelta(days=5),
    )  # fmt: skip
    ReferenceCase.objects.create(
        customer_name="Example Clinic (demo)", field_of_business=health,
        title="Records found in two seconds",
        text="420 people moved from paper files to Demo Documents in fourteen weeks.",
        consent_given_on=today - timedelta(days=200), consent_ends_on=today + timedelta(days=530),
    )  # fmt: skip


def make_survey_template() -> SurveyTemplate:
    """Return the short published template of the demo, making it where it is missing."""
    return make_template(TEMPLATE_TITLE, QUESTIONS)


def make_template(
    title: str, sections: Iterable[tuple[str, Iterable[Sequence[Any]]]], *, field: str = ""
) -> SurveyTemplate:
    """Return the published template ``title``, making it where it is missing.

    A row begins with text, kind, choices, whether it must be answered, and hint.
    """
    existing = SurveyTemplate.objects.filter(title=title).first()
    if existing:
        return existing
    template = SurveyTemplate.objects.create(
        title=title,
        is_published=True,
        field_of_business=FieldOfBusiness.objects.filter(name=field).first(),
    )
    for place, (heading, rows) in enumerate(sections, start=1):
        section = TemplateSection.objects.create(template=template, title=heading, order=place)
        TemplateQuestion.objects.bulk_create(
            TemplateQuestion(
                section=section, order=order, text=row[0], type=row[1], choices=row[2],
                is_required=row[3], requirement_hint=row[4],
            )
            for order, row in enumerate(rows, start=1)
        )  # fmt: skip
    return template
