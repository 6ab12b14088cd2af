"""Here now: the last thirty minutes, minute by minute, read from today's file alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leadrush.look import times
from leadrush.visits import inbox, reading
from leadrush.visits.days import VIEW

MINUTES = 30
HERE = 5
"""Whoever viewed a page within so many minutes counts as here."""


@dataclass(frozen=True)
class Now:
    """Who is here: how many, the visitors of each of the last minutes, and on which pages."""

    here: int
    minutes: list[int]
    pages: list[tuple[str, int]]
    first: datetime
    last: datetime
    titles: dict[str, str]

    @property
    def drawn(self) -> list[dict[str, float]]:
        """The bars, a minute each, in a field of 300 by 40."""
        most = max(*self.minutes, 1)
        tall = [max(36 * count / most, 1.5 if count else 0.6) for count in self.minutes]
        return [
            {"x": 10 * at, "y": round(40 - high, 1), "height": round(high, 1)} for at, high in enumerate(tall)
        ]

    @property
    def listed(self) -> list[tuple[str, str, int]]:
        """The pages with their titles."""
        return [(page, self.titles.get(page, page), count) for page, count in self.pages[:8]]


def look() -> Now:
    """Return who is here now; views of the last few seconds may still be on their way."""
    last = datetime.now(UTC).replace(second=0, microsecond=0)
    first = last - timedelta(minutes=MINUTES - 1)
    today = times.today()
    since = f"TIMESTAMP '{first:%Y-%m-%d %H:%M:%S}'"
    views = reading.relation(today - timedelta(days=1), today)
    asked = f"FROM {views} AS v WHERE kind = {VIEW} AND moment >= {since}"
    who = "coalesce(browser, visitor)"
    with reading.opened() as reader:
        minutes = dict(
            reader.rows(
                f"SELECT CAST(floor((epoch(moment) - epoch({since})) / 60) AS INTEGER) AS minute, "
                f"count(DISTINCT {who}) {asked} GROUP BY minute"
            )
        )
        here = (
            f"(SELECT page, row_number() OVER (PARTITION BY {who} ORDER BY moment DESC, id DESC) AS back "
            f"{asked} AND moment >= TIMESTAMP '{last - timedelta(minutes=HERE - 1):%Y-%m-%d %H:%M:%S}')"
        )
        pages = reader.rows(
            f"SELECT page, count(*) FROM {here} AS h WHERE back = 1 "
            "GROUP BY page ORDER BY count(*) DESC, page"
        )
    return Now(
        here=sum(count for _page, count in pages),
        minutes=[int(minutes.get(number, 0)) for number in range(MINUTES)],
        pages=[(page, int(count)) for page, count in pages],
        first=first,
        last=last,
        titles=inbox.titles(),
    )
