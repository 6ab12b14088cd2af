"""A term: which data, for which use, on what basis, to whom, until when (GDPR Art. 30)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """Why the law lets us: the four legal bases that this statement works with."""

    CONTRACT = "contract"
    CONSENT = "consent"
    LEGITIMATE_INTEREST = "legitimate-interest"
    LAW = "law"


@dataclass(frozen=True, slots=True)
class Retention:
    """Until when: `days` after an event (`giving`, `webinar`, ...); no days: until the person ends it."""

    days: int | None
    after: str = "giving"

    def __post_init__(self) -> None:
        if self.days is not None and self.days < 0:
            raise ValueError(f"a retention of {self.days} days is less than none")

    def within(self, other: Retention) -> bool:
        """Say whether this keeps no longer than `other`; different events cannot be compared, so no."""
        if other.days is None:
            return True
        return self.days is not None and self.after == other.after and self.days <= other.days


@dataclass(frozen=True, slots=True)
class Term:
    """Category x use x basis x recipient x retention, and what the person may do about it.

    `switch`: the person may switch the use off. `unconfirmed`: the use is allowed before the address was
    confirmed, because it serves the very thing that was asked for. `given`: slugs of the clauses under which
    the data was given that this term speaks of; none: however it was given (GDPR Art. 5(1)(b)).
    """

    category: str
    use: str
    basis: Basis
    recipients: frozenset[str]
    retention: Retention
    switch: bool
    unconfirmed: bool = False
    given: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.basis is Basis.CONSENT and not self.switch:
            raise ValueError(f"{self.use}: consent that cannot be withdrawn is none")
        if self.basis is Basis.CONSENT and self.unconfirmed:
            raise ValueError(f"{self.use}: consent needs a confirmed address")
        if self.basis is Basis.CONSENT and self.given:
            raise ValueError(f"{self.use}: a yes says by itself what it is for, so leave out given")
        if not self.recipients:
            raise ValueError(f"{self.use}: a term names at least one recipient")

    def speaks_of(self, clause: str) -> bool:
        """Say whether this is about data given under the clause of this slug."""
        return not self.given or clause in self.given
