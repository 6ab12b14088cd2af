"""For how long something is kept: never longer than one of its two versions says."""

from __future__ import annotations

from itertools import product

import pytest

from leadrush.statement import Version, kept
from leadrush.statement.tests.making import EMAIL, NAME, REMIND, a_term, a_version

OTHER = "webinars.serve"
DAYS = (None, 7, 30)


def of(given: Version, force: Version, *needs: tuple[str, str]) -> dict[str, int]:
    return kept(given=given, force=force, needs=needs)


@pytest.mark.parametrize(("said", "says"), [*product(DAYS, DAYS)])
def test_the_fewer_days_of_two_versions_count_whichever_says_them(said: int | None, says: int | None) -> None:
    given, force = a_version(a_term(days=said)), a_version(a_term(days=says), number=2)
    known = [days for days in (said, says) if days is not None]
    assert of(given, force, (EMAIL, REMIND)) == ({"giving": min(known)} if known else {})


def test_what_a_version_says_nothing_of_shortens_nothing() -> None:
    given, force = a_version(a_term(days=30)), a_version(a_term(NAME, days=7), number=2)
    assert of(given, force, (EMAIL, REMIND)) == {"giving": 30}
    assert of(force, given, (EMAIL, REMIND)) == {"giving": 30}
    assert of(given, force) == {}


def test_of_all_that_it_is_needed_for_the_fewest_days_after_each_event_count() -> None:
    given = a_version(a_term(days=30), a_term(NAME, days=9), a_term(use=OTHER, days=40, after="webinar"))
    needs = [(EMAIL, REMIND), (NAME, REMIND), (EMAIL, OTHER)]
    for order in (needs, needs[::-1]):
        assert of(given, given, *order) == {"giving": 9, "webinar": 40}
    less = a_version(a_term(days=30), a_term(use=OTHER, days=3, after="webinar"), number=2)
    assert of(given, less, *needs) == {"giving": 9, "webinar": 3}
