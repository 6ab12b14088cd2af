"""Evidence: what a clause's check counted, what a check says of itself, and what a broken clause stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leadrush.gate.use import NotInForce

Stops = Literal["nothing", "collection"]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of how many things broke a clause: `Count(missed=0, of=12_431)`.

    Every check that a clause names returns one. Raises `ValueError` for a count that cannot be.
    """

    missed: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.missed <= self.of:
            raise ValueError(f"{self.missed} of {self.of} cannot have been counted")

    @property
    def kept(self) -> bool:
        """Whether nothing broke it."""
        return self.missed == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What a check says of itself: when it is due, in which words it is told, what a miss stops.

    `every` is its period and `limit` the longest it may take, both in seconds. `words` are a sentence with
    `%(missed)s`, `%(of)s` or `%(kept)s` in it; `mend` says to the owner what to do about a miss. While a
    clause whose check stops "collection" is broken, nothing is taken under it; all else goes on.
    """

    every: float = 300
    limit: float = 60
    words: str | Promise
    mend: str | Promise
    stops: Stops = "nothing"


PLAIN = Sign(
    words=_("%(missed)s of %(of)s are not as this sentence says."),
    mend=_("Mend what was counted; the check opens again by itself what it stopped."),
)
Check = Callable[[], Count]


def check(
    *,
    words: str | Promise = PLAIN.words,
    mend: str | Promise = PLAIN.mend,
    stops: Stops = PLAIN.stops,
    every: float = PLAIN.every,
    limit: float = PLAIN.limit,
) -> Callable[[Check], Check]:
    """Let a check say of itself what it does: `@evidence.check(words=_("..."), stops="collection")`."""
    sign = Sign(words=words, mend=mend, stops=stops, every=every, limit=limit)

    def signed(counts: Check) -> Check:
        counts.evidence = sign  # type: ignore[attr-defined]
        return counts

    return signed


def sign_of(counts: Check) -> Sign:
    """Return what a check says of itself; one that says nothing has what `PLAIN` says."""
    sign: Sign = getattr(counts, "evidence", PLAIN)
    return sign


class Stopped(RuntimeError):
    """Nothing is taken under a clause while it is broken; `clause` is its slug. Nothing was stored."""

    def __init__(self, clause: str) -> None:
        super().__init__(
            f"The clause {clause} is broken, so nothing is taken under it until it is kept again."
        )
        self.clause = clause


def _nothing_is_known(clause: str) -> bool:
    return False


_stopped: Callable[[str], bool] = _nothing_is_known


def watch(stopped: Callable[[str], bool] | None) -> None:
    """Let `stopped(slug)` say which clauses are closed to collection; None takes the source away."""
    global _stopped
    _stopped = stopped or _nothing_is_known


def demand_open(clause: str) -> None:
    """Raise `Stopped` while this clause is broken and its check stops what is taken under it, `NotInForce`
    where the statement in force does not have it.

    While nothing is known of a clause, at a site's first start, nothing is closed.
    """
    from leadrush.gate.versions import force  # which stands on models, as this does not

    if force().number_of(clause) is None:
        raise NotInForce(f"The statement in force has no clause {clause}, so nothing is taken under it.")
    if _stopped(clause):
        raise Stopped(clause)
