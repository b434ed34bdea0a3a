from django.db import migrations

STOPPED = ["SUSPENDED", "LOST", "CANCELLED"]
ACTIONS = {
    "SUSPENDED": "projects.project_suspended",
    "LOST": "projects.project_lost",
    "CANCELLED": "projects.project_cancelled",
}


def keep_why_projects_stopped(apps, schema_editor):
    """Give each stopped project its stop, with moment and person from the record."""
    project_model = apps.get_model("projects", "Project")
    entry_model = apps.get_model("audit", "Entry")
    stop_model = apps.get_model("projects", "Stop")
    for project in project_model.objects.filter(state__in=STOPPED).order_by("pk").iterator():
        entry = (
            entry_model.objects.filter(project_id=project.pk, action=ACTIONS[project.state])
            .order_by("-at", "-pk")
            .first()
        )
        stop_model.objects.create(
            project=project,
            state=project.state,
            phase=project.phase,
            cause="OTHER",
            reason=project.state_reason or "–",
            stopped_at=entry.at if entry else project.created_at,
            stopped_by_id=entry.actor_id if entry else None,
        )


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_stops"), ("audit", "0001_initial")]

    operations = [
        migrations.RunPython(keep_why_projects_stopped, migrations.RunPython.noop, elidable=True)
    ]
