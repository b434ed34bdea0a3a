"""What the app above tells the delivery: what a change of the price does to installments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from implportal.kernel.registry import Registry

if TYPE_CHECKING:
    from delivery.models import ChangeRequest


@dataclass(frozen=True)
class PriceMove:
    """One installment before and after; None where there was none, or will be none."""

    title: str
    old_minor: int | None
    new_minor: int | None
    words: str = ""
    """What releases a new one."""


@dataclass(frozen=True)
class PriceSource:
    """Foresees what a change of the price does; raises DomainError where it cannot be done.

    Doing it is another matter: whoever foresees listens to the event CHANGE_SIGNED.
    """

    key: str
    foresee: Callable[[ChangeRequest], Sequence[PriceMove]]


PRICE_SOURCES: Registry[PriceSource] = Registry("price source")
