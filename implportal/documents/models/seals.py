from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from implportal.documents.models.versions import DocumentVersion


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


class TimeAuthority(models.Model):
    """A time-stamp authority whose stamps we took, kept so that they can be judged for ever."""

    fingerprint = models.CharField(_("SHA-256 fingerprint"), max_length=64, unique=True)
    subject = models.CharField(_("subject"), max_length=300)
    chain_pem = models.TextField(_("certificate and its chain"))
    first_used_at = models.DateTimeField(_("first used"))

    class Meta:
        verbose_name = _("time-stamp authority")
        verbose_name_plural = _("time-stamp authorities")

    def __str__(self) -> str:
        return self.subject


class Seal(models.Model):
    """How far the seal of one version reaches, as found when it was put on."""

    class Level(models.TextChoices):
        B_B = "B-B", _("PAdES B-B")
        B_T = "B-T", _("PAdES B-T")
        B_LT = "B-LT", _("PAdES B-LT")

    version = models.OneToOneField(DocumentVersion, on_delete=models.PROTECT, related_name="seal")
    level = models.CharField(_("level"), max_length=4, choices=Level)
    remark = models.TextField(_("why it is not higher"), blank=True)
    stamped_at = models.DateTimeField(_("time of the stamp"), null=True)
    stamped_by = models.ForeignKey(
        TimeAuthority, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("seal")
        constraints = [
            models.CheckConstraint(
                name="seal_level_is_known", condition=models.Q(level__in=["B-B", "B-T", "B-LT"])
            ),
        ]

    def __str__(self) -> str:
        return self.get_level_display()

    @property
    def meaning(self) -> str:
        """What the level says of the time, in plain words."""
        if self.level == self.Level.B_LT:
            return _now(
                "Time confirmed by an authority; proof that no certificate was revoked is inside."
            )
        if self.level == self.Level.B_T:
            return _now("Time confirmed by an authority.")
        return _now("The time is that of the portal’s own clock; no authority confirmed it.")
