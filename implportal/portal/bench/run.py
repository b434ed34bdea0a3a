from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from implportal.accounts.models import Role, User
from implportal.celery import leaving_slow_work
from implportal.documents.domain.content import SectionInput, build_content
from implportal.documents.domain.versions import freeze, render_version
from implportal.documents.models import DocumentVersion
from implportal.notifications.models import Message
from implportal.portal.bench.bare import MIDDLEWARE
from implportal.portal.bench.measure import Limit, Ratio, compare
from implportal.portal.bench.papers import measure_papers, measure_signing
from implportal.projects.models import Contact, Customer, Phase, Project, Step
from implportal.projects.registry import ACTIVITIES
from implportal.signing.domain.links import share

BATCH = 1000
MANAGERS = 20
GOAL_LIST, GOAL_LAST_PAGE, GOAL_PROJECT, GOAL_CREATE, GOAL_CUSTOMER = 2.0, 1.2, 8.0, 10.0, 6.0
"""At most so many times what the bare page costs."""


def fill(projects: int) -> User:
    """Make that many projects of twenty managers; return who looks at them."""
    dice = random.Random(1)  # noqa: S311 - the same rows on every run
    now = timezone.now()
    people = User.objects.bulk_create(
        User(email=f"m{n}@example.com", name=f"Manager {n}", role=Role.IMPLEMENTATION_MANAGER)
        for n in range(MANAGERS)
    )
    customers = Customer.objects.bulk_create(
        Customer(name=f"Customer {n:04d}") for n in range(min(projects, 1000))
    )
    phases = [Phase.PRESALES, Phase.DELIVERY, Phase.AFTERSALES]
    for start in range(0, projects, BATCH):
        made = Project.objects.bulk_create(
            Project(
                code=f"IP-2026-{n:06d}",
                title=f"Roll-out {n} for customer {n % 997}",
                customer=customers[n % len(customers)],
                implementation_manager=people[n % MANAGERS],
                phase=dice.choice(phases),
                planned_end_on=(now + timedelta(days=dice.randint(-30, 120))).date(),
                contract_value_minor=dice.randint(10_000, 9_000_000),
                created_at=now - timedelta(minutes=7 * n),
            )
            for n in range(start, min(start + BATCH, projects))
        )
        Step.objects.bulk_create(
            step
            for project in made
            for step in _steps(project, reached=dice.randrange(len(ACTIVITIES)), now=now)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return User.objects.create_user("bench@example.com", name="Bench", role=Role.ADMINISTRATOR)


def _steps(project: Project, *, reached: int, now: datetime) -> Iterator[Step]:
    """The activities of a project that has come so far; the present one is its manager's."""
    for position, activity in enumerate(ACTIVITIES):
        step = Step(project=project, key=activity.key, order=activity.order)
        if position < reached:
            step.state, step.done_at = Step.State.DONE, now
        elif position == reached:
            step.state, step.owner_id = Step.State.IN_PROGRESS, project.implementation_manager_id
            step.due_on = project.planned_end_on
        yield step


def measure(*, user: User, projects: int, rounds: int) -> Iterator[Ratio | Limit]:
    """Measure each page beside its bare twin, and the end of the list beside its beginning."""
    ours, bare = Client(), Client()
    for client in (ours, bare):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with override_settings(MIDDLEWARE=MIDDLEWARE):
        bare.handler.load_middleware()

    project = Project.objects.order_by("pk").first()
    list_url, pages = reverse("projects:project_list"), -(-projects // 25)
    yield compare(
        "list of 25 projects", goal=GOAL_LIST, rounds=rounds,
        ours=lambda: ours.get(list_url), bare=lambda: bare.get("/"),
    )  # fmt: skip
    yield compare(
        "last page, beside the bare last page", goal=GOAL_LIST, rounds=rounds,
        ours=lambda: ours.get(list_url, {"page": pages}),
        bare=lambda: bare.get("/", {"page": pages}),
    )  # fmt: skip
    yield compare(
        "last page, beside our own first", goal=GOAL_LAST_PAGE, rounds=rounds,
        ours=lambda: ours.get(list_url, {"page": pages}), bare=lambda: ours.get(list_url),
    )  # fmt: skip
    yield compare(
        "project page", goal=GOAL_PROJECT, rounds=rounds,
        ours=lambda: ours.get(project.get_absolute_url()),
        bare=lambda: bare.get(f"/{project.pk}"),
    )  # fmt: skip
    new = {
        "customer": project.customer_id,
        "title": "New",
        "implementation_manager": project.implementation_manager_id,
        "currency": "EUR",
    }
    yield compare(
        "create a project", goal=GOAL_CREATE, rounds=rounds,
        ours=lambda: ours.post(reverse("projects:project_create"), new),
        bare=lambda: bare.post("/new", new),
    )  # fmt: skip
    version, path = share_document(project=project, user=user)
    customer = Client()
    page = customer.get(path, follow=True).redirect_chain[-1][0]
    yield compare(
        "customer's page", goal=GOAL_CUSTOMER, rounds=rounds,
        ours=lambda: customer.get(page), bare=lambda: bare.get(f"/document/{version.pk}"),
    )  # fmt: skip
    yield measure_signing(project=project, user=user, bare=bare, rounds=min(rounds, 30))
    yield from measure_papers(project=project, user=user, rounds=rounds)


def share_document(*, project: Project, user: User) -> tuple[DocumentVersion, str]:
    """Freeze a document of ten sections, give it to a contact; the version and the link's path."""
    now = timezone.now()
    contact = Contact.objects.create(
        customer=project.customer, name="Carl Sample", email="carl@customer.example"
    )
    text = "What is promised here is **checked** at the acceptance. " * 20
    content = build_content(
        project=project, number="SD-BENCH", title="Bench", date=now.date(),
        sections=[SectionInput(key=f"s{n}", title=f"Part {n}", markdown=text) for n in range(10)],
    )  # fmt: skip
    with leaving_slow_work():
        version = freeze(
            kind="presales.solution", subject=project, project=project, number="SD-BENCH",
            title="Bench", content=content, actor=user, at=now,
        )  # fmt: skip
        share(
            kind="DISCUSS", project=project, subject=version, contact=contact, actor=user, at=now,
            valid_days=30, subject_line="Please read",
        )  # fmt: skip
    render_version(version_id=version.pk, now=now)
    link = Message.objects.filter(to=contact.email).order_by("-pk").first().secrets["link"]
    return version, urlsplit(link).path
