"""What it costs to tell two versions of sixty clauses apart, each with other words and other terms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bench import ground
from bench.measuring import Figure, each, figure
from leadrush.statement import US, Basis, Category, Clause, Meaning, Retention, Term, Version, difference

CLAUSES = 60
WORDS = (
    "If you register for thing {n}, we use your e-mail address to confirm it, to remind you {often}, and to "
    "tell you of changes. We keep the time zone you chose, to say the hour where you are, and erase all of "
    "it {days} days after the thing."
)


def a_version(number: int, often: str, days: int, recipients: frozenset[str]) -> Version:
    """Return a version of sixty clauses with three terms each."""
    clauses = tuple(
        Clause(
            slug=f"thing-{n}",
            section="joining",
            text=WORDS.format(n=n, often=often, days=days + n),
            short=f"Erased {days + n} days after thing {n}.",
            kept="A program ends what is over once a minute.",
            kept_by=("leadrush.vault.lapsing.due",),
            check="leadrush.vault.keeps.nothing_is_late",
            terms=tuple(
                Term(
                    kind, f"thing.serve_{n}", Basis.CONTRACT, recipients, Retention(days + n, "thing"), False
                )
                for kind in ("EmailAddress", "Name", "City")
            ),
            room="things",
        )
        for n in range(CLAUSES)
    )
    names = sorted(f"thing.serve_{n}" for n in range(CLAUSES))
    uses = tuple(Meaning(name, "provide", "RequestedServiceProvision", "serve you") for name in names)
    kinds = tuple(Category(name, name) for name in ("City", "EmailAddress", "Name"))
    return Version(number, date(2026, 1, number), clauses, uses, kinds)


def figures(size: int) -> Iterator[Figure]:
    """Measure the difference where every clause and every term is another one; `size` plays no part."""
    old = a_version(1, "twice", 30, frozenset({US}))
    new = a_version(2, "three times, by post as well,", 14, frozenset({US, "Acme Mail"}))
    spread = each(lambda: difference(old, new), rounds=50, scale=1000)
    yield figure(f"difference of two versions of 60 clauses, {ground.NAME}", spread, "ms", 10, area="promise")
