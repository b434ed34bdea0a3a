"""Money is a whole number of minor units (cents) and an ISO 4217 currency. Never a float.

Different currencies are never added; callers group by currency.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

MINOR_DIGITS = {
    "EUR": 2,
    "USD": 2,
    "GBP": 2,
    "CHF": 2,
    "CNY": 2,
    "JPY": 0,
    "KRW": 0,
    "SEK": 2,
    "NOK": 2,
    "DKK": 2,
    "PLN": 2,
    "CZK": 2,
    "INR": 2,
    "BRL": 2,
    "AUD": 2,
    "CAD": 2,
    "SGD": 2,
    "KWD": 3,
}
"""ISO 4217, column "minor unit": how many decimal places the currency has."""

CURRENCIES = [(code, code) for code in sorted(MINOR_DIGITS)]
LARGEST_MINOR = 10**15
"""Fits a 64-bit column with room for sums over many rows."""


def to_minor(amount: Decimal, currency: str) -> int:
    """Return ``amount`` in minor units, rounded half up; KeyError for an unknown currency."""
    scale = Decimal(10) ** MINOR_DIGITS[currency]
    return int((amount * scale).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_decimal(amount_minor: int, currency: str) -> Decimal:
    """Return the amount in the currency's main unit, with all its decimal places."""
    return Decimal(amount_minor).scaleb(-MINOR_DIGITS[currency])


def format_money(amount_minor: int, currency: str) -> str:
    """Return e.g. ``12,500.00 EUR`` in the reader's number format."""
    value = to_decimal(amount_minor, currency)
    places = MINOR_DIGITS[currency]
    return f"{number_format(value, decimal_pos=places, force_grouping=True)}\u00a0{currency}"


class MoneyField(forms.DecimalField):
    """A typed amount; ``cleaned_data`` holds minor units of ``currency``.

    ``initial`` is given in minor units, too. More decimal places than the
    currency has are refused rather than rounded away.
    """

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        places = MINOR_DIGITS[currency]
        kwargs.setdefault("min_value", Decimal(0))
        kwargs.setdefault("label", _("Amount"))
        super().__init__(
            max_value=to_decimal(LARGEST_MINOR, currency),
            decimal_places=places,
            **kwargs,
        )
        self.widget.attrs.setdefault("inputmode", "decimal")

    def clean(self, value: Any) -> int | None:
        amount = super().clean(value)
        return None if amount is None else to_minor(amount, self.currency)

    def prepare_value(self, value: Any) -> Any:
        return to_decimal(value, self.currency) if isinstance(value, int) else value
