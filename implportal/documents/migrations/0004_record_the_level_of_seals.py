import django.db.models.deletion
from django.db import migrations, models

from implportal.kernel.guards import GuardRows


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_guard_every_frozen_field"),
    ]

    operations = [
        migrations.CreateModel(
            name="TimeAuthority",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(
                        max_length=64, unique=True, verbose_name="SHA-256 fingerprint"
                    ),
                ),
                ("subject", models.CharField(max_length=300, verbose_name="subject")),
                ("chain_pem", models.TextField(verbose_name="certificate and its chain")),
                ("first_used_at", models.DateTimeField(verbose_name="first used")),
            ],
            options={
                "verbose_name": "time-stamp authority",
                "verbose_name_plural": "time-stamp authorities",
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("B-B", "PAdES B-B"),
                            ("B-T", "PAdES B-T"),
                            ("B-LT", "PAdES B-LT"),
                        ],
                        max_length=4,
                        verbose_name="level",
                    ),
                ),
                ("remark", models.TextField(blank=True, verbose_name="why it is not higher")),
                ("stamped_at", models.DateTimeField(null=True, verbose_name="time of the stamp")),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seal",
                        to="documents.documentversion",
                    ),
                ),
                (
                    "stamped_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.timeauthority",
                    ),
                ),
            ],
            options={
                "verbose_name": "seal",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["B-B", "B-T", "B-LT"])),
                        name="seal_level_is_known",
                    )
                ],
            },
        ),
        GuardRows(
            "documents_timeauthority",
            message="an authority whose stamps we took cannot be changed",
            frozen=("fingerprint", "subject", "chain_pem", "first_used_at"),
        ),
        GuardRows(
            "documents_seal",
            message="what was found when sealing cannot be changed",
            frozen=("version_id", "level", "remark", "stamped_at", "stamped_by_id"),
        ),
    ]
