"""What the checks found, for pages, marks and the seal: read at most once a second, whoever asks.

Nothing is vouched for that nobody counted. A clause is `kept` when its newest count is in time, counted
something and missed nothing; `broken` when it missed, or when the check failed itself, until one passes;
otherwise it is `due`: never counted, counted nothing, or not counted for three periods.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadrush import gate
from leadrush.accountability.models import Counted
from leadrush.gate import evidence
from leadrush.look import numbers, proofs, times
from leadrush.look.proofs import State
from leadrush.statement import Clause

LOOK_AGAIN = 1.0  # seconds; what another process counted shows here after at most this long
PERIODS = 3
"""After so many periods without a count a clause is no longer vouched for."""


class Newest:
    """The newest count of every clause as this process knows it: one question a second, for all of them."""

    rows: dict[str, Counted] | None = None
    looked = 0.0

    def forget(self) -> None:
        """Ask again at the next asking."""
        self.rows = None

    def get(self) -> dict[str, Counted]:
        """Return the newest counts by clause."""
        if self.rows is None or time.monotonic() - self.looked >= LOOK_AGAIN:
            self.looked = time.monotonic()
            self.rows = {row.clause: row for row in Counted.objects.exclude(at=None)}
        return self.rows


NEWEST = Newest()


def forget() -> None:
    """Let this process ask again, after something was counted."""
    NEWEST.forget()


@dataclass(frozen=True)
class Evidence:
    """What is known of one clause in force: its newest count, None before the first, and its state."""

    clause: Clause
    number: int
    sign: evidence.Sign
    row: Counted | None
    state: State
    in_time: bool

    @property
    def stops(self) -> bool:
        """Whether nothing is taken under this clause for now."""
        return self.state == "broken" and self.sign.stops == "collection"

    @property
    def empty(self) -> bool:
        """Whether it was counted in time and there was nothing that it could speak of yet."""
        return self.state == "due" and self.in_time

    @property
    def words(self) -> str:
        """The sentence of the check, with what it counted."""
        row = self.row
        if row is None:
            return str(_("Not counted yet."))
        if row.fault:
            return str(_("The check itself failed, so nobody can say whether this is kept."))
        if not row.of:
            return str(_("There is nothing to count yet."))
        return said(self.sign, figures(row.missed, row.of))


def figures(missed: int, of: int) -> dict[str, str]:
    """Return what the sentence of a check may name, as it is written here."""
    values = {"missed": missed, "of": of, "kept": of - missed}
    return {name: numbers.number(value) for name, value in values.items()}


def said(sign: evidence.Sign, named: Mapping[str, str], safe: Callable[[str], str] = str) -> str:
    """Return the sentence of a check; the plain one where it, or a translation, names what is not counted."""
    for words in (sign.words, evidence.PLAIN.words):
        try:
            return safe(str(words)) % named
        except (KeyError, ValueError, TypeError):
            continue
    return ""


def all_of(now: datetime | None = None) -> list[Evidence]:
    """Return what is known of each clause in force, in the statement's order."""
    rows, now = NEWEST.get(), now or timezone.now()
    return [
        known(clause, number, rows.get(clause.slug), now)
        for number, clause in enumerate(gate.force().clauses, 1)
    ]


def known(clause: Clause, number: int, row: Counted | None, now: datetime) -> Evidence:
    """Return what is known of a clause whose newest count is this."""
    from leadrush.accountability.counting import sign

    of_check = sign(clause)
    longest = timedelta(seconds=PERIODS * of_check.every)
    in_time = row is not None and row.at is not None and now - row.at <= longest
    state: State = "broken" if row and row.broken else "kept" if row and row.of and in_time else "due"
    return Evidence(clause, number, of_check, row, state, in_time)


def of(slug: str) -> proofs.Proof | None:
    """Return what a mark shows of a clause in force; None before anything was counted on this site."""
    found = _one(slug)
    if found is None:
        return None
    at = found.row.at if found.row and found.row.at else timezone.now()
    words = found.words
    if found.state == "broken":
        told = _("%(words)s Counted %(at)s.") % {"words": words, "at": times.near(at)}
    else:
        told = _("%(words)s Counted %(ago)s.") % {"words": words, "ago": ago(at)} if found.row else words
    return proofs.Proof(found.state, str(told), at, stops=found.stops)


def _one(slug: str) -> Evidence | None:
    try:
        force, rows = gate.force(), NEWEST.get()
        number = force.number_of(slug)
    except gate.Unpublished:
        return None
    if not rows or number is None:
        return None
    return known(force.clause(slug), number, rows.get(slug), timezone.now())


def stopped(slug: str) -> bool:
    """Say whether nothing is taken under this clause for now. What nobody counted closes nothing."""
    found = _one(slug)
    return found is not None and found.stops


def count() -> proofs.Count | None:
    """Return what the seal shows; None until every clause in force was counted once."""
    try:
        found = all_of()
    except gate.Unpublished:
        return None
    if any(one.row is None for one in found):
        return None
    states = [one.state for one in found]
    newest = max(one.row.at for one in found if one.row and one.row.at)
    idle = sum(one.empty for one in found)
    return proofs.Count(states.count("kept"), len(states) - idle, newest, states.count("broken"), idle)


def ago(at: datetime, now: datetime | None = None) -> str:
    """Return how long ago something was, as one says it: `3 minutes ago`; after two days, the day itself."""
    minutes = int(((now or timezone.now()) - at).total_seconds() // 60)
    if minutes < 1:
        return str(_("just now"))
    if minutes < 120:
        return ngettext("%(count)s minute ago", "%(count)s minutes ago", minutes) % {"count": minutes}
    if minutes < 48 * 60:
        hours = minutes // 60
        return ngettext("%(count)s hour ago", "%(count)s hours ago", hours) % {"count": hours}
    return times.near(at)


def register() -> None:
    """Let marks, the seal and whatever takes something in ask here; called once, when the app is ready."""
    proofs.register(of, count)
    evidence.watch(stopped)
