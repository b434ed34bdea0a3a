"""Names static files by their content, so that browsers may keep them for ever."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


def _without_source_maps(patterns):
    """Leave ``sourceMappingURL`` alone: we do not serve the maps of other people's bundles."""
    return tuple(
        (
            extension,
            tuple(
                rule
                for rule in rules
                if "sourceMappingURL" not in (rule if isinstance(rule, str) else rule[0])
            ),
        )
        for extension, rules in patterns
    )


class StaticStorage(CompressedManifestStaticFilesStorage):
    patterns = _without_source_maps(CompressedManifestStaticFilesStorage.patterns)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[tuple[str, bool], str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """Every page asks for some forty addresses, and each cost seventy calls."""
        asked = (name, force)
        if asked not in self._addresses:
            self._addresses[asked] = super().url(name, force)
        return self._addresses[asked]

    def post_process(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Name the files anew; what they were called before is forgotten."""
        self._addresses.clear()
        yield from super().post_process(*args, **kwargs)
        self._addresses.clear()
