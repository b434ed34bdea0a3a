from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "implportal.notifications"
    verbose_name = _("Mail and reminders")

    def ready(self) -> None:
        from implportal.kernel.context import count_news_with
        from implportal.notifications import checks  # noqa: F401 - registers the check
        from implportal.notifications.domain.outbox import unseen_by

        autodiscover_modules("reminders")
        count_news_with(unseen_by)
