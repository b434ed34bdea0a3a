"""What a web process knows of the record, which workers write, too."""

import subprocess
import sys

from django.conf import settings

EVERYTHING = """
import importlib, pathlib, sys
import django
django.setup()
from django.urls import get_resolver
from implportal.audit.registry import ACTIONS
get_resolver().url_patterns
known = set(ACTIONS)
for path in sorted(pathlib.Path().glob("*/**/*.py")):
    if path.parts[0] in ("implportal", "presales", "delivery", "aftersales"):
        if "tests" not in path.parts and "= Action(" in path.read_text():
            importlib.import_module(".".join(path.with_suffix("").parts))
print(sorted(set(ACTIONS) - known))
"""


def test_a_page_has_a_sentence_for_whatever_a_worker_puts_on_record():
    """An entry whose action nobody has declared is shown by its key alone."""
    answer = subprocess.run(
        [sys.executable, "-c", EVERYTHING],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.strip() == "[]"
