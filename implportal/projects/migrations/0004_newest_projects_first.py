from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_stops_of_stopped_projects")]

    operations = [
        migrations.AddIndex(
            model_name="project",
            index=models.Index(fields=["-created_at", "-id"], name="project_newest"),
        ),
    ]
