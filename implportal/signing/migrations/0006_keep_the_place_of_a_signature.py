"""Where somebody stood in the order of a request, and for whom, stays as it was signed."""

from django.db import migrations

from implportal.kernel.guards import GuardRows

SIGNED = (
    *("request_id", "order", "role", "name", "email", "state", "decided_at"),
    *("delegated_from_id", "delegation_reason", "evidence", "statement_sha256"),
)


class Migration(migrations.Migration):
    dependencies = [("signing", "0005_signature_pictures")]

    operations = [
        GuardRows(
            "signing_signer",
            message="a signature that was given cannot be changed",
            once=dict.fromkeys(SIGNED, "statement_sha256"),
            kept="statement_sha256",
        ),
    ]
