from datetime import date
from itertools import pairwise

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from delivery.models import Task, TaskLink
from delivery.tests.factories import TaskFactory, TaskLinkFactory
from implportal.projects.tests.factories import MemberFactory, ProjectFactory
from presales.tests.factories import RequirementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(ines):
    return ProjectFactory(implementation_manager=ines)


def address(name, project, **kwargs):
    return reverse(f"delivery:{name}", kwargs={"project_pk": project.pk} | kwargs)


@pytest.mark.parametrize("tasks", [1, 25])
def test_the_plan_costs_the_same_for_any_number_of_tasks(
    sign_in, ines, conny, project, django_assert_num_queries, tasks
):
    made = [TaskFactory(project=project, owner=conny) for _ in range(tasks)]
    for before, after in pairwise(made):
        TaskLinkFactory(predecessor=before, successor=after)
    browser = sign_in(ines)

    # session, user, news, project, tasks, links, count, page, people to choose from
    with django_assert_num_queries(9):
        response = browser.get(address("plan", project))

    chart = response.context["chart"]
    assert sum(bool(row.bar) for row in chart.rows) == len(response.context["tasks"]) == tasks
    assert len(chart.arrows) == tasks - 1
    assert response.content.decode().count('class="gantt-bar"') == tasks + 3  # and the legend


@pytest.mark.parametrize("links", [1, 25])
def test_a_task_costs_the_same_for_any_number_of_links(
    sign_in, ines, project, django_assert_num_queries, links
):
    task = TaskFactory(project=project)
    for _ in range(links):
        TaskLinkFactory(predecessor=TaskFactory(project=project), successor=task)
        task.requirements.add(RequirementFactory(project=project))
    browser = sign_in(ines)

    ContentType.objects.get_for_model(Task)  # remembered by the process
    # session, user, news, project, task, tasks, links, requirements, tasks to choose from, files
    with django_assert_num_queries(10):
        response = browser.get(task.get_absolute_url())

    assert len(response.context["before"]) == links


def test_an_empty_plan_offers_the_first_task(sign_in, ines, project):
    page = sign_in(ines).get(address("plan", project)).content.decode()

    assert "The plan is empty" in page
    assert '<svg class="gantt-drawing"' not in page


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"q": "impo"}, ["Import"]),
        ({"q": "T2"}, ["Train"]),
        ({"state": "late"}, ["Import"]),
        ({"owner": "Mara"}, ["Train"]),
        ({"owner": "nobody"}, ["Go-live"]),
        ({"place": "Room 2"}, ["Train"]),
        ({"milestones": "True"}, ["Go-live"]),
        ({"sort": "-start"}, ["Go-live", "Train", "Import"]),
    ],
)
def test_the_plan_is_filtered_and_sorted(sign_in, ines, conny, project, query, titles):
    TaskFactory(project=project, number=1, title="Import", owner=conny)
    later = {"starts_on": date(2036, 3, 3), "ends_on": date(2036, 3, 3)}
    TaskFactory(
        project=project, number=2, title="Train", owner_name="Mara", place="Room 2", **later
    )
    TaskFactory(project=project, number=3, title="Go-live", milestone=True,
                starts_on=date(2036, 3, 4))  # fmt: skip

    page = sign_in(ines).get(address("plan", project), query)

    assert [row["task"].title for _label, rows in page.context["groups"] for row in rows] == titles
    assert {row.bar.task.title for row in page.context["chart"].rows} == set(titles)


def test_an_owner_that_is_no_choice_is_told(sign_in, ines, project):
    TaskFactory(project=project)

    page = sign_in(ines).get(address("plan", project), {"owner": "x' or 1"})

    assert page.status_code == 200
    assert list(page.context["filter"].form.errors) == ["owner"]


def test_the_export_has_exactly_what_is_filtered(sign_in, ines, project):
    first = TaskFactory(project=project, number=1, title="=Import", phase_label="Data")
    second = TaskFactory(project=project, number=2, title="Train")
    TaskLinkFactory(predecessor=first, successor=second, lag_days=2)

    browser = sign_in(ines)
    exported = browser.get(address("plan", project), {"export": "csv"})
    workbook = browser.get(address("plan", project), {"export": "xlsx", "q": "Train"})

    lines = exported.content.decode("utf-8-sig").splitlines()
    assert lines[1] == "T1,Data,'=Import,,2026-03-02,2026-03-03,2,,,,,0,Planned"
    assert lines[2] == "T2,,Train,,2026-03-02,2026-03-03,2,,,,T1 + 2,0,Planned"
    assert workbook.headers["Content-Type"].endswith("spreadsheetml.sheet")


def test_titles_are_text_in_the_drawing_too(sign_in, ines, project):
    TaskFactory(project=project, title="<script>alert(1)</script>")

    page = sign_in(ines).get(address("plan", project)).content.decode()

    assert "<script>alert(1)" not in page
    assert 'style="' not in page


def test_a_task_is_planned_with_few_words(sign_in, ines, project):
    browser = sign_in(ines)

    browser.post(address("task_create", project), {"title": "Import", "starts_on": "2026-11-23"})
    refused = browser.post(
        address("task_create", project),
        {"title": "Import", "starts_on": "2026-11-23", "ends_on": "2026-11-22"},
    )

    assert [str(task) for task in project.tasks.all()] == ["T1 Import"]
    assert list(refused.context["form"].errors) == ["ends_on"]


def test_a_task_is_changed_linked_reported_and_removed(sign_in, ines, project):
    requirement = RequirementFactory(project=project)
    before = TaskFactory(project=project, ends_on=date(2026, 3, 6))
    task = TaskFactory(project=project, title="Import")
    browser = sign_in(ines)

    browser.post(
        address("task_edit", project, pk=task.pk),
        {"title": "Import all", "starts_on": "2026-03-02", "ends_on": "2026-03-03",
         "requirements": [requirement.pk]},
    )  # fmt: skip
    browser.post(
        address("link_create", project, pk=task.pk), {"predecessor": before.pk, "lag_days": 0}
    )
    circle = browser.post(
        address("link_create", project, pk=before.pk), {"predecessor": task.pk, "lag_days": 0}
    )
    preview = browser.get(address("followers_move", project, pk=before.pk))
    browser.post(address("followers_move", project, pk=before.pk))
    browser.post(address("progress_report", project, pk=task.pk), {"percent": 40, "note": "Slow"})

    task.refresh_from_db()
    assert (task.title, task.progress_percent, task.progress_note) == ("Import all", 40, "Slow")
    assert list(task.requirements.all()) == [requirement]
    assert "could ever start" in str(circle.context["form"].non_field_errors())
    assert [move.task for move in preview.context["moves"]] == [task]
    assert (task.starts_on, task.ends_on) == (date(2026, 3, 9), date(2026, 3, 10))

    link = TaskLink.objects.get()
    browser.post(address("link_remove", project, pk=task.pk, link_pk=link.pk))
    browser.post(address("task_move", project, pk=task.pk), {"direction": "up"})
    browser.post(address("task_remove", project, pk=before.pk))

    assert not TaskLink.objects.exists()
    assert list(project.tasks.all()) == [task]


def test_a_reached_milestone_cannot_be_removed_and_says_why(sign_in, ines, project):
    task = TaskFactory(project=project, milestone=True, done=True)

    page = sign_in(ines).post(address("task_remove", project, pk=task.pk), follow=True)

    assert "This milestone was reached, so it stays in the plan." in page.content.decode()
    assert Task.objects.filter(pk=task.pk).exists()


TASK_PAGES = ["task_detail", "progress_report", "task_edit", "link_create", "followers_move"]


@pytest.mark.parametrize(
    ("person", "codes"),
    [
        ("ines", [200] * 7),
        ("adam", [200] * 7),
        ("conny", [200, 403, 200, 200, 403, 403, 403]),
        ("bea", [200, 403, 200, 403, 403, 403, 403]),
        ("sam", [404] * 7),
        ("piet", [404] * 7),
        ("cora", [404] * 7),
    ],
)
def test_who_reaches_which_page(request, sign_in, project, conny, person, codes):
    MemberFactory(project=project, user=conny)
    task = TaskFactory(project=project, owner=conny)
    browser = sign_in(request.getfixturevalue(person))

    urls = [address(name, project) for name in ("plan", "task_create")]
    urls += [address(name, project, pk=task.pk) for name in TASK_PAGES]
    assert [browser.get(url).status_code for url in urls] == codes


@pytest.mark.parametrize("name", ["task_move", "task_remove"])
def test_buttons_are_for_who_runs_the_project(sign_in, project, conny, sam, name):
    MemberFactory(project=project, user=conny)
    task = TaskFactory(project=project)
    url = address(name, project, pk=task.pk)

    assert sign_in(conny).post(url).status_code == 403
    assert sign_in(sam).post(url).status_code == 404
    assert Task.objects.filter(pk=task.pk).exists()


def test_a_task_of_another_project_is_not_found(sign_in, ines, project):
    other = TaskFactory(project=ProjectFactory(implementation_manager=ines))

    assert sign_in(ines).get(address("task_detail", project, pk=other.pk)).status_code == 404
