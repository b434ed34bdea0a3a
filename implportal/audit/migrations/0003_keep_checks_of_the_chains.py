from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_guard_the_record")]

    operations = [
        migrations.CreateModel(
            name="ChainCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("chains", models.PositiveIntegerField()),
                ("entries", models.PositiveBigIntegerField()),
                ("missing", models.PositiveIntegerField(default=0)),
                ("broken", models.JSONField(default=list)),
            ],
            options={
                "indexes": [models.Index(fields=["-at", "-id"], name="chain_check_newest")],
            },
        ),
    ]
