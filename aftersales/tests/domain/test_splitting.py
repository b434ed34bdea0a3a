import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersales.domain.splitting import SumDiffers, split

THIRDS = [(3333, None), (3333, None), (3334, None)]


@pytest.mark.parametrize(
    ("value", "currency", "amounts"),
    [
        (100_000, "EUR", [33_330, 33_330, 33_340]),
        (100_001, "EUR", [33_330, 33_330, 33_341]),
        (1_000, "JPY", [333, 333, 334]),
        (7, "JPY", [2, 2, 3]),
        (1_234_567, "KWD", [411_481, 411_481, 411_605]),
    ],
)
def test_percentages_are_rounded_down_and_the_last_takes_the_rest(value, currency, amounts):
    assert split(value_minor=value, shares=THIRDS, currency=currency) == amounts
    assert sum(amounts) == value


def test_amounts_and_percentages_mix():
    shares = [(None, 5_000), (5000, None)]

    assert split(value_minor=10_001, shares=shares, currency="EUR") == [5_000, 5_001]


def test_what_was_divided_before_counts():
    shares = [(3334, None)]

    assert split(
        value_minor=100_001, shares=shares, currency="EUR", fixed_minor=66_660, roundings=2
    ) == [33_341]


@pytest.mark.parametrize(
    ("shares", "difference", "words"),
    [
        (
            [(None, 60_000), (None, 39_999)],
            1,
            "The installments are 0.01\u00a0EUR short of the contract value of 1,000.00\u00a0EUR.",
        ),
        (
            [(6000, None), (5000, None)],
            -10_000,
            (
                "The installments are 100.00\u00a0EUR more than the contract value of "
                "1,000.00\u00a0EUR."
            ),
        ),
        (
            [(3333, None), (3333, None), (3333, None)],
            10,
            "The installments are 0.10\u00a0EUR short of the contract value of 1,000.00\u00a0EUR.",
        ),
        (
            [],
            100_000,
            (
                "The installments are 1,000.00\u00a0EUR short of the contract value of "
                "1,000.00\u00a0EUR."
            ),
        ),
    ],
)
def test_another_sum_is_refused_with_the_difference(shares, difference, words):
    with pytest.raises(SumDiffers) as refusal:
        split(value_minor=100_000, shares=shares, currency="EUR")

    assert (refusal.value.difference_minor, str(refusal.value)) == (difference, words)


@given(
    value=st.integers(min_value=1, max_value=10**12),
    cuts=st.lists(st.integers(min_value=1, max_value=9_999), max_size=11, unique=True),
)
def test_percentages_that_make_100_always_make_the_value(value, cuts):
    edges = [0, *sorted(cuts), 10_000]
    shares = [(high - low, None) for low, high in itertools.pairwise(edges)]

    amounts = split(value_minor=value, shares=shares, currency="EUR")

    assert sum(amounts) == value
    assert all(
        0 <= amount - value * points // 10_000 < len(shares)
        for amount, (points, _none) in zip(amounts, shares, strict=True)
    )
