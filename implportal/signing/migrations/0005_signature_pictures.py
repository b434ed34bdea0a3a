"""What was drawn or uploaded to sign with; kept for ever as it was signed."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from implportal.kernel.guards import GuardRows


class Migration(migrations.Migration):
    dependencies = [("signing", "0004_drafts_and_delegation")]

    operations = [
        migrations.CreateModel(
            name="SignaturePicture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "content_type",
                    models.CharField(
                        choices=[("image/svg+xml", "SVG"), ("image/png", "PNG")],
                        max_length=20,
                        verbose_name="type",
                    ),
                ),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("data", models.BinaryField()),
                (
                    "signer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="picture",
                        to="signing.signer",
                    ),
                ),
            ],
            options={
                "verbose_name": "picture of a signature",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("content_type__in", ["image/svg+xml", "image/png"])),
                        name="signature_picture_type_is_known",
                    )
                ],
            },
        ),
        GuardRows(
            "signing_signaturepicture",
            message="the picture of a signature cannot be changed",
            frozen=("signer_id", "content_type", "sha256", "data"),
        ),
    ]
