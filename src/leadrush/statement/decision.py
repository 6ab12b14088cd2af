"""The decision: may this data be used for this, given what was said when it was given, what holds now, and
what the person chose?

Allowed is what the version that the data was given under allows, and also the version in force. A use that
the older one did not allow opens with a later yes; a narrower new version binds at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from leadrush.statement.terms import Basis, Term
from leadrush.statement.uses import Use
from leadrush.statement.versions import Version


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

    reason: Reason
    clause: str
    version: int
    allowed: bool = True


@dataclass(frozen=True, slots=True)
class Prohibition:
    """The gate's no; `clause` is the slug of the clause in force that it rests on, empty without one."""

    reason: Reason
    clause: str
    version: int
    allowed: bool = False


def decide(
    *,
    category: str,
    use: str,
    given: Version,
    force: Version,
    choice: Choice | None = None,
    confirmed: bool = True,
) -> Permission | Prohibition:
    """Decide one use of one category. Pure: the same question always has the same answer."""
    now = force.term(category, use)
    if now is None:
        return Prohibition(Reason.NOT_IN_FORCE, "", force.number)
    clause = force.clause_for(category, use)
    slug = clause.slug if clause else ""

    if choice is not None and not choice.answer and now.switch:
        return Prohibition(Reason.SWITCHED_OFF, slug, force.number)
    if not confirmed and not now.unconfirmed:
        return Prohibition(Reason.UNCONFIRMED, slug, force.number)

    yes = _says_yes(choice, now, category, use)
    if now.basis is Basis.CONSENT and not yes:
        return Prohibition(Reason.NEEDS_YES, slug, force.number)
    if yes:
        return Permission(Reason.ALLOWED_BY_YES, slug, force.number)

    then = given.term(category, use)
    if then is None or not now.recipients <= then.recipients:
        return Prohibition(Reason.NOT_GIVEN_FOR, slug, force.number)
    if then.basis is Basis.CONSENT:
        return Prohibition(Reason.NEEDS_YES, slug, force.number)
    return Permission(Reason.ALLOWED, slug, force.number)


def _says_yes(choice: Choice | None, now: Term, category: str, use: str) -> bool:
    """Say whether the choice is a yes to at least what the term in force does."""
    if choice is None or not choice.answer or not choice.confirmed:
        return False
    then = choice.version.term(category, use)
    return then is not None and now.recipients <= then.recipients


def mask_of(
    *,
    categories: Iterable[str],
    given: Version,
    force: Version,
    choices: Mapping[str, Choice],
    uses: Iterable[Use],
    confirmed: bool = True,
) -> int:
    """Fold the decisions about a row into one mask: a bit is set when every category may be used so."""
    categories = tuple(categories)
    mask = 0
    for use in uses:
        if all(
            decide(
                category=category,
                use=use.name,
                given=given,
                force=force,
                choice=choices.get(use.name),
                confirmed=confirmed,
            ).allowed
            for category in categories
        ):
            mask |= 1 << use.bit
    return mask
