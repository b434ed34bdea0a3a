"""How a contract value is divided. Whole minor units in, whole minor units out."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from aftersales.models.installments import WHOLE
from implportal.kernel.errors import DomainError
from implportal.kernel.money import format_money

Share = tuple[int | None, int | None]
"""(basis points, amount in minor units): exactly one of them is given."""


class SumDiffers(DomainError):
    """The installments do not add up to the contract value.

    ``difference_minor`` is positive where they are too few, negative where too many.
    """

    def __init__(self, difference_minor: int, *, value_minor: int, currency: str) -> None:
        self.difference_minor = difference_minor
        words = {
            "difference": format_money(abs(difference_minor), currency),
            "value": format_money(value_minor, currency),
        }
        super().__init__(
            _("The installments are %(difference)s short of the contract value of %(value)s.")
            % words
            if difference_minor > 0
            else _("The installments are %(difference)s more than the contract value of %(value)s.")
            % words
        )


def split(
    *,
    value_minor: int,
    shares: Sequence[Share],
    currency: str,
    fixed_minor: int = 0,
    roundings: int = 0,
) -> list[int]:
    """Return the amount of each share; together with ``fixed_minor`` exactly ``value_minor``.

    Percentages are of the whole value, rounded down; what rounding leaves over goes to
    the last of them. ``fixed_minor`` is divided already, and up to ``roundings`` of its
    parts were rounded themselves.

    Raises:
        SumDiffers: the shares do not make up the value.
    """
    amounts = [
        value_minor * points // WHOLE if points is not None else amount or 0
        for points, amount in shares
    ]
    rest = value_minor - fixed_minor - sum(amounts)
    percents = [index for index, (points, _amount) in enumerate(shares) if points is not None]
    # Percentages alone must be 100; beside amounts they may miss by less than one minor
    # unit, and by one more for each part that was rounded before.
    exact = fixed_minor * WHOLE + sum(
        value_minor * points if points is not None else (amount or 0) * WHOLE
        for points, amount in shares
    )
    missing = value_minor * WHOLE - exact
    mixed = len(percents) < len(shares) or fixed_minor
    tolerance = WHOLE * (roundings + 1) if mixed and percents else 1
    if abs(missing) >= tolerance:
        away = -(-missing // WHOLE) if missing > 0 else missing // WHOLE
        raise SumDiffers(away, value_minor=value_minor, currency=currency)
    if percents:
        amounts[percents[-1]] += rest
    return amounts
