import django.db.models.deletion
from django.db import migrations, models

FIELDS = {
    "PROFILE": "profile_part",
    "QUALIFICATION": "qualification",
    "REFERENCE": "reference",
    "SOLUTION": "offered_solution",
    "PRODUCT": "product",
    "PERSON": "person",
}


def holds_its_item() -> models.Q:
    condition = models.Q(kind="TEXT", **{f"{field}__isnull": True for field in FIELDS.values()})
    for kind, own in FIELDS.items():
        condition |= models.Q(
            kind=kind, **{f"{field}__isnull": field != own for field in FIELDS.values()}
        )
    return condition


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_solutions_and_scans"),
        ("presales", "0006_survey_preparation_and_common"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="introductionpart", name="introduction_part_holds_its_item"
        ),
        migrations.AddField(
            model_name="introductionpart",
            name="offered_solution",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalogue.offeredsolution",
            ),
        ),
        migrations.AddField(
            model_name="introductionpart",
            name="replaces_text",
            field=models.BooleanField(
                default=False, verbose_name="instead of the catalogue's words"
            ),
        ),
        migrations.AddField(
            model_name="recipient",
            name="is_own_answer",
            field=models.BooleanField(default=False, verbose_name="said by themselves"),
        ),
        migrations.AlterField(
            model_name="introductionpart",
            name="kind",
            field=models.CharField(
                choices=[
                    ("PROFILE", "Company profile"),
                    ("QUALIFICATION", "Qualification"),
                    ("REFERENCE", "Reference"),
                    ("SOLUTION", "Solution"),
                    ("PRODUCT", "Product"),
                    ("PERSON", "Person"),
                    ("TEXT", "Own text"),
                ],
                max_length=13,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="introductionpart",
            constraint=models.CheckConstraint(
                condition=holds_its_item(), name="introduction_part_holds_its_item"
            ),
        ),
        migrations.AddConstraint(
            model_name="introductionpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaces_text", False), models.Q(("text", ""), _negated=True), _connector="OR"
                ),
                name="introduction_part_replaces_with_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="introductionpart",
            constraint=models.UniqueConstraint(
                fields=("introduction", "offered_solution"),
                name="introduction_part_offered_solution_once",
            ),
        ),
    ]
