"""What was done, when, how long it took, and what came out of it."""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ONE_OF_MANY = re.compile(r"(/r|/sections|/criteria)/[^/]+(?=/)")


@dataclass
class Step:
    """One step of the walk."""

    title: str
    began_at: datetime
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    failure: str = ""


class Report:
    """Says each step as it is done and writes them all to ``report.md`` at the end.

    A walk that failed has a report, too: up to the step that failed, and why.
    """

    def __init__(self, *, out: Path, say: Callable[[str], object]) -> None:
        self.out = out
        self.say = say
        self.steps: list[Step] = []
        self.files: list[tuple[str, int, str]] = []
        self.facts: dict[str, str] = {}

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        step = Step(title, datetime.now(UTC))
        self.steps.append(step)
        begun = time.monotonic()
        try:
            yield
        except Exception as error:
            step.failure = str(error) or type(error).__name__
            raise
        finally:
            step.seconds = time.monotonic() - begun
            mark = "✗" if step.failure else "✓"
            self.say(f"{mark} {len(self.steps):>2}. {title} ({step.seconds:.1f} s)")
            for note in step.notes:
                self.say(f"      {note}")

    def note(self, sentence: str) -> None:
        """Add what is worth knowing to the step that is under way."""
        self.steps[-1].notes.append(sentence)

    def sent(self, path: str) -> None:
        """Count a form that was sent; links and sections are not told apart."""
        self.steps[-1].sent[ONE_OF_MANY.sub(r"\1/…", path)] += 1

    def fact(self, name: str, value: object) -> None:
        """Add a line to the head of the report."""
        self.facts[name] = str(value)

    def keep(self, name: str, data: bytes) -> None:
        """Write a file of the walk."""
        (self.out / name).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        self.files.append((name, len(data), digest))
        self.note(f"{name}: {len(data):,} bytes, SHA-256 {digest}")

    def write(self) -> Path:
        path = self.out / "report.md"
        path.write_text("\n".join(self._lines()) + "\n")
        return path

    def _lines(self) -> Iterator[str]:
        failed = any(step.failure for step in self.steps)
        yield "# A project from the first meeting to the last payment"
        yield ""
        yield f"**{'Failed' if failed else 'Done'}** in {self._seconds():.0f} seconds."
        yield ""
        for name, value in self.facts.items():
            yield f"- {name}: {value}"
        yield from ("", "| File | Bytes | SHA-256 |", "| --- | ---: | --- |")
        for name, size, digest in self.files:
            yield f"| {name} | {size:,} | `{digest}` |"
        yield from ("", "## Steps")
        for number, step in enumerate(self.steps, start=1):
            yield ""
            yield f"### {number}. {step.title}"
            yield f"{step.began_at:%Y-%m-%d %H:%M:%S} UTC, {step.seconds:.1f} s"
            if step.notes or step.sent or step.failure:
                yield ""
            yield from (f"- {note}" for note in step.notes)
            if step.sent:
                told = (f"`{path}`" + f" ×{n}" * (n > 1) for path, n in step.sent.items())
                yield f"- sent to {', '.join(told)}"
            if step.failure:
                yield from ("", "```", step.failure, "```")

    def _seconds(self) -> float:
        return sum(step.seconds for step in self.steps)
