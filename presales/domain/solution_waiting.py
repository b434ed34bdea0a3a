"""Which solutions wait, and for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from implportal.accounts.models import User
from implportal.documents.models import DocumentVersion
from implportal.projects.models import Project
from implportal.signing.domain.progress import needs_confirmation, section_sha256
from implportal.signing.models import Question, SectionConfirmation
from presales.domain.review import KIND
from presales.models import Solution


@dataclass(frozen=True)
class Reading:
    """How far the customer has got with one solution."""

    understood: int
    total: int
    open_questions: int
    readers: str

    @property
    def ready_to_sign(self) -> bool:
        return self.understood == self.total and not self.open_questions


def unfinished_solutions(user: User) -> list[Solution]:
    """Solutions that are written or read now, in running projects that ``user`` runs."""
    mine = Project.objects.running().filter(
        Q(implementation_manager=user) | Q(project_manager=user, delivery_granted_at__isnull=False)
    )
    return list(
        Solution.objects.filter(
            project__in=mine, state__in=[Solution.State.DRAFT, Solution.State.IN_REVIEW]
        )
        .select_related("project")
        .order_by("state_since", "pk")
    )


def readings(solutions: Iterable[Solution]) -> dict[int, Reading]:
    """Return how far each solution's current version has got, by the solution's key.

    The rules are those of ``signing.domain.progress.reading_state``; this asks for many at
    once. Costs three queries.
    """
    pks = [solution.pk for solution in solutions]
    if not pks:
        return {}
    about = {"content_type": ContentType.objects.get_for_model(Solution), "kind": KIND}
    versions = DocumentVersion.objects.filter(
        object_id__in=pks, status=DocumentVersion.Status.ACTIVE, **about
    ).order_by("version")
    latest = {version.object_id: version for version in versions}
    on_these = {f"version__{name}": value for name, value in about.items()}
    confirmed: dict[int, dict[str, str]] = defaultdict(dict)
    for object_id, sha256, name in SectionConfirmation.objects.filter(
        version__object_id__in=pks, **on_these
    ).values_list("version__object_id", "section_sha256", "name"):
        confirmed[object_id][sha256] = name
    questions: dict[int, int] = defaultdict(int)
    for object_id in (
        Question.objects.filter(version__object_id__in=pks, **on_these)
        .exclude(state=Question.State.CLOSED)
        .values_list("version__object_id", flat=True)
    ):
        questions[object_id] += 1
    return {pk: _reading(version, confirmed[pk], questions[pk]) for pk, version in latest.items()}


def _reading(version: DocumentVersion, confirmed: dict[str, str], questions: int) -> Reading:
    asked = [section_sha256(s) for s in version.content["sections"] if needs_confirmation(s)]
    return Reading(
        understood=sum(sha256 in confirmed for sha256 in asked),
        total=len(asked),
        open_questions=questions,
        readers=", ".join(sorted(set(confirmed.values()))),
    )
