import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0002_change_requests"),
        ("presales", "0001_initial"),
        ("projects", "0001_initial"),
        ("signing", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UserRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("text", models.TextField(verbose_name="what happened")),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("BLOCKING", "I cannot work"),
                            ("SERIOUS", "I can work around it"),
                            ("MINOR", "It is a small matter"),
                        ],
                        max_length=8,
                        verbose_name="severity",
                    ),
                ),
                ("sent_at", models.DateTimeField(verbose_name="sent")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("QUESTION", "Question"), ("DEFECT", "Defect"), ("WISH", "Wish")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("NEW", "Received"),
                            ("ACCEPTED", "Accepted"),
                            ("REJECTED", "Not accepted"),
                            ("DONE", "Done"),
                        ],
                        default="NEW",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("triaged_at", models.DateTimeField(null=True)),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="signing.sharedlink",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="user_requests",
                        to="projects.project",
                    ),
                ),
                (
                    "requirement",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="user_request",
                        to="presales.requirement",
                    ),
                ),
                (
                    "triaged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "user request",
                "indexes": [
                    models.Index(
                        fields=["project", "email", "-sent_at"], name="user_request_of_sender"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "number"), name="user_request_number_is_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["BLOCKING", "SERIOUS", "MINOR"])),
                        name="user_request_severity_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", ""), ("state", "NEW"), ("triaged_at", None)),
                            models.Q(
                                ("kind__in", ["QUESTION", "DEFECT", "WISH"]),
                                ("state__in", ["ACCEPTED", "REJECTED", "DONE"]),
                                ("triaged_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="user_request_triaged_has_kind",
                    ),
                ],
            },
        ),
    ]
