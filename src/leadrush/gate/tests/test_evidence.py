"""What a check says of itself, and what nothing is taken under."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leadrush.gate import evidence
from leadrush.gate.evidence import PLAIN, Count, Sign, Stopped
from leadrush.gate.use import NotInForce


@pytest.fixture(autouse=True)
def sources() -> Iterator[None]:
    before = evidence._stopped
    yield
    evidence._stopped = before


def counts() -> Count:
    return Count(0, 3)


def test_a_count_that_cannot_be_is_refused_and_one_without_a_miss_is_kept() -> None:
    for missed, of in ((4, 3), (-1, 3), (0, -1)):
        with pytest.raises(ValueError, match=f"{missed} of {of}"):
            Count(missed, of)
    assert Count(0, 3).kept and Count(0, 0).kept
    assert not Count(1, 3).kept and not Count(3, 3).kept


def test_a_check_that_says_nothing_is_due_each_five_minutes_and_stops_nothing() -> None:
    sign = evidence.sign_of(counts)
    assert sign is PLAIN
    assert (sign.every, sign.limit, sign.stops) == (300, 60, "nothing")
    assert str(sign.words) % {"missed": "2", "of": "3"} == "2 of 3 are not as this sentence says."
    assert str(sign.mend)


def test_a_check_says_what_differs_and_counts_as_before() -> None:
    @evidence.check(words="%(kept)s are.", stops="collection", every=60, limit=5, mend="Do.")
    def check() -> Count:
        return Count(1, 2)

    assert check() == Count(1, 2)
    assert evidence.sign_of(check) == Sign(
        words="%(kept)s are.", mend="Do.", stops="collection", every=60, limit=5
    )
    plain = evidence.check()(lambda: Count(0, 1))
    assert evidence.sign_of(plain) == PLAIN


def test_nothing_is_closed_while_nobody_says_so_and_what_is_closed_is_told_by_its_name(
    published: object,
) -> None:
    evidence.watch(None)
    evidence.demand_open("webinar-seat")
    evidence.watch(lambda clause: clause == "webinar-seat")
    evidence.demand_open("your-address")
    with pytest.raises(Stopped, match="webinar-seat is broken") as stopped:
        evidence.demand_open("webinar-seat")
    assert stopped.value.clause == "webinar-seat"
    evidence.watch(None)
    evidence.demand_open("webinar-seat")


def test_nothing_is_taken_under_a_clause_that_the_statement_in_force_does_not_have(published: object) -> None:
    with pytest.raises(NotInForce, match=r"has no clause shelf-wish, so nothing is taken"):
        evidence.demand_open("shelf-wish")
    evidence.watch(lambda clause: True)
    try:
        with pytest.raises(NotInForce):
            evidence.demand_open("shelf-wish")
    finally:
        evidence.watch(None)
