from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from implportal.projects.registry import TABS, ProjectTab

TABS.register(
    ProjectTab("documents", _("Documents"), 30, "documents:version_list", "file-certificate")
)
