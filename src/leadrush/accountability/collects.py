"""What this room takes from persons: nothing; the statement's page needs no data about anybody."""

from __future__ import annotations

COLLECTS: list[object] = []
NOTHING = {
    "accountability.Counted": "how many of how many things a clause's check counted last; numbers alone",
    "accountability.CountedDay": "the worst count of a day; numbers alone",
    "accountability.Break": "from when until when a clause was broken; times and numbers alone",
}
