"""What happened stays as it was written, and a chain only grows."""

from django.db import migrations

from implportal.kernel.guards import GuardRows


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        GuardRows("audit_entry", message="an entry of the record cannot be changed", refused="1=1"),
        GuardRows(
            "audit_chain",
            message="a chain of the record only grows: it cannot be changed",
            frozen=("id", "name"),
            refused="NEW.length <> OLD.length + 1 OR NEW.head = OLD.head",
        ),
    ]
