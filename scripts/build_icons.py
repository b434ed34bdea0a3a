"""Draw static/img/icons.svg: one file with the icons that our pages use.

The names are read from templates ({% icon "bell" %}, icon="bell") and Python
(icon="bell"), the drawings come from the npm package @tabler/icons. Needs only the
standard library, so that it can run before anything is installed.
"""

import json
import re
import sys
from pathlib import Path
from xml.sax.saxutils import quoteattr

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "node_modules/@tabler/icons/tabler-nodes-outline.json"
TARGET = ROOT / "static/img/icons.svg"
NAMED = re.compile(r"""\bicon(?:=| |: str = )["']([a-z0-9-]+)["']""")
ALSO = """
activity alert-circle arrow-down arrow-up arrows-sort award briefcase building calendar
calendar-event certificate chart-bar check checklist circle circle-check circle-dot
clipboard-check clock coin copy external-link eye file-certificate file-text flag git-compare
hand-stop heart-handshake hourglass inbox layout-dashboard link list list-check map-pin
message-question messages paperclip pencil phone player-skip-forward presentation printer
receipt rocket school send settings signature star table target timeline tool trash upload user
users users-group
""".split()
"""Names that code hands over by position or chooses at run time."""
CODE = ("implportal", "presales", "delivery", "aftersales", "templates")


def names_in(root: Path) -> set[str]:
    """Return every icon name that a template or module below ``root`` mentions."""
    found = set(ALSO)
    for folder in CODE:
        for suffix in ("*.html", "*.py"):
            for file in (root / folder).rglob(suffix):
                found.update(NAMED.findall(file.read_text(encoding="utf-8")))
    return found


def draw(names: set[str], drawings: dict) -> str:
    """Return the sprite: one <symbol id="i-NAME"> for each name."""
    symbols = []
    for name in sorted(names):
        shapes = "".join(
            f"<{tag} {' '.join(f'{key}={quoteattr(str(value))}' for key, value in at.items())}/>"
            for tag, at in drawings[name]
        )
        symbols.append(f'<symbol id="i-{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg">\n'
        "<!-- Tabler Icons, MIT licence, https://tabler.io/icons -->\n"
        + "\n".join(symbols)
        + "\n</svg>\n"
    )


def main() -> int:
    if not SOURCE.is_file():
        print("The icons are not there yet: run `make setup`.", file=sys.stderr)
        return 1
    drawings = json.loads(SOURCE.read_text(encoding="utf-8"))
    names = names_in(ROOT)
    for unknown in sorted(names - drawings.keys()):
        print(f"No icon is called {unknown}.", file=sys.stderr)
    TARGET.write_text(draw(names & drawings.keys(), drawings), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
