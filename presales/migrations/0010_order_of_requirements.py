from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("presales", "0009_solution_team_and_texts")]

    operations = [
        migrations.AddField(
            model_name="requirement",
            name="order",
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name="place"),
        ),
    ]
