"""The decision: may this data be used for this, given what was said when it was given, what holds now, and
what the person chose?

Allowed is what the version that the data was given under allows, and also the version in force. A use that
the older one did not allow opens with a yes said under a later version; a narrower new version binds at
once. Nothing that a new version drops, a recipient, a switch, the need to confirm, opens what was closed.
A name that means another purpose or recipient by now is another use. A term that names the clauses under
which data was given says nothing about other data: it neither allows its use nor lets a yes do so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar, Protocol

from leadrush.statement.terms import Basis, Term
from leadrush.statement.versions import Version

CONSENT = Basis.CONSENT  # Python 3.11 looks a member up for longer than all of these questions take


@dataclass(frozen=True, slots=True)
class Choice:
    """A person's yes or no to a use, and the version that it was said under.

    `confirmed` is False while the address behind it is unconfirmed: a no counts at once, a yes does not.
    """

    answer: bool
    version: Version
    confirmed: bool = True


class Reason(StrEnum):
    """Why the gate said what it said."""

    ALLOWED = "allowed"
    ALLOWED_BY_YES = "allowed by a later yes"
    NOT_IN_FORCE = "no clause in force allows it"
    NOT_GIVEN_FOR = "what was given was not given for this"
    NEEDS_YES = "it needs a yes"
    SWITCHED_OFF = "the person said no"
    UNCONFIRMED = "the address is not confirmed"


@dataclass(frozen=True, slots=True)
class Permission:
    """The gate's yes; `clause` is the slug of the clause in force that allows it."""

    allowed: ClassVar[bool] = True
    reason: Reason
    clause: str
    version: int


@dataclass(frozen=True, slots=True)
class Prohibition:
    """The gate's no; `clause` is the slug of the clause in force that it rests on, empty without one."""

    allowed: ClassVar[bool] = False
    reason: Reason
    clause: str
    version: int


# Answers never change and there are few of them: to find one is half as dear as to make one.
_yes = lru_cache(maxsize=1024)(Permission)
_no = lru_cache(maxsize=1024)(Prohibition)


def decide(
    *,
    category: str,
    use: str,
    given: Version,
    force: Version,
    choice: Choice | None = None,
    confirmed: bool = True,
    under: str = "",
) -> Permission | Prohibition:
    """Decide one use of one category. Pure: the same question always has the same answer.

    `given` is the version that the data was given under, `under` the slug of the clause in it.
    """
    found = force.find(category, use)
    if found is None:
        return Prohibition(Reason.NOT_IN_FORCE, "", force.number)
    now, clause = found
    if now.given and under not in now.given:
        return _no(Reason.NOT_GIVEN_FOR, clause.slug, force.number)
    # Mostly the two are one version, and then the term need not be found twice.
    then = now if given is force else _about(given.term(category, use), under)

    # A switch that a new version takes away stays off for what was given while it was there.
    if choice is not None and not choice.answer and (now.switch or (then is not None and then.switch)):
        return _no(Reason.SWITCHED_OFF, clause.slug, force.number)
    if not confirmed and not now.unconfirmed:
        return _no(Reason.UNCONFIRMED, clause.slug, force.number)

    sense = force.sense(use)
    if given.sense(use) != sense:
        then = None
    covered = _covers(then, now, confirmed)
    if (
        choice is not None
        and choice.answer
        and choice.confirmed
        # A yes from before the giving answered another statement: it opens nothing that this one did not.
        and (covered or choice.version.number > given.number)
        and choice.version.sense(use) == sense
        and _covers(_about(choice.version.term(category, use), under), now, confirmed)
    ):
        return _yes(Reason.ALLOWED_BY_YES, clause.slug, force.number)

    if now.basis is CONSENT:
        return _no(Reason.NEEDS_YES, clause.slug, force.number)
    if then is None or not now.recipients <= then.recipients:
        return _no(Reason.NOT_GIVEN_FOR, clause.slug, force.number)
    if not covered:
        return _no(Reason.UNCONFIRMED, clause.slug, force.number)
    if then.basis is CONSENT:
        return _no(Reason.NEEDS_YES, clause.slug, force.number)
    return _yes(Reason.ALLOWED, clause.slug, force.number)


def _about(term: Term | None, under: str) -> Term | None:
    """Return the term if it speaks of what was given under this clause."""
    return term if term is not None and term.speaks_of(under) else None


def _covers(said: Term | None, now: Term, confirmed: bool) -> bool:
    """Say whether what was said then reaches as far as the term in force does for this giving."""
    return said is not None and now.recipients <= said.recipients and (confirmed or said.unconfirmed)


class Declared(Protocol):
    """What folding needs of a use as the code declares it."""

    @property
    def name(self) -> str: ...
    @property
    def bit(self) -> int: ...
    @property
    def purpose(self) -> str: ...
    @property
    def recipient(self) -> str: ...


def mask_of(
    *,
    categories: Iterable[str],
    given: Version,
    force: Version,
    choices: Mapping[str, Choice],
    uses: Iterable[Declared],
    confirmed: bool = True,
    under: str = "",
) -> int:
    """Fold the decisions about a row into one mask: a bit is set when every category may be used so.

    `choices` maps a use's name to the newest choice. Without a category no sentence speaks of the row, so
    the mask is 0: closed. So is a use by which the code means another one than the version in force.
    """
    categories = tuple(categories)
    mask = 0
    if not categories:
        return mask
    for use in uses:
        if force.sense(use.name) == (use.purpose, use.recipient) and all(
            decide(
                category=category,
                use=use.name,
                given=given,
                force=force,
                choice=choices.get(use.name),
                confirmed=confirmed,
                under=under,
            ).allowed
            for category in categories
        ):
            mask |= 1 << use.bit
    return mask
