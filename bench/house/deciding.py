"""One decision of the gate: pure Python, so on one kind of database only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import product

from bench import ground
from bench.measuring import Figure, each, figure
from leadrush import gate
from leadrush.statement import Choice, Term, Version, decide

TIMES = 20


def figures() -> Iterator[Figure]:
    """Decide about every term in force, given under it or before, with every answer of a person."""
    if ground.GROUND != "sqlite":
        return
    force = gate.force()
    earlier = replace(force, number=0)
    answers = (None, Choice(True, force), Choice(False, force))
    asked = list(product(force.terms(), (earlier, force), answers, (True, False)))
    took = each(partial(decide_all, asked, force), rounds=100, scale=1e6 / (TIMES * len(asked)))
    yield figure("one gate decision", took, "microseconds", 1)


def decide_all(asked: list[tuple[Term, Version, Choice | None, bool]], force: Version) -> None:
    """Decide each, again and again; the loop itself is part of what is measured."""
    for _ in range(TIMES):
        for term, given, choice, confirmed in asked:
            decide(
                category=term.category,
                use=term.use,
                given=given,
                force=force,
                choice=choice,
                confirmed=confirmed,
            )
