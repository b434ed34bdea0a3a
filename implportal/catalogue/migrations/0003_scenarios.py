import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_solutions_and_scans"),
    ]

    operations = [
        migrations.CreateModel(
            name="Scenario",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                (
                    "goal",
                    models.CharField(
                        blank=True,
                        help_text="What the audience should have understood at the end, in one sentence.",
                        max_length=500,
                        verbose_name="goal",
                    ),
                ),
                (
                    "steps",
                    models.TextField(
                        blank=True,
                        help_text="What is shown and said, one step a line.",
                        verbose_name="steps",
                    ),
                ),
                (
                    "prepared_data",
                    models.TextField(
                        blank=True,
                        help_text="What must be in the system before: accounts, records, files.",
                        verbose_name="prepared data",
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField(default=10, verbose_name="minutes")),
                ("is_current", models.BooleanField(default=True, verbose_name="used today")),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scenarios",
                        to="catalogue.product",
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "scenario",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minutes__range", (1, 480))),
                        name="scenario_takes_time",
                        violation_error_message="It takes between one minute and eight hours.",
                    )
                ],
            },
        ),
    ]
