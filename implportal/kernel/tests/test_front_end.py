"""The files that pages load: from npm, drawn, and without what the policy forbids."""

import json
import re
import sys

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.test.utils import override_settings

from implportal.kernel.finders import NPM_FILES, NpmFinder

sys.path.insert(0, str(settings.BASE_DIR / "scripts"))
import build_icons

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
OFF_LINE = {"documents", "email", "export"}
"""Folders of what is printed, mailed or opened from a disk, where no policy comes along."""
PAGES = [path for path in TEMPLATES if not OFF_LINE & set(path.parts)]


def test_every_npm_file_exists():
    assert NpmFinder().check() == []


def test_finder_serves_the_listed_files_and_no_others():
    finder = NpmFinder()
    assert finder.find("vendor/tabler.min.css").endswith("@tabler/core/dist/css/tabler.min.css")
    assert finder.find("vendor/tabler.min.css", find_all=True) == [
        finder.find("vendor/tabler.min.css")
    ]
    assert finder.find("@tabler/core/package.json") == []
    assert [path for path, _storage in finder.list([])] == list(NPM_FILES)


def test_missing_npm_file_is_named(tmp_path):
    with override_settings(BASE_DIR=tmp_path):
        errors = NpmFinder().check()
    assert [error.id for error in errors] == ["kernel.E001"]
    assert "tabler.min.css" in errors[0].msg


def test_every_icon_that_we_name_exists():
    drawings = json.loads(build_icons.SOURCE.read_text(encoding="utf-8"))
    assert build_icons.names_in(build_icons.ROOT) - drawings.keys() == set()


def test_sprite_holds_one_symbol_for_each_icon():
    sprite = build_icons.draw({"x"}, {"x": [["path", {"d": 'M1 1"<'}]]})
    assert '<symbol id="i-x" viewBox="0 0 24 24"><path d=' in sprite
    assert "M1 1&quot;&lt;" in sprite or "'M1 1\"&lt;'" in sprite


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_page_keeps_to_the_content_security_policy(page):
    source = page.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=", source)
    assert not re.search(r"<style\b", source)
    assert not re.search(r"\son[a-z]+=[\"']", source)
    for script in re.findall(r"<script\b[^>]*>", source):
        assert "src=" in script or "application/json" in script


def test_stylesheets_of_others_are_not_asked_for_their_source_maps():
    rules = str(
        storages.create_storage({"BACKEND": "implportal.kernel.storage.StaticStorage"}).patterns
    )
    assert "sourceMappingURL" not in rules
    assert "url(" in rules
