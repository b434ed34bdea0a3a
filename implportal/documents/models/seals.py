from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SealCertificate(models.Model):
    """A certificate that has sealed something here, kept so that its seals verify for ever."""

    fingerprint = models.CharField(_("SHA-256 fingerprint"), max_length=64, unique=True)
    subject = models.CharField(_("subject"), max_length=300)
    chain_pem = models.TextField(_("certificate and its chain"))
    valid_from_at = models.DateTimeField(_("valid from"))
    valid_until_at = models.DateTimeField(_("valid until"))
    is_test = models.BooleanField(_("development key"), default=False)
    first_used_at = models.DateTimeField(_("first used"))

    class Meta:
        verbose_name = _("seal certificate")

    def __str__(self) -> str:
        return self.subject
