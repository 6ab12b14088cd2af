"""Invented visits with everything there is: over midnight, programs, goals, faults, a log, odd letters."""

from __future__ import annotations

import random
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

from leadrush.visits import days, engine, inbox, making, observing, tokens

FIRST = date(2026, 11, 26)
DAYS = 4
LAST = FIRST + timedelta(days=DAYS - 1)
PAGES = [
    "/", "/webinars/", "/webinars/soil/", "/webinars/soil/thanks/", "/it's/", "/wörter/ẞ/", "/a\\b/",
    "/a|b?{c}/",
]  # fmt: skip
SOURCES = [
    ("", "", "", "", ""),
    ("Google", "search", "", "", ""),
    ("it's", "site", "it's.example/a\\n", "", ""),
    ("Zürich", "campaign", "", "e-mail", "autumn"),
    ("Zürich", "campaign", "", "", "spring 'sale'"),
]


def invent(seed: int = 20_261_126, visits: int = 2_500) -> None:
    """Make days of everything that there is: visits over midnight, programs, goals, faults, a log."""
    draw = random.Random(seed)
    browsers = [draw.getrandbits(63) for _ in range(visits // 3)]
    rows: list[observing.Row] = []
    for number in range(visits * DAYS):
        at = datetime(2026, 11, 26, tzinfo=UTC) + timedelta(seconds=draw.randrange(DAYS * 86_400))
        rows += visit(draw, int(at.timestamp() * 1000), draw.choice(browsers) if number % 3 == 0 else 0)
    rows += [row for number in range(6) for row in hurried(draw, number)]
    with closing(inbox.connect()) as held:
        held.execute("BEGIN")
        held.executemany("INSERT INTO inbox (day, body) VALUES (?, ?)", map(waiting, rows))
        held.execute("COMMIT")
    while making.make_due():
        pass
    read_a_log()


def waiting(row: observing.Row) -> tuple[str, bytes]:
    """Return a row as it waits in the inbox; what is later than the last day belongs to it."""
    return min(datetime.fromtimestamp(row.ms / 1000, UTC).date(), LAST).isoformat(), observing.encode(row)


def visit(draw: random.Random, ms: int, browser: int) -> list[observing.Row]:
    """Return what one visit leaves: views, what their script says of them, goals on the way."""
    source, kind, referrer, medium, campaign = draw.choice(SOURCES)
    said: dict[str, Any] = {
        "visitor": draw.getrandbits(63), "browser": browser, "country": draw.choice(["", "DE", "FR"]),
        "device": draw.choice(["phone", "computer"]), "software": draw.choice(["Firefox", "Safari", ""]),
        "system": draw.choice(["Windows", "iPhone"]), "version": draw.choices([1, 2, 0], [30, 1, 1])[0],
    }  # fmt: skip
    flags = tokens.STAFF if draw.random() < 0.03 else 0
    program = draw.choice(["search", "tool"]) if draw.random() < 0.05 else ""
    rows = []
    for _number in range(draw.choice([1, 1, 2, 3, 6])):
        aside = draw.random() < 0.05
        row = observing.Row(
            id=draw.getrandbits(62), what="sent", ms=ms, page=draw.choice(PAGES), program=program,
            status=draw.choice([404, 500]) if aside else 200, took=draw.randrange(900), source=source,
            kind=kind, referrer=referrer, medium=medium, campaign=campaign,
            flags=flags | (tokens.ASIDE if aside else 0), **said,
        )  # fmt: skip
        rows.append(row)
        if not aside and not program and (heard := draw.random()) < 0.8:
            what = "heard" if heard < 0.7 else "dot"
            rows.append(observing.Row(id=row.id, what=what, ms=ms, page=row.page, **said))
            seen = draw.choice([0, 900, 99_999, 100_000, 999_999, 1_000_000, draw.randrange(4_000_000)])
            rows.append(observing.Row(id=row.id, what="time", ms=ms, seen=seen))
        if not aside and draw.random() < 0.2:
            reached: dict[str, Any] = {"goal": draw.choice(["webinars.seat", "it's gone"]), "flags": flags}
            rows.append(observing.Row(id=row.id + 1, what="goal", ms=ms, page=row.page, **reached, **said))
            searched: dict[str, Any] = {
                "goal": days.SEARCH,
                "before": draw.choice(["soil", "élan"]),
                "flags": flags,
            }
            searched["seen"] = draw.choice([0, 3])
            rows.append(observing.Row(id=row.id + 2, what="goal", ms=ms, page=row.page, **searched, **said))
        ms += draw.choice([0, 2_000, 60_000, 60_000, 1_900_000])
        source, kind, referrer, medium, campaign = draw.choice(SOURCES) if draw.random() < 0.1 else SOURCES[0]
    return rows


def hurried(draw: random.Random, number: int) -> list[observing.Row]:
    """Return the views of who pretends to be a browser, or asks for more pages than anybody reads."""
    start = int(datetime(2026, 11, 27, 10, tzinfo=UTC).timestamp() * 1000)
    visitor, many = draw.getrandbits(63), 40 if number % 2 else 250
    return [
        observing.Row(
            id=draw.getrandbits(62), what="sent" if number % 2 else "heard", ms=start + 1_000 * place,
            page=f"/page-{place}/", visitor=visitor, status=200, version=1, device="computer",
        )
        for place in range(many)
    ]  # fmt: skip


def read_a_log() -> None:
    """Count a day's own rows once more, as a server's log brings them."""
    day = FIRST + timedelta(days=2)
    put = {"id": "id + 7", "logged": "true", "browser": "coalesce(browser, 0)"}
    kept = ", ".join(f"{put.get(name, name)} AS {name}" for name in days.BASE)
    file = f"read_parquet({days.quoted(days.file(day))})"
    with closing(engine.connect()) as con, days.alone():
        also = f"SELECT 1 AS rank, {kept} FROM {file} WHERE kind = {days.VIEW} AND id % 3 = 0"
        making.make(con, day, days.mark(con, day), also=also)
