from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SigningConfig(AppConfig):
    name = "implportal.signing"
    verbose_name = _("Shared links and signatures")
