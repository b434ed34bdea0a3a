"""What was sealed before levels were recorded."""

from django.db import migrations


def record(apps, schema_editor):
    version_model = apps.get_model("documents", "DocumentVersion")
    seal_model = apps.get_model("documents", "Seal")
    for version in version_model.objects.exclude(sealed_sha256="").order_by("pk").iterator():
        seal_model.objects.create(
            version=version, level="B-T" if version.has_trusted_time else "B-B"
        )


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_record_the_level_of_seals")]

    operations = [migrations.RunPython(record, migrations.RunPython.noop)]
