import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("catalogue", "0003_scenarios"),
        ("meetings", "0004_feedback"),
        ("presales", "0007_introduction_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="Arrangement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order", models.PositiveIntegerField(verbose_name="order")),
                ("text", models.CharField(max_length=300, verbose_name="what is to be arranged")),
                ("due_on", models.DateField(null=True, verbose_name="until")),
                ("done_at", models.DateTimeField(null=True, verbose_name="done")),
            ],
            options={
                "verbose_name": "arrangement",
            },
        ),
        migrations.CreateModel(
            name="ItineraryItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("start_at", models.DateTimeField(verbose_name="from")),
                ("end_at", models.DateTimeField(verbose_name="until")),
                ("title", models.CharField(max_length=160, verbose_name="what")),
                ("place", models.CharField(blank=True, max_length=120, verbose_name="place")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
            ],
            options={
                "verbose_name": "item of the itinerary",
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("QUESTION", "Question"), ("WISH", "Wish")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("text", models.CharField(max_length=500, verbose_name="what was said")),
                ("noted_at", models.DateTimeField(verbose_name="noted")),
                ("answer", models.CharField(blank=True, max_length=1000, verbose_name="answer")),
            ],
            options={
                "verbose_name": "remark at a demonstration",
            },
        ),
        migrations.CreateModel(
            name="ShownScenario",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order", models.PositiveIntegerField(verbose_name="order")),
                ("title", models.CharField(max_length=160, verbose_name="title")),
                ("goal", models.CharField(blank=True, max_length=500, verbose_name="goal")),
                ("steps", models.TextField(blank=True, verbose_name="steps")),
                ("prepared_data", models.TextField(blank=True, verbose_name="prepared data")),
                ("minutes", models.PositiveSmallIntegerField(verbose_name="minutes")),
                ("shown_at", models.DateTimeField(null=True, verbose_name="shown")),
                ("reaction", models.TextField(blank=True, verbose_name="reaction")),
                ("rating", models.PositiveSmallIntegerField(null=True, verbose_name="rating")),
                ("revision", models.PositiveIntegerField(default=0, editable=False)),
            ],
            options={
                "verbose_name": "scenario of a demonstration",
            },
        ),
        migrations.RemoveConstraint(
            model_name="requirement",
            name="requirement_source_is_known",
        ),
        migrations.AlterField(
            model_name="requirement",
            name="source",
            field=models.CharField(
                choices=[
                    ("SURVEY", "Customer survey"),
                    ("DIRECT_USER", "Direct user"),
                    ("EXCHANGE", "Technical exchange"),
                    ("FIELD", "Common in the field"),
                    ("CHANGE", "Change request"),
                    ("TRIAL", "Trial run"),
                    ("DEMO", "Product demonstration"),
                    ("VISIT", "Company inspection"),
                ],
                max_length=11,
                verbose_name="source",
            ),
        ),
        migrations.AddConstraint(
            model_name="requirement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "source__in",
                        [
                            "SURVEY",
                            "DIRECT_USER",
                            "EXCHANGE",
                            "FIELD",
                            "CHANGE",
                            "TRIAL",
                            "DEMO",
                            "VISIT",
                        ],
                    )
                ),
                name="requirement_source_is_known",
            ),
        ),
        migrations.AddField(
            model_name="arrangement",
            name="done_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="arrangement",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="arrangements",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="arrangement",
            name="owner",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="arrangements",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who",
            ),
        ),
        migrations.AddField(
            model_name="itineraryitem",
            name="host",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="host",
            ),
        ),
        migrations.AddField(
            model_name="itineraryitem",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="itinerary",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="action",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="demonstration_remark",
                to="meetings.actionitem",
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="noted_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="requirement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="wishes",
                to="presales.requirement",
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="said_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="meetings.attendee",
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="shownscenario",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="scenarios",
                to="meetings.meeting",
            ),
        ),
        migrations.AddField(
            model_name="shownscenario",
            name="source",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="catalogue.scenario",
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="scenario",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="remarks",
                to="presales.shownscenario",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="arrangement_has_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="arrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at", None), ("done_by", None)),
                    models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                    _connector="OR",
                ),
                name="arrangement_done_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="itineraryitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("end_at__gt", models.F("start_at"))),
                name="itinerary_item_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="itineraryitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="itinerary_item_has_title"
            ),
        ),
        migrations.AddConstraint(
            model_name="shownscenario",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="shown_scenario_has_title"
            ),
        ),
        migrations.AddConstraint(
            model_name="shownscenario",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__range", (1, 480))), name="shown_scenario_takes_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="shownscenario",
            constraint=models.CheckConstraint(
                condition=models.Q(("rating", None), ("rating__range", (1, 5)), _connector="OR"),
                name="shown_scenario_rating_is_one_to_five",
            ),
        ),
        migrations.AddConstraint(
            model_name="remark",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="remark_has_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="remark",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "QUESTION"), ("requirement", None)),
                    models.Q(("action", None), ("kind", "WISH")),
                    _connector="OR",
                ),
                name="remark_leads_where_its_kind_does",
            ),
        ),
    ]
