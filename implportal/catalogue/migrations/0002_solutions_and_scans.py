import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="qualification",
            name="scan",
            field=models.FileField(
                blank=True,
                editable=False,
                upload_to="qualifications/%Y/%m/",
                verbose_name="scan",
            ),
        ),
        migrations.AddField(
            model_name="qualification",
            name="scan_content_type",
            field=models.CharField(blank=True, editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name="qualification",
            name="scan_name",
            field=models.CharField(blank=True, editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="qualification",
            name="scan_sha256",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.CreateModel(
            name="OfferedSolution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("text", models.TextField(help_text="Markdown works.", verbose_name="text")),
                (
                    "is_offered",
                    models.BooleanField(default=True, verbose_name="offered today"),
                ),
                (
                    "field_of_business",
                    models.ForeignKey(
                        blank=True,
                        help_text="Leave it empty if it fits everywhere.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="catalogue.fieldofbusiness",
                        verbose_name="field of business",
                    ),
                ),
                (
                    "products",
                    models.ManyToManyField(
                        blank=True,
                        related_name="solutions",
                        to="catalogue.product",
                        verbose_name="products in it",
                    ),
                ),
            ],
            options={
                "verbose_name": "solution that we offer",
                "verbose_name_plural": "solutions that we offer",
            },
        ),
    ]
