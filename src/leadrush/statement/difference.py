"""The difference of two versions: what the sentences say by now, and what that lets be done with data.

Whether a version is wider is worked out from the terms, not from the words: data x use x basis x recipient x
retention x switch x confirming x the form it came by. A pair of data and use is *wider* just when something
given under the new version may be used, or kept, where the same given under the old one may not; that part
stays locked. *Narrower* is the same, looked at from the new version back; it binds at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from leadrush.statement.clauses import Clause
from leadrush.statement.decision import Choice, decide
from leadrush.statement.rewording import Kind, Pieces, words
from leadrush.statement.terms import Basis, Term
from leadrush.statement.versions import Prose, Version

CONSENT = Basis.CONSENT  # Python 3.11 looks a member up for longer than these questions take


class Way(StrEnum):
    """Which way something changed."""

    SAME = "same"
    WIDER = "wider"
    NARROWER = "narrower"
    BOTH = "both"


class Aspect(StrEnum):
    """What of a term changed."""

    TERM = "term"  # there is one by now, or none any longer
    MEANING = "meaning"  # the name means another purpose or goes to somebody else: another use
    BASIS = "basis"
    RECIPIENTS = "recipients"
    RETENTION = "retention"
    SWITCH = "switch"
    UNCONFIRMED = "unconfirmed"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Change:
    """One aspect of a pair that is another one now, and which way that goes."""

    aspect: Aspect
    way: Way


@dataclass(frozen=True, slots=True)
class Pair:
    """One kind of data and one use: the term before and after, with the clause that each stands in."""

    category: str
    use: str
    before: Term | None
    after: Term | None
    clause_before: str
    clause_after: str
    changes: tuple[Change, ...]

    @property
    def way(self) -> Way:
        """Which way all that changed goes."""
        return _way(
            any(change.way in (Way.WIDER, Way.BOTH) for change in self.changes),
            any(change.way in (Way.NARROWER, Way.BOTH) for change in self.changes),
        )

    @property
    def wider(self) -> bool:
        """Whether something may be done with newly given data that may not be done with what is here."""
        return self.way in (Way.WIDER, Way.BOTH)

    @property
    def opens(self) -> bool:
        """Whether a yes would open something: a longer time alone opens no use, and what was given
        keeps the earlier end."""
        return any(
            change.way in (Way.WIDER, Way.BOTH) and change.aspect is not Aspect.RETENTION
            for change in self.changes
        )


@dataclass(frozen=True, slots=True)
class Sentence:
    """A clause by its slug: n of §n before and after (None: not there), and what its words became."""

    slug: str
    before: int | None
    after: int | None
    text: Pieces
    short: Pieces
    kept: Pieces

    @property
    def changed(self) -> bool:
        """Whether any word of it is another one, its number aside."""
        return any(piece.kind is not Kind.SAME for piece in (*self.text, *self.short, *self.kept))


@dataclass(frozen=True, slots=True)
class Said:
    """The owner's own words of a section, before and after."""

    section: str
    pieces: Pieces


@dataclass(frozen=True)
class Difference:
    """All that changed from one version to another; `sentences` and `pairs` hold what stayed as well."""

    old: Version
    new: Version
    sentences: tuple[Sentence, ...]
    pairs: tuple[Pair, ...]
    prose: tuple[Said, ...]

    @cached_property
    def changed(self) -> tuple[Pair, ...]:
        """The pairs that are another way by now, a basis as good as the one before included."""
        return tuple(pair for pair in self.pairs if pair.changes)

    @cached_property
    def wider(self) -> tuple[Pair, ...]:
        """The pairs that let more be done, or keep longer."""
        return tuple(pair for pair in self.changed if pair.wider)

    @cached_property
    def reworded(self) -> tuple[Sentence, ...]:
        """The clauses whose words changed, came or went."""
        return tuple(sentence for sentence in self.sentences if sentence.changed)

    @property
    def nothing(self) -> bool:
        """Whether the two say and allow the same."""
        return not (self.changed or self.reworded or self.prose)


def difference(old: Version, new: Version) -> Difference:
    """Return what changed from one version to another. Serves L24 and L25."""
    return Difference(old, new, tuple(_sentences(old, new)), tuple(_pairs(old, new)), tuple(_prose(old, new)))


def changes(before: Term | None, after: Term | None, *, same_sense: bool = True) -> tuple[Change, ...]:
    """Return what is another way in the second term than in the first, both of the same data and use.

    `same_sense`: whether both versions mean the same purpose and recipient by the use's name.
    """
    if before is None or after is None:
        if before is after:
            return ()
        return (Change(Aspect.TERM, Way.WIDER if before is None else Way.NARROWER),)
    if before == after and same_sense:
        return ()
    found = [
        (Aspect.MEANING, not same_sense, not same_sense),
        (
            Aspect.BASIS,
            before.basis is CONSENT and after.basis is not CONSENT,
            after.basis is CONSENT and before.basis is not CONSENT,
        ),
        (
            Aspect.RECIPIENTS,
            not after.recipients <= before.recipients,
            not before.recipients <= after.recipients,
        ),
        (
            Aspect.RETENTION,
            not after.retention.within(before.retention),
            not before.retention.within(after.retention),
        ),
        (Aspect.SWITCH, before.switch and not after.switch, after.switch and not before.switch),
        (
            Aspect.UNCONFIRMED,
            after.unconfirmed and not before.unconfirmed,
            before.unconfirmed and not after.unconfirmed,
        ),
        (Aspect.GIVEN, _reaches_further(after, before), _reaches_further(before, after)),
    ]
    out = [Change(aspect, _way(wider, narrower)) for aspect, wider, narrower in found if wider or narrower]
    if before.basis is not after.basis and CONSENT not in (before.basis, after.basis):
        # Another reason in law to do the same: it is told, and opens and closes nothing by itself.
        out.append(Change(Aspect.BASIS, Way.SAME))
    return tuple(out)


def stays_locked(
    *,
    category: str,
    use: str,
    given: Version,
    old: Version,
    new: Version,
    choice: Choice | None = None,
    confirmed: bool = True,
    under: str = "",
) -> bool:
    """Say whether the new version, once in force, lets be done with newly given data what it does not let be
    done with this, which was given under `given`, any version before; a yes under the new one opens it.

    `old` is the version that the new one takes the place of. Where a use needs a yes that could be said
    before and was not, this change locks nothing.
    """

    def allowed(under_version: Version, word: Choice | None) -> bool:
        return decide(
            category=category,
            use=use,
            given=under_version,
            force=new,
            choice=word,
            confirmed=confirmed,
            under=under,
        ).allowed

    if allowed(given, choice):
        return False
    if choice is not None:
        return allowed(new, Choice(choice.answer, new, choice.confirmed))
    if allowed(new, None):
        return True
    asked = old.term(category, use)
    new_to_them = (
        asked is None or not asked.speaks_of(under) or old.sense(use) != new.sense(use)
    )  # nobody could have said yes to this before
    return new_to_them and allowed(new, Choice(True, new))


def _way(wider: bool, narrower: bool) -> Way:
    if wider:
        return Way.BOTH if narrower else Way.WIDER
    return Way.NARROWER if narrower else Way.SAME


def _reaches_further(one: Term, other: Term) -> bool:
    """Say whether the first speaks of data that the second does not, by the form that it came by."""
    return bool(other.given) and not (one.given and one.given <= other.given)


def _pairs(old: Version, new: Version) -> Iterator[Pair]:
    """Yield each pair that either version names. Where only one of them has a term of its own beside one
    about everything, the one about everything is what the other says of that data."""
    keys = dict.fromkeys((term.category, term.use) for version in (new, old) for term in version.terms())
    for category, use in keys:
        was, now = old.find(category, use), new.find(category, use)
        before, after = was and was[0], now and now[0]
        yield Pair(
            category,
            use,
            before,
            after,
            was[1].slug if was else "",
            now[1].slug if now else "",
            changes(before, after, same_sense=old.sense(use) == new.sense(use)),
        )


def _sentences(old: Version, new: Version) -> Iterator[Sentence]:
    """Yield each clause: those of the new version in its order, then those that are gone."""
    before = {clause.slug: clause for clause in old.clauses}
    for clause in new.clauses:
        yield _sentence(old, new, before.pop(clause.slug, None), clause)
    for clause in before.values():
        yield _sentence(old, new, clause, None)


def _sentence(old: Version, new: Version, was: Clause | None, now: Clause | None) -> Sentence:
    slug = (now or was).slug  # type: ignore[union-attr]  # one of the two is there
    text, short, kept = (
        words(getattr(was, part) if was else "", getattr(now, part) if now else "")
        for part in ("text", "short", "kept")
    )
    return Sentence(slug, old.number_of(slug), new.number_of(slug), text, short, kept)


def _prose(old: Version, new: Version) -> Iterator[Said]:
    sections = dict.fromkeys(prose.section for version in (new, old) for prose in version.prose)
    for section in sections:
        was, now = (_told(version.prose, section) for version in (old, new))
        if was != now:
            yield Said(section, words(was, now))


def _told(prose: tuple[Prose, ...], section: str) -> str:
    parts = (part for one in prose if one.section == section for part in (one.heading, one.text))
    return "\n\n".join(part for part in parts if part)
