"""For how long: no longer than what was said when it was given, nor than what is said now."""

from __future__ import annotations

from collections.abc import Iterable

from leadrush.statement.versions import Version


def kept(*, given: Version, force: Version, needs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return for how many days after each event (`giving`, `webinar`, ...) something may be kept.

    `needs` are the categories and uses that it is kept for: of all that either version says of them, the
    fewest days count, so that no sentence is broken. A version that says no days of one, or nothing of it,
    shortens nothing; without any days the answer is empty, and it is kept until the person ends it.
    """
    found: dict[str, int] = {}
    for category, use in needs:
        for version in (given, force):
            term = version.term(category, use)
            if term is not None and term.retention.days is not None:
                event = term.retention.after
                found[event] = min(term.retention.days, found.get(event, term.retention.days))
    return found
