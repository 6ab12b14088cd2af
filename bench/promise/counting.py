"""What it costs to count whom a publication touches: one use goes further, another is kept less long.

Once where it comes to the same for everything that was given, and once where it goes further for one form
only and half of all was given on another: then each item's giving is looked up.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from bench import ground
from bench.filling import CLAUSE, WHERE
from bench.measuring import WALL, Figure, Spread, each, figure
from leadrush import gate, statement
from leadrush.accountability import reaching
from leadrush.gate import rooms
from leadrush.vault.models import Giving, Item

MILLION = 1_000_000


HALF = uuid.UUID(int=1 << 127)
OTHER = "your-address"


def next_version(slug: str) -> statement.Version:
    """Return the next version: another company may see what one clause is about, seats lapse sooner."""
    text = statement.Version.draw_up(
        rooms.all(),
        number=gate.force().number + 1,
        published=date(2026, 2, 1),
        filled={"webinar-seat": {"days": 14}},
    )
    clauses = tuple(
        replace(one, terms=tuple(replace(t, recipients=frozenset({"us", "Acme Mail"})) for t in one.terms))
        if one.slug == slug
        else one
        for one in text.clauses
    )
    return replace(text, clauses=clauses)


def figures(size: int) -> Iterator[Figure]:
    """Measure on the items that are there, and tell what a million take; the page asks once each time."""
    with gate.using("house.keep"):
        items = Item.objects.count()

    def measured(slug: str, least: int) -> Spread:
        new = next_version(slug)

        def count() -> None:
            found = reaching.reach(reaching.concern_of(gate.force(), new))
            assert found.asked >= least, found

        return each(count, rounds=5, scale=MILLION / items, clock=WALL)

    by = f"a million items by {items:,}, {ground.NAME}"
    yield figure(
        f"counting whom a publication touches, {by}", measured("helping", size), "s", 2, area="promise"
    )
    with two_forms():
        spread = measured(CLAUSE, size // 3)
    yield figure(f"the same where the form decides, {by}", spread, "s", 2, area="promise")


@contextmanager
def two_forms() -> Iterator[None]:
    """Let half of all have been given on another form, and take that back."""
    half = Giving.objects.filter(where=WHERE, pk__lt=HALF)
    half.update(clause=OTHER)
    ground.settle()
    try:
        yield
    finally:
        half.update(clause=CLAUSE)
        ground.settle()
