"""What verifying finds, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CHANGED, REMOVED, ORDER, ADDED = "changed", "removed", "out of order", "added in between"
CUT_OFF, MISSING, HEAD, ANCHOR = "cut off at the end", "chain missing", "head changed", "anchor not met"

WORDS = {
    CHANGED: "an entry, or its digest, was changed",
    REMOVED: "an entry was removed",
    ORDER: "entries are out of order",
    ADDED: "an entry was added in between",
    CUT_OFF: "the ledger was cut off at the end",
    MISSING: "a part of the chain is missing",
    HEAD: "the head of a day does not fit the chain: either was changed, or a head was removed",
    ANCHOR: "the head of a day is another one than was kept: what is there was written anew",
}
LAST = 2**63
TOLD = 20
"""Faults that a report holds; the others are counted."""


@dataclass(slots=True)
class Fault:
    """One thing that does not fit: its kind, the place in the chain, the entry's id, the day of a head.

    `day` is the day of the first head at or after the place; None means after the last one.
    """

    kind: str
    place: int | None = None
    entry: int | None = None
    day: str | None = None

    def __str__(self) -> str:
        where = [f"at place {self.place:,}"] if self.place is not None else []
        where += [f"entry {self.entry}"] if self.entry is not None else []
        if self.day or self.place is not None:
            where.append(f"up to the head of {self.day}" if self.day else "after the last head")
        return f"{WORDS[self.kind]} ({', '.join(where)})"


@dataclass(slots=True)
class Report:
    """What was found in the ledger as it was at one moment; `anchors` says of each day whether it was met."""

    entries: int = 0
    chained: int = 0
    """Places of the chain."""
    waiting: int = 0
    """Entries that have no place yet."""
    since: str | None = None
    """When the oldest of those was written, in UTC."""
    digest: str = ""
    """The chain's digest at its last place, in hex."""
    heads: list[tuple[str, int]] = field(default_factory=list)
    """Each day that has a head, with its place."""
    anchors: dict[str, bool] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    found: int = 0
    """Faults, those that `faults` has no room for included."""

    def add(self, fault: Fault) -> None:
        """Add a fault."""
        self.found += 1
        if len(self.faults) < TOLD:
            self.faults.append(fault)

    @property
    def whole(self) -> bool:
        """Whether nothing was found amiss."""
        return not self.found

    def settle(self) -> None:
        """Put faults in the order of their places, and say the day of each."""
        self.faults.sort(key=lambda fault: LAST if fault.place is None else fault.place)
        for fault in self.faults:
            if fault.day is None and fault.place is not None:
                fault.day = next((day for day, place in self.heads if place >= fault.place), None)

    def out(self) -> dict[str, Any]:
        """Return it as `leadrush verify --json` prints it."""
        return {
            "whole": self.whole,
            "entries": self.entries,
            "chained": self.chained,
            "not_chained_yet": self.waiting,
            "digest": self.digest,
            "heads": len(self.heads),
            "anchors": self.anchors,
            "found": self.found,
            "faults": [
                {"kind": fault.kind, "place": fault.place, "entry": fault.entry, "day": fault.day}
                for fault in self.faults
            ],
        }
