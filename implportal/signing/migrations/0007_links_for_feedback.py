from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("signing", "0006_keep_the_place_of_a_signature"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="sharedlink",
            name="link_kind_is_known",
        ),
        migrations.AlterField(
            model_name="sharedlink",
            name="kind",
            field=models.CharField(
                choices=[
                    ("READ", "To read"),
                    ("DISCUSS", "To read and discuss"),
                    ("SIGN", "To sign"),
                    ("ANSWER", "To answer a survey"),
                    ("REQUEST", "To send requests"),
                    ("ATTEND", "To attend a training"),
                    ("CONFIRM", "To confirm minutes"),
                    ("FEEDBACK", "To say how a meeting was"),
                ],
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharedlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "READ",
                            "DISCUSS",
                            "SIGN",
                            "ANSWER",
                            "REQUEST",
                            "ATTEND",
                            "CONFIRM",
                            "FEEDBACK",
                        ],
                    )
                ),
                name="link_kind_is_known",
            ),
        ),
    ]
