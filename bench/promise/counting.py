"""What it costs to count whom a publication touches: one use goes further, another is kept less long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from bench import ground
from bench.measuring import WALL, Figure, each, figure
from leadrush import gate, statement
from leadrush.accountability import reaching
from leadrush.gate import rooms
from leadrush.vault.models import Item

MILLION = 1_000_000


def next_version() -> statement.Version:
    """Return the next version: who helps may let another company see what it is about, seats lapse sooner."""
    text = statement.Version.draw_up(
        rooms.all(),
        number=gate.force().number + 1,
        published=date(2026, 2, 1),
        filled={"webinar-seat": {"days": 14}},
    )
    clauses = tuple(
        replace(one, terms=tuple(replace(t, recipients=frozenset({"us", "Acme Mail"})) for t in one.terms))
        if one.slug == "helping"
        else one
        for one in text.clauses
    )
    return replace(text, clauses=clauses)


def figures(size: int) -> Iterator[Figure]:
    """Measure on the items that are there, and tell what a million take; the page asks once each time."""
    with gate.using("house.keep"):
        items = Item.objects.count()
    new = next_version()

    def count() -> None:
        found = reaching.reach(reaching.concern_of(gate.force(), new))
        assert found.asked >= size, found

    spread = each(count, rounds=5, scale=MILLION / items, clock=WALL)
    name = f"counting whom a publication touches, a million items by {items:,}, {ground.NAME}"
    yield figure(name, spread, "s", 2, area="promise")
