"""Nobody is charged a penny more than the lines say, and nobody gets back more than they paid."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leadrush.purchases import sums, taxes
from leadrush.purchases.money import CurrencyMismatch, Money, read, shared, total
from leadrush.purchases.sums import Asked, add_up, give_back
from leadrush.purchases.taxes import NONE, REDUCED, STANDARD, Where

RATES = st.sampled_from(
    [Decimal(rate) for rate in ("0", "5.5", "7", "8.1", "13.5", "19", "20", "25.5", "27")]
)
AMOUNTS = st.integers(0, 10**8)


def pounds(amount: int) -> Money:
    return Money(amount, "GBP")


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    rate = draw(RATES)
    return Asked(pounds(draw(AMOUNTS)), draw(st.integers(1, 50)), rate, draw(st.one_of(st.just(rate), RATES)))


LINES = st.lists(asked(), min_size=1, max_size=8)


@given(AMOUNTS, st.lists(st.integers(0, 10**9), min_size=1, max_size=12), st.booleans())
def test_parts_of_an_amount_sum_to_it_and_none_is_off_by_a_penny(
    size: int, weights: list[int], owed: bool
) -> None:
    amount = pounds(-size if owed else size)
    parts = shared(amount, weights)
    assert total(parts, "GBP") == amount
    whole = sum(weights)
    if whole:
        for one, weight in zip(parts, weights, strict=True):
            assert abs(one.amount * whole - amount.amount * weight) < whole


@given(LINES, AMOUNTS, st.integers(0, 100))
def test_lines_discount_and_tax_always_sum(lines: list[Asked], off: int, percent: int) -> None:
    found = add_up(lines, "GBP", pounds(off), percent)
    assert found.full - found.off == found.gross
    assert pounds(0) <= found.off <= found.full
    assert total(found.taxes.values(), "GBP") == found.tax
    assert found.gross == total([line.net for line in found.lines], "GBP") + found.tax
    for line in found.lines:
        assert line.full - line.off == line.gross
        assert pounds(0) <= line.off <= line.full
        assert pounds(0) <= line.tax <= line.gross
        exact = Decimal(line.gross.amount) * line.rate / (100 + line.rate)
        assert abs(line.tax.amount - exact) <= Decimal("0.5")


@given(LINES, st.lists(st.integers(1, 10**7), max_size=6), AMOUNTS)
def test_what_is_given_back_in_parts_sums_to_what_was_paid_and_its_tax(
    lines: list[Asked], steps: list[int], off: int
) -> None:
    paid = add_up(lines, "GBP", pounds(off))
    assume(paid.gross)
    gone = [pounds(0) for _line in paid.lines]
    taxed = pounds(0)
    left = paid.gross
    for step in [*steps, 0]:
        amount = min(pounds(step), left) if step else left
        if not amount:
            break
        parts = give_back(paid.lines, amount, gone)
        assert total([one for one, _tax in parts], "GBP") == amount
        gone = [before + one for before, (one, _tax) in zip(gone, parts, strict=True)]
        taxed += total([tax for _one, tax in parts], "GBP")
        left -= amount
        for line, one in zip(paid.lines, gone, strict=True):
            assert pounds(0) <= one <= line.gross
    assert not left
    assert taxed == paid.tax
    with pytest.raises(ValueError, match="not so much"):
        give_back(paid.lines, pounds(1), gone)


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(CurrencyMismatch):
        pounds(1) + Money(1, "EUR")
    with pytest.raises(CurrencyMismatch):
        add_up([Asked(pounds(100), 1)], "GBP", Money(10, "EUR"))
    for wrong in ((1.0, "GBP"), (True, "GBP"), (1, "POUND")):
        with pytest.raises(ValueError, match="whole minor units"):
            Money(*wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("94", "GBP", 9400),
        ("102.20", "GBP", 10220),
        ("102,2", "EUR", 10220),
        ("1 000", "EUR", 100000),
        ("500", "JPY", 500),
        ("-3", "GBP", -300),
    ],
)
def test_a_price_is_read_as_it_is_typed(typed: str, currency: str, amount: int) -> None:
    assert read(typed, currency) == Money(amount, currency)


@pytest.mark.parametrize(
    "typed", ["", "x", "1.234", "1,234.5.6", "NaN", "Infinity", "1e99", "12 pounds", "0.001"]
)
def test_what_is_no_price_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read(typed, "GBP")


@pytest.mark.parametrize(
    ("category", "where", "rate"),
    [
        (STANDARD, Where("DE"), "19"),
        (REDUCED, Where("DE"), "7"),
        (NONE, Where("DE"), "0"),
        (STANDARD, Where("DE", owes=False), "0"),
        (STANDARD, Where("DE", "FR"), "19"),
        (STANDARD, Where("DE", "FR", one_stop=True), "20"),
        (STANDARD, Where("DE", "FR", number="FR40303265045"), "0"),
        (STANDARD, Where("DE", "DE", number="DE136695976"), "19"),
        (STANDARD, Where("DE", "US"), "0"),
        (STANDARD, Where("GB", "FR"), "0"),
        (STANDARD, Where("GB"), "20"),
        (STANDARD, Where("US"), "0"),
    ],
)
def test_the_rate_is_that_of_whom_the_tax_belongs_to(category: str, where: Where, rate: str) -> None:
    assert taxes.rate(category, where) == Decimal(rate)


def test_a_business_abroad_pays_the_price_without_tax() -> None:
    where = Where("DE", "FR", number="FR40303265045")
    line = Asked(Money(11900, "EUR"), 1, taxes.rate(STANDARD, where), taxes.priced_with(STANDARD, where))
    assert sums.priced(line) == Money(10000, "EUR")


@pytest.mark.parametrize("number", ["DE136695977", "FR123", "XX136695976", "", "GB980780684"])
def test_a_vat_number_whose_digits_do_not_belong_together_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        taxes.read_number(number)
    assert taxes.read_number("de 136 695 976") == "DE136695976"
