"""Wider and narrower, for every pair of terms that may be written, against the gate's own decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest

from leadrush.statement import EVERYTHING, US, Basis, Choice, Term, Version, Way, decide, difference
from leadrush.statement.tests.making import ELSEWHERE, EMAIL, HERE, REMIND, a_clause, a_term, told
from leadrush.statement.tests.test_decision_exhaustive import BOUND, OTHER, WIDE, sentences

DAY = date(2026, 1, 1)
OLD, NEW = 1, 2
UNDER = (HERE, ELSEWHERE, "")
AFTERWARDS = [(days, after) for days in (None, 0, 30, 31) for after in ("giving", "webinar")]


def version(number: int, *terms: Term, other: bool = False) -> Version:
    clauses = a_clause(*terms, slug=HERE), a_clause(slug=ELSEWHERE)
    return told(number, DAY, *clauses, uses=[OTHER] if other else [])


def told_alike(given: Version, force: Version, category: str) -> Iterator[tuple[bool, ...]]:
    """Whatever may be asked about one giving and the word that came with it, in one order."""
    for confirmed, under, answer in product((True, False), UNDER, (None, True, False)):
        choice = None if answer is None else Choice(answer, given)
        yield decide(
            category=category,
            use=REMIND,
            given=given,
            force=force,
            choice=choice,
            confirmed=confirmed,
            under=under,
        ).allowed


def more(old: Version, new: Version, category: str = EMAIL) -> bool:
    """Whether something given under the new one may be used where the same given under the old one may not,
    with the new one in force."""
    here, there = told_alike(new, new, category), told_alike(old, new, category)
    return any(now and not then for now, then in zip(here, there, strict=True))


def way(old: Version, new: Version, category: str = EMAIL) -> Way:
    found = {(pair.category, pair.use): pair for pair in difference(old, new).pairs}
    pair = found.get((category, REMIND)) or found.get((EVERYTHING, REMIND))
    return pair.way if pair else Way.SAME


def expected(old: Version, new: Version, category: str = EMAIL) -> Way:
    wider, narrower = more(old, new, category), more(new, old, category)
    return {(True, True): Way.BOTH, (True, False): Way.WIDER, (False, True): Way.NARROWER}.get(
        (wider, narrower), Way.SAME
    )


@pytest.mark.parametrize("other", [False, True], ids=["the same use", "another use by its name"])
def test_wider_is_what_the_gate_would_lock_for_every_two_sentences(other: bool) -> None:
    every = [None, *sentences(WIDE, BOUND)]
    assert len(every) == 75
    olds = [version(OLD, *([term] if term else []), other=other) for term in every]
    news = [version(NEW, *([term] if term else [])) for term in every]
    seen = set()
    for old, new in product(olds, news):
        assert way(old, new) is expected(old, new), (old, new)
        seen.add(way(old, new))
    assert seen == set(Way)


def test_a_yes_under_the_new_version_opens_whatever_it_made_wider() -> None:
    every = [None, *sentences(WIDE, [set()])]
    assert len(every) == 27
    for before, after in product(every, every):
        if after is None:
            continue
        old, new = version(OLD, *([before] if before else [])), version(NEW, after)
        assert decide(category=EMAIL, use=REMIND, given=old, force=new, choice=Choice(True, new)).allowed


def test_what_is_narrower_binds_what_was_given_before() -> None:
    every = [None, *sentences(WIDE[:1], BOUND)]
    for before, after in product(every, every):
        old, new = version(OLD, *([before] if before else [])), version(NEW, *([after] if after else []))
        if way(old, new) in (Way.NARROWER, Way.BOTH):
            was, now = told_alike(old, old, EMAIL), told_alike(old, new, EMAIL)
            assert any(then and not here for then, here in zip(was, now, strict=True)), (old, new)


def tellings(number: int) -> list[Version]:
    """The e-mail address told by itself, with everything, by everything only or not at all, each two ways."""
    alone = [
        a_term(),
        a_term(basis=Basis.LEGITIMATE_INTEREST, recipients=(US, "Acme Mail"), unconfirmed=True),
    ]
    all_of_it = [
        a_term(EVERYTHING, basis=Basis.LAW, recipients=(US, "Acme Mail")),
        a_term(EVERYTHING, unconfirmed=True, given=[HERE]),
    ]
    return [
        version(number, *(term for term in (one, everything) if term))
        for one, everything in product([None, *alone], [None, *all_of_it])
    ]


def test_a_sentence_about_everything_is_compared_where_the_other_version_has_one_of_its_own() -> None:
    for old, new in product(tellings(OLD), tellings(NEW)):
        for category in (EMAIL, "PhysicalAddress"):
            assert way(old, new, category) is expected(old, new, category), (category, old, new)


@pytest.mark.parametrize(("was", "now"), product(AFTERWARDS, AFTERWARDS))
def test_kept_longer_is_wider_and_kept_until_something_else_is_both(
    was: tuple[int | None, str], now: tuple[int | None, str]
) -> None:
    old = version(OLD, a_term(days=was[0], after=was[1]))
    new = version(NEW, a_term(days=now[0], after=now[1]))
    if was[0] is None or now[0] is None:
        ends = (was[0] is None, now[0] is None)
        expected = {(True, True): Way.SAME, (True, False): Way.NARROWER, (False, True): Way.WIDER}[ends]
    elif was[1] != now[1]:
        expected = Way.BOTH
    else:
        expected = Way.SAME if was == now else Way.WIDER if now[0] > was[0] else Way.NARROWER
    assert way(old, new) is expected
