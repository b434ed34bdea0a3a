"""Requests that are prepared before they are sent, and signers who hand over."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from implportal.kernel.guards import GuardRows

REQUEST_STATES = [
    ("DRAFT", "Draft"),
    ("SENT", "Sent for signature"),
    ("IN_PROGRESS", "Being signed"),
    ("SEALING", "Being sealed"),
    ("SEAL_FAILED", "Could not be sealed"),
    ("COMPLETED", "Signed by all"),
    ("DECLINED", "Declined"),
    ("CANCELLED", "Cancelled"),
    ("EXPIRED", "Expired"),
    ("SUPERSEDED", "Replaced by a newer version"),
]
SIGNER_STATES = [
    ("WAITING", "Not yet asked"),
    ("INVITED", "Asked"),
    ("VIEWED", "Has opened it"),
    ("VERIFIED", "E-mail verified"),
    ("SIGNED", "Signed"),
    ("DECLINED", "Declined"),
    ("REPLACED", "Handed over"),
]
SIGNED = (
    *("request_id", "role", "name", "email", "state", "decided_at"),
    *("evidence", "statement_sha256"),
)


def all_were_sent(apps, schema_editor):
    """Until now a request was sent as soon as it was made."""
    apps.get_model("signing", "SignatureRequest").objects.update(sent_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("signing", "0003_delivery_of_links")]

    operations = [
        migrations.RemoveConstraint("signaturerequest", "request_state_is_known"),
        migrations.RemoveConstraint("signer", "signer_state_is_known"),
        migrations.AlterField(
            "signaturerequest", "valid_days", models.PositiveSmallIntegerField(null=True)
        ),
        migrations.AddField(
            "signaturerequest",
            "may_delegate",
            models.BooleanField(default=True, verbose_name="may hand over"),
        ),
        migrations.AddField(
            "signaturerequest",
            "message",
            models.TextField(blank=True, verbose_name="a word of yours"),
        ),
        migrations.AddField(
            "signaturerequest", "sent_at", models.DateTimeField(null=True, verbose_name="sent")
        ),
        migrations.RunPython(all_were_sent, migrations.RunPython.noop),
        migrations.AddField(
            "signer",
            "delegated_from",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delegate",
                to="signing.signer",
            ),
        ),
        migrations.AddField(
            "signer", "delegation_reason", models.CharField(blank=True, max_length=1000)
        ),
        migrations.AlterField(
            "signaturerequest", "created_at", models.DateTimeField(verbose_name="prepared")
        ),
        migrations.AlterField(
            "signaturerequest",
            "state",
            models.CharField(
                choices=REQUEST_STATES, default="DRAFT", max_length=11, verbose_name="state"
            ),
        ),
        migrations.AlterField(
            "signer",
            "state",
            models.CharField(
                choices=SIGNER_STATES, default="WAITING", max_length=8, verbose_name="state"
            ),
        ),
        migrations.AddConstraint(
            "signaturerequest",
            models.CheckConstraint(
                name="request_state_is_known",
                condition=Q(state__in=[state for state, _label in REQUEST_STATES]),
            ),
        ),
        migrations.AddConstraint(
            "signaturerequest",
            models.UniqueConstraint(
                name="request_one_draft_per_version", fields=["version"], condition=Q(state="DRAFT")
            ),
        ),
        migrations.AddConstraint(
            "signaturerequest",
            models.CheckConstraint(
                name="request_draft_is_not_sent",
                condition=Q(state="DRAFT", sent_at=None)
                | (~Q(state="DRAFT") & Q(sent_at__isnull=False)),
            ),
        ),
        migrations.AddConstraint(
            "signer",
            models.CheckConstraint(
                name="signer_state_is_known",
                condition=Q(state__in=[state for state, _label in SIGNER_STATES]),
            ),
        ),
        migrations.AddConstraint(
            "signer",
            models.CheckConstraint(
                name="signer_delegated_has_reason",
                condition=Q(delegated_from=None, delegation_reason="")
                | (Q(delegated_from__isnull=False) & ~Q(delegation_reason="")),
            ),
        ),
        # On SQLite the table was built anew, which takes its guard away.
        GuardRows(
            "signing_signer",
            message="a signature that was given cannot be changed",
            once=dict.fromkeys(SIGNED, "statement_sha256"),
            kept="statement_sha256",
        ),
    ]
