from __future__ import annotations

from django.db import models
from django.db.models import Q


class OneTimeCode(models.Model):
    """Six digits by mail, good for one signer, one browser session, once.

    Only an HMAC is kept. The rows also count how often codes were sent.
    """

    signer = models.ForeignKey("signing.Signer", on_delete=models.PROTECT, related_name="codes")
    session = models.CharField(max_length=64)
    hmac = models.CharField(max_length=64)
    sent_to = models.CharField(max_length=254)
    """The address with most of its letters hidden, as it stands in the evidence."""
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["signer", "-sent_at"], name="code_of_signer")]
        constraints = [
            models.UniqueConstraint(
                name="code_one_live_per_signer",
                fields=["signer"],
                condition=Q(used_at=None, voided_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
