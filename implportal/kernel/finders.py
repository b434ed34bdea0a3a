"""Serves the files that pages load from npm packages: the ones listed here, no others.

Whole packages carry thousands of files, source maps and references that do not exist;
a list keeps ``collectstatic`` small and says at a glance what a browser may load.
"""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import Error
from django.core.files.storage import FileSystemStorage

NPM_FILES = {
    "vendor/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/Sortable.js": "sortablejs/Sortable.min.js",
    "vendor/signature_pad.js": "signature_pad/dist/signature_pad.umd.min.js",
    **{
        f"vendor/inter/{alphabet}.woff2": (
            f"@fontsource-variable/inter/files/inter-{alphabet}-wght-normal.woff2"
        )
        for alphabet in ("latin", "latin-ext", "cyrillic", "greek", "vietnamese")
    },
}
"""Address below /static/ -> file below node_modules."""


class NpmStorage(FileSystemStorage):
    """The listed files, under the names they are served by."""

    def path(self, name):
        return super().path(NPM_FILES.get(name, name))


class NpmFinder(BaseFinder):
    """Finds the files of ``NPM_FILES`` in ``node_modules``."""

    def __init__(self, app_names=None, *args, **kwargs):
        self.root = Path(settings.BASE_DIR) / "node_modules"
        self.storage = NpmStorage(location=self.root)

    def check(self, **kwargs):
        missing = [path for path in NPM_FILES.values() if not (self.root / path).is_file()]
        if not missing:
            return []
        return [
            Error(
                f"{len(missing)} front-end files are missing, {missing[0]} among them.",
                hint="Run `make setup`.",
                id="kernel.E001",
            )
        ]

    def find(self, path, find_all=False, **kwargs):
        if path not in NPM_FILES:
            return []
        found = self.storage.path(path)
        return [found] if find_all else found

    def list(self, ignore_patterns):
        for path in NPM_FILES:
            yield path, self.storage
