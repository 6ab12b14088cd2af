"""Following the chain from place to place, and telling what is amiss where it does not fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from leadrush.ledger import canonical
from leadrush.ledger.faults import ADDED, CHANGED, MISSING, ORDER, REMOVED, Fault, Report

Row = tuple[Any, ...]
"""The values of an entry, each None where it is gone; then place, digest and the entry's id of a link."""

LATE = timedelta(minutes=10)
"""PostgreSQL may commit an entry after one with a higher id, by moments. What claims to be that much older
than the entry before it, under a lower id, was put there afterwards."""


class Walk:
    """Goes along the chain. After a fault it goes on from what is stored: each fault is found once."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.place = 0
        """The place that was read last, and `before` its digest; None where that is not known."""
        self.before: bytes | None = canonical.BEGINNING
        self.doubt: bytes | None = None
        """What the place before should have had for a digest, after one that did not fit."""
        self.present = 0
        self.top, self.top_at = 0, ""

    def stand_at(self, place: int, rows: list[Row]) -> None:
        """Begin at a place in the middle, as it is stored; `rows` is its own, if it is there."""
        self.place, self.before = place, None
        for row in rows:
            digest = row[canonical.WIDTH + 1]
            self.before = digest if isinstance(digest, bytes) else None
            self.top, self.top_at = row[0] or 0, row[1]

    def take(self, rows: list[Row]) -> None:
        """Read these places, which come next."""
        before, place, top = self.before, self.place, self.top
        after, width = canonical.after, canonical.WIDTH
        for at, row in enumerate(rows):
            entry = row[:width]
            digest = row[width + 1]
            place += 1
            id = entry[0]
            if row[width] == place and id is not None and before is not None:
                try:
                    fits = after(before, entry) == digest
                except TypeError:  # what no entry of ours has
                    fits = False
                if fits and id > top:
                    before, top, self.top_at, self.doubt = digest, id, entry[1], None
                    continue
            else:
                fits = False
            self.place, self.before, self.top = place, before, top
            if not fits:
                self._misfit(rows, at)
            elif self.is_late(id, entry[1]):
                self.report.add(Fault(ADDED, place, id))
            before = digest if isinstance(digest, bytes) else None
            place = row[width]
        self.place, self.before, self.top = place, before, top
        self.report.chained += len(rows)
        self.present += sum(row[0] is not None for row in rows)

    def is_late(self, id: int, at: object) -> bool:
        """Say whether an entry under a lower id than was chained before it claims to be much older, too."""
        try:
            return id < self.top and _moment(at) < _moment(self.top_at) - LATE
        except (TypeError, ValueError, OverflowError):
            return True

    def _misfit(self, rows: list[Row], at: int) -> None:
        row, doubt, expected = rows[at], self.doubt, self.place
        entry, (place, digest, linked) = row[: canonical.WIDTH], row[canonical.WIDTH :]
        self.doubt = None
        if place != expected:
            kind = MISSING if place > expected else ADDED
            self.report.add(Fault(kind, min(place, expected), linked if kind is ADDED else None))
        elif entry[0] is None:
            self.report.add(Fault(REMOVED, place, linked))
        elif doubt is not None and fits(doubt, entry, digest):
            pass  # it was the digest before that was changed, or the place before that was added
        elif self.before is None:
            pass  # nothing to hold it against; what made it so was told
        else:
            kind = self._kind(rows, at)
            self.report.add(Fault(kind, place, linked))
            self.doubt = self.before if kind is ADDED else made(self.before, entry)

    def _kind(self, rows: list[Row], at: int) -> str:
        """Say what happened to an entry that is there and does not fit, as far as its neighbours tell."""
        before, width = self.before, canonical.WIDTH
        assert before is not None
        entry, digest = rows[at][:width], rows[at][width + 1]
        following = rows[at + 1] if at + 1 < len(rows) else None
        if following is not None and fits(before, following[:width], following[width + 1]):
            return ADDED
        should = made(before, entry)
        for other in rows:
            if should is not None and other[width + 1] == should:
                return ORDER
            if fits(before, other[:width], digest) or fits(before, (entry[0], *other[1:width]), digest):
                return ORDER
        return CHANGED


def made(before: bytes, entry: Row) -> bytes | None:
    """Return the digest that an entry makes, None for one that makes none."""
    try:
        return canonical.after(before, entry)
    except TypeError:
        return None


def fits(before: bytes, entry: Row, digest: object) -> bool:
    """Say whether an entry makes this digest."""
    return digest is not None and made(before, entry) == digest


def _moment(at: object) -> datetime:
    return at if isinstance(at, datetime) else datetime.fromisoformat(str(at))


def is_older(at: object, than: timedelta) -> bool:
    """Say whether a moment lies further back than this; one that is none does."""
    try:
        return _moment(at) < datetime.now(UTC).replace(tzinfo=None) - than
    except (ValueError, OverflowError):
        return True
