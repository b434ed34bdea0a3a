"""The floor: pages that show the same rows with nothing of ours around them.

Each is what a plain Django page with a signed-in person costs: session, user, the rows,
a short template. Our pages are reported as ratios to these, measured in the same run.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.backends.django import DjangoTemplates
from django.urls import path
from django.utils import timezone

from implportal.documents.models import DocumentVersion
from implportal.projects.models import Project

MIDDLEWARE = [
    "implportal.portal.bench.bare.use_these_pages",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = {
    "list.html": "<!doctype html><title>Projects</title><h1>Projects</h1><table>{% for p in rows %}"
    "<tr><td><a href='/{{ p.pk }}'>{{ p.code }}</a></td><td>{{ p.title }}</td>"
    "<td>{{ p.customer.name }}</td><td>{{ p.implementation_manager.name }}</td>"
    "<td>{{ p.get_phase_display }}</td><td>{{ p.planned_end_on }}</td></tr>{% endfor %}</table>"
    "<p>{{ total }}</p>",
    "detail.html": "<!doctype html><title>{{ p.code }}</title><h1>{{ p.title }}</h1>"
    "<p>{{ p.customer.name }} {{ p.implementation_manager.name }}</p>"
    "<ul>{% for s in steps %}<li>{{ s.key }} {{ s.state }}</li>{% endfor %}</ul>",
    "document.html": "<!doctype html><title>{{ v.title }}</title><h1>{{ v.title }}</h1>"
    "{% for s in v.content.sections %}<h2>{{ s.title }}</h2>{{ s.html|safe }}{% endfor %}",
}
ENGINE = DjangoTemplates(
    {
        "NAME": "bare",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [("django.template.loaders.locmem.Loader", TEMPLATES)],
                )
            ]
        },
    }
)


def use_these_pages(get_response: Callable) -> Callable:
    """Middleware: answer with the pages below, whatever the portal's own addresses are."""

    def answer(request: HttpRequest) -> HttpResponse:
        request.urlconf = __name__
        return get_response(request)

    return answer


def render(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    return HttpResponse(ENGINE.get_template(template).render(context, request))


def _signed_in(request: HttpRequest) -> bool:
    return request.user.is_authenticated


def project_list(request: HttpRequest) -> HttpResponse:
    projects = Project.objects.select_related("customer", "implementation_manager")
    projects = projects.order_by("-created_at", "-pk") if _signed_in(request) else projects.none()
    total = projects.count()
    page = int(request.GET.get("page", 1))
    rows = projects[(page - 1) * 25 : page * 25]
    return render(request, "list.html", {"rows": rows, "total": total})


def project_detail(request: HttpRequest, pk: int) -> HttpResponse:
    project = Project.objects.select_related("customer", "implementation_manager").get(pk=pk)
    steps = project.steps.order_by("order") if _signed_in(request) else []
    return render(request, "detail.html", {"p": project, "steps": steps})


def create(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    with transaction.atomic():
        project = Project.objects.create(
            code=f"B{now.timestamp()}"[-20:],
            title="New",
            customer_id=request.POST["customer"],
            implementation_manager=request.user,
            created_at=now,
        )
    return HttpResponse(status=302, headers={"Location": f"/{project.pk}"})


def document(request: HttpRequest, pk: int) -> HttpResponse:
    versions = DocumentVersion.objects.all()
    version = (versions if _signed_in(request) else versions.none()).get(pk=pk)
    return render(request, "document.html", {"v": version})


urlpatterns = [
    path("", project_list),
    path("new", create),
    path("document/<int:pk>", document),
    path("<int:pk>", project_detail),
]
