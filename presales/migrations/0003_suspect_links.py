import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("presales", "0002_question_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SuspectLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source_key", models.CharField(max_length=40)),
                ("object_id", models.PositiveBigIntegerField()),
                ("times", models.PositiveIntegerField(default=1)),
                ("since", models.DateTimeField(verbose_name="suspect since")),
                ("cleared_at", models.DateTimeField(null=True, verbose_name="found right")),
                (
                    "cleared_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suspect_links",
                        to="presales.requirement",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="suspectlink",
            constraint=models.UniqueConstraint(
                fields=("requirement", "source_key", "object_id"), name="suspect_link_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="suspectlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cleared_at", None),
                    ("cleared_by", None),
                )
                | models.Q(("cleared_at__isnull", False), ("cleared_by__isnull", False)),
                name="suspect_link_cleared_by_somebody",
            ),
        ),
    ]
