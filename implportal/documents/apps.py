from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "implportal.documents"
    label = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        from implportal.documents import checks  # noqa: F401 - registers the checks

        autodiscover_modules("documents")
