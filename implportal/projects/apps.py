from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "implportal.projects"
    verbose_name = _("Projects")

    def ready(self) -> None:
        autodiscover_modules("activities")
