from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from delivery.domain.gantt import draw_gantt
from delivery.domain.links import link_tasks, move_followers, network_of, unlink_tasks
from delivery.domain.plans import add_task, change_task, move_task, remove_task
from delivery.domain.progress import report_progress
from delivery.domain.schedule import Network, find_clashes, moves_after
from delivery.filters import TaskFilter
from delivery.forms.plans import LinkForm, ProgressForm, QuickTaskForm, TaskForm, labels_of
from delivery.models import Task, TaskLink
from delivery.permissions import may_plan, may_report
from implportal.kernel.errors import DomainError
from implportal.kernel.forms import ConfirmForm
from implportal.kernel.views import ListPage
from implportal.projects.pages import ProjectActionPage, ProjectPageMixin

TASKS_ON_A_PAGE = 100


class Plan(ProjectPageMixin, ListPage):
    """The plan as a chart and as a table. Both show the tasks that the filter leaves.

    The whole plan is read once, with its links: what clashes is known only from all of it.
    """

    queryset = Task.objects.all()
    filterset_class = TaskFilter
    template_name = "delivery/plan.html"
    context_object_name = "tasks"
    export_name = "plan"
    paginate_by = TASKS_ON_A_PAGE
    tab = "plan"
    sorts = {
        "plan": ("position", "pk"),
        "start": ("starts_on", "position", "pk"),
        "end": ("ends_on", "position", "pk"),
    }

    @cached_property
    def network(self) -> Network:
        return network_of(self.project)

    def get_queryset(self) -> QuerySet[Task]:
        return super().get_queryset().filter(project=self.project).values_list("pk", flat=True)

    def get_filterset_kwargs(self, filterset_class: type) -> dict:
        kwargs = super().get_filterset_kwargs(filterset_class)
        return kwargs | {"tasks": self.network.tasks.values()}

    def export_columns(self) -> list:
        tasks = self.network.tasks
        columns = [
            (_("Number"), lambda task: task.code),
            (_("Part of the plan"), lambda task: task.phase_label),
            (_("What"), lambda task: task.title),
            (_("Milestone"), lambda task: _("yes") if task.is_milestone else ""),
            (_("First day"), lambda task: task.starts_on),
            (_("Last day"), lambda task: task.ends_on),
            (_("Working days"), lambda task: task.duration_days),
            (_("Where"), lambda task: task.place),
            (_("Who"), lambda task: task.who),
            (_("What else it needs"), lambda task: task.needs),
            (_("After which"), self.say_predecessors),
            (_("Progress (percent)"), lambda task: task.progress_percent),
            (_("State"), lambda task: task.state.label),
        ]
        return [(heading, lambda pk, of=of: of(tasks[pk])) for heading, of in columns]

    def say_predecessors(self, task: Task) -> str:
        return ", ".join(
            self.network.tasks[link.predecessor_id].code
            + (f" + {link.lag_days}" if link.lag_days else "")
            for link in self.network.links_in.get(task.pk, ())
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        today, user = timezone.localdate(), self.request.user
        tasks, clashes = self.network.tasks, find_clashes(self.network)
        left = set(self.filterset.qs) if self.filterset.is_bound else tasks.keys()
        chart = draw_gantt(
            tasks=[task for pk, task in tasks.items() if pk in left],
            network=self.network,
            clashes=clashes,
            today=today,
            scale=self.request.GET.get("scale", ""),
        )
        plans = self.project.is_running and may_plan(user, self.project)
        rows = [
            {
                "task": tasks[pk],
                "after": self.say_predecessors(tasks[pk]),
                "clashes": clashes.get(pk, ()),
                "is_late": tasks[pk].is_late(today),
                "may_report": self.project.is_running and (plans or tasks[pk].owner_id == user.pk),
            }
            for pk in context["tasks"]
            if pk in tasks
        ]
        by_part = self.sort == "plan"
        return context | {
            "groups": [
                (label, list(part))
                for label, part in groupby(
                    rows, key=lambda row: row["task"].phase_label if by_part else ""
                )
            ],
            "chart": chart,
            "clash_count": sum(pk in clashes for pk in left),
            "late_count": sum(tasks[pk].is_late(today) for pk in left),
            "done_count": sum(tasks[pk].is_done for pk in left),
            "shown_count": len(left),
            "has_tasks": bool(tasks),
            "may_plan": plans,
            "form": QuickTaskForm(project=self.project) if plans else None,
            "labels": labels_of(tasks.values()),
            "scale_urls": self.scale_urls(),
        }

    def scale_urls(self) -> dict[str, str]:
        query = self.request.GET.copy()
        urls = {}
        for scale in ("day", "week"):
            query["scale"] = scale
            urls[scale] = f"?{query.urlencode()}#chart"
        return urls


class PlanPage(ProjectActionPage):
    """A form that changes the plan."""

    template_name = "delivery/task_form.html"
    tab = "plan"

    def allowed(self) -> bool:
        return may_plan(self.request.user, self.project)

    def get_success_url(self) -> str:
        return reverse("delivery:plan", kwargs={"project_pk": self.project.pk})


class TaskCreate(PlanPage):
    """All of a task. The short form on the plan posts here too; its mistakes show here."""

    form_class = TaskForm
    title = gettext_lazy("New task")
    button = gettext_lazy("Plan task")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"project": self.project}

    def get_context_data(self, **kwargs: Any) -> dict:
        tasks = Task.objects.filter(project=self.project).order_by("position", "pk")
        return super().get_context_data(labels=labels_of(tasks.only("phase_label")), **kwargs)

    def perform(self, form: TaskForm) -> Task:
        return add_task(
            project=self.project, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("%(task)s is planned.") % {"task": self.result}


class OneTask:
    """A page about the task in the address; one query."""

    tab = "plan"

    def prepare(self) -> None:
        self.task = self.get_task()

    def get_task(self) -> Task:
        task = get_object_or_404(
            Task.objects.visible_to(self.request.user).select_related("owner"),
            project=self.project,
            pk=self.kwargs["pk"],
        )
        task.project = self.project
        return task

    def get_success_url(self) -> str:
        return self.task.get_absolute_url()


class TaskDetail(OneTask, ProjectPageMixin, TemplateView):
    template_name = "delivery/task_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        task = self.get_task()
        user, network = self.request.user, network_of(self.project)
        plans = self.project.is_running and may_plan(user, self.project)
        initial = {"percent": task.progress_percent, "note": task.progress_note}
        return super().get_context_data(
            task=task,
            before=[
                (link, network.tasks[link.predecessor_id])
                for link in network.links_in.get(task.pk, ())
            ],
            after=[
                (link, network.tasks[link.successor_id])
                for link in network.links_out.get(task.pk, ())
            ],
            clashes=find_clashes(network).get(task.pk, ()),
            moves=moves_after(network, task),
            requirements=task.requirements.order_by("number", "pk"),
            is_late=task.is_late(timezone.localdate()),
            may_plan=plans,
            may_report=self.project.is_running and may_report(user, task),
            progress_form=ProgressForm(initial=initial),
            link_form=LinkForm(task=task, auto_id="link_%s") if plans else None,
            **kwargs,
        )


class TaskEdit(OneTask, PlanPage):
    form_class = TaskForm
    title = gettext_lazy("Change the task")
    button = gettext_lazy("Keep changes")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"project": self.project, "task": self.task}

    def get_context_data(self, **kwargs: Any) -> dict:
        tasks = Task.objects.filter(project=self.project).order_by("position", "pk")
        return super().get_context_data(
            text=str(self.task), labels=labels_of(tasks.only("phase_label")), **kwargs
        )

    def perform(self, form: TaskForm) -> Task:
        return change_task(
            task=self.task, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("%(task)s is changed.") % {"task": self.result}


class ProgressReport(OneTask, PlanPage):
    form_class = ProgressForm
    title = gettext_lazy("How far is it?")
    button = gettext_lazy("Report progress")

    def allowed(self) -> bool:
        return may_report(self.request.user, self.task)

    def get_initial(self) -> dict:
        return {"percent": self.task.progress_percent, "note": self.task.progress_note}

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(text=str(self.task), **kwargs)

    def perform(self, form: ProgressForm) -> Task:
        return report_progress(
            task=self.task, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        if self.result.is_done:
            return _("%(task)s is done.") % {"task": self.result}
        return _("%(task)s stands at %(percent)s %%.") % {
            "task": self.result, "percent": self.result.progress_percent,
        }  # fmt: skip


class LinkCreate(OneTask, PlanPage):
    form_class = LinkForm
    title = gettext_lazy("Put it after another task")
    button = gettext_lazy("Link")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"task": self.task}

    def perform(self, form: LinkForm) -> TaskLink:
        return link_tasks(
            successor=self.task, actor=self.request.user, at=timezone.now(), **form.cleaned_data
        )

    def get_success_message(self) -> str:
        return _("%(task)s now comes after %(after)s.") % {
            "task": self.task.code, "after": self.result.predecessor.code,
        }  # fmt: skip


class FollowersMove(OneTask, PlanPage):
    """Shows where everything that follows would go, and moves it."""

    form_class = ConfirmForm
    template_name = "delivery/followers_move.html"
    title = gettext_lazy("Move what follows")

    def get_context_data(self, **kwargs: Any) -> dict:
        moves = moves_after(network_of(self.project), self.task)
        return super().get_context_data(task=self.task, moves=moves, **kwargs)

    def perform(self, form: ConfirmForm) -> list:
        return move_followers(task=self.task, actor=self.request.user, at=timezone.now())

    def get_success_message(self) -> str:
        return _("Moved to later days: %(tasks)s.") % {
            "tasks": ", ".join(move.task.code for move in self.result)
        }


class TaskAction(OneTask, ProjectPageMixin, View):
    """A button on a task; what it refuses is told on the page that one comes back to."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        self.task = self.get_task()
        url = self.task.get_absolute_url()
        try:
            url = self.act() or url
        except DomainError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(url)

    def act(self) -> str | None:
        """Call the domain; return where to go on, None for the task itself."""
        raise NotImplementedError

    @property
    def plan_url(self) -> str:
        return reverse("delivery:plan", kwargs={"project_pk": self.project.pk})


class TaskMove(TaskAction):
    def act(self) -> str:
        direction = "up" if self.request.POST.get("direction") == "up" else "down"
        move_task(task=self.task, direction=direction, actor=self.request.user, at=timezone.now())
        return f"{self.plan_url}#task-{self.task.pk}"


class TaskRemove(TaskAction):
    def act(self) -> str:
        said = _("%(task)s is taken out of the plan.") % {"task": self.task}
        remove_task(task=self.task, actor=self.request.user, at=timezone.now())
        messages.success(self.request, said)
        return self.plan_url


class LinkRemove(TaskAction):
    def act(self) -> None:
        link = get_object_or_404(
            TaskLink.objects.select_related("predecessor", "successor__project"),
            pk=self.kwargs["link_pk"],
            successor=self.task,
        )
        unlink_tasks(link=link, actor=self.request.user, at=timezone.now())
        messages.success(self.request, _("The link is taken away."))
