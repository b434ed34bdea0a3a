"""Configuration comes from the environment, and a wrong value stops the start by name."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
MIN_SECRET_LENGTH = 40


class WrongSetting(SystemExit):
    """A variable is missing or holds a value that cannot be used."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"implportal cannot start: {name} {why}\nSee .env.example for every variable."
        )


def text(name: str, default: str = "") -> str:
    """Return the variable, stripped; ``default`` where it is not set or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool = False) -> bool:
    """Return a yes/no variable."""
    value = text(name).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if value:
        raise WrongSetting(name, f"must be 1 or 0, not {value!r}.")
    return default


def number(name: str, default: int, *, least: int = 0) -> int:
    """Return a whole number that is at least ``least``."""
    value = text(name)
    if not value:
        return default
    if not value.isdecimal() or int(value) < least:
        raise WrongSetting(name, f"must be a whole number of at least {least}, not {value!r}.")
    return int(value)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Return one of ``allowed``."""
    value = text(name, default)
    if value not in allowed:
        raise WrongSetting(name, f"must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def address(name: str, default: str, schemes: tuple[str, ...]) -> str:
    """Return an address (URL) whose scheme is one of ``schemes``."""
    value = text(name, default)
    scheme = value.partition("://")[0] if "://" in value else ""
    if scheme not in schemes:
        raise WrongSetting(name, f"must begin with {' or '.join(s + '://' for s in schemes)}.")
    return value


def web_address(name: str, default: str) -> str:
    """Return an http(s) address with a host and no path, without a slash at its end."""
    value = address(name, default, ("http", "https")).rstrip("/")
    parts = urlsplit(value)
    if not parts.hostname or parts.path or parts.query:
        raise WrongSetting(name, "must be an address such as https://portal.example.com, no path.")
    return value


def needs(reason: str, *names: str) -> None:
    """Stop the start where ``reason`` is set and one of ``names`` is not."""
    for name in names:
        if not text(name):
            raise WrongSetting(name, f"is not set, and {reason} needs it.")


def words(name: str) -> list[str]:
    """Return a list written with commas."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def folder(name: str, default: Path, *, mode: int = 0o755) -> Path:
    """Return a folder that can be written, making it with ``mode`` where it is missing."""
    path = Path(text(name, str(default))).expanduser().resolve()
    try:
        path.mkdir(mode, parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting(
            name, f"names {path}, which cannot be made: {error.strerror}."
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise WrongSetting(name, f"names {path}, which cannot be written.")
    return path


def secret_key(var_dir: Path) -> str:
    """Return SECRET_KEY, or the one that the set-up has kept in ``var_dir``."""
    value = text("SECRET_KEY")
    kept = var_dir / "secret_key"
    if not value and kept.is_file():
        value = kept.read_text().strip()
    if not value:
        raise WrongSetting("SECRET_KEY", "is not set. 'make setup' makes one for this machine.")
    if len(value) < MIN_SECRET_LENGTH:
        raise WrongSetting("SECRET_KEY", f"must have at least {MIN_SECRET_LENGTH} characters.")
    return value
