from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="attendance",
            name="replied_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="attendance",
            name="reply",
            field=models.CharField(
                blank=True,
                choices=[("COMING", "comes"), ("NOT_COMING", "cannot come")],
                default="",
                max_length=10,
                verbose_name="answer",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="attendance",
            name="reply_reason",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="why"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=Q(reply__in=["COMING", "NOT_COMING"], replied_at__isnull=False)
                | Q(replied_at=None, reply="", reply_reason=""),
                name="attendance_reply_is_known",
            ),
        ),
    ]
