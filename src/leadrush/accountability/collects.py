"""What this room keeps: drafts, and who was told of which version; nothing that anybody gave."""

from __future__ import annotations

COLLECTS: list[object] = []
GROUND = {
    "accountability.Told": "which version somebody was told of, what they were asked for and answered",
}
NOTHING = {
    "accountability.Draft": "what the owner means to publish; names the member of staff by a number",
    "accountability.Notice": "how far the telling of a version has got; names nobody",
    "accountability.Counted": "how many of how many things a clause's check counted last; numbers alone",
    "accountability.CountedDay": "the worst count of a day; numbers alone",
    "accountability.Break": "from when until when a clause was broken; times and numbers alone",
}
