"""A difference as its pages draw it: sentences with what went and came, a table of what that does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadrush.accountability import wording
from leadrush.accountability.reaching import Locked, Reach
from leadrush.look import numbers
from leadrush.statement import SECTIONS, Aspect, Change, Difference, Pair, Term, Version, Way
from leadrush.statement.rewording import Pieces

WIDTH = 64
"""Of an extent, in the units of its drawing."""
METER = 1000


@dataclass(frozen=True)
class Sentence:
    """A clause whose words changed: its number, old or new, and its words as pieces."""

    slug: str
    number: int
    gone: bool
    new: bool
    pieces: Pieces
    other: tuple[tuple[str, Pieces], ...]


@dataclass(frozen=True)
class Row:
    """What becomes of some data for one use: each cell before and after, which way, and why in words."""

    data: str
    use: tuple[str, str]
    recipients: tuple[str, str]
    until: tuple[str, str]
    way: str
    way_words: str
    reasons: str
    was: float
    now: float


def sentences(change: Difference) -> list[Sentence]:
    """Return the clauses whose words changed, in the order of the new version; those that went last."""
    return [
        Sentence(
            one.slug,
            one.after or one.before or 0,
            one.after is None,
            one.before is None,
            one.text,
            tuple(
                (words, pieces)
                for words, pieces in ((_("Beside forms"), one.short), (_("How it is kept"), one.kept))
                if any(piece.kind != "same" for piece in pieces) and one.before and one.after
            ),
        )
        for one in change.reworded
    ]


def prose(change: Difference) -> list[tuple[str, Pieces]]:
    """Return the owner's own words that changed, by the title of their section."""
    return [(SECTIONS.get(said.section, said.section), said.pieces) for said in change.prose]


def rows(change: Difference) -> list[Row]:
    """Return what changed, those together that differ in their kind of data only."""
    alike: dict[object, list[Pair]] = {}
    for pair in change.changed:
        before, after = (term and replace(term, category="") for term in (pair.before, pair.after))
        alike.setdefault((pair.use, before, after), []).append(pair)
    order = [Way.WIDER, Way.BOTH, Way.NARROWER, Way.SAME]
    found = [_row(change, pairs) for pairs in alike.values()]
    return sorted(found, key=lambda row: order.index(Way(row.way)))


def _row(change: Difference, pairs: list[Pair]) -> Row:
    pair = pairs[0]
    old, new = change.old, change.new
    data = wording.several(wording.data(one.category, new if one.after else old) for one in pairs)
    was, now = _extent(pair)
    return Row(
        data=data,
        use=(_use(pair.before, old), _use(pair.after, new)),
        recipients=tuple(wording.recipients(t) if t else "" for t in (pair.before, pair.after)),  # type: ignore[arg-type]  # two
        until=tuple(
            wording.until(t.retention, pair.category) if t else "" for t in (pair.before, pair.after)
        ),  # type: ignore[arg-type]  # two
        way=pair.way.value,
        way_words={
            Way.WIDER: _("Wider"),
            Way.NARROWER: _("Narrower"),
            Way.BOTH: _("Wider and narrower"),
            Way.SAME: _("As wide as before"),
        }[pair.way],
        reasons=", ".join(_reason(one, pair) for one in pair.changes),
        was=was,
        now=now,
    )


def _use(term: Term | None, version: Version) -> str:
    return version.use(term.use).title if term else ""


def _reason(change: Change, pair: Pair) -> str:
    """Return one aspect that changed, in words."""
    wider = change.way is Way.WIDER
    before, after = pair.before, pair.after
    if before is None or after is None:
        return _("a use more") if after else _("this use ends")
    if change.aspect is Aspect.RETENTION:
        return _time(before, after, wider)
    if change.aspect is Aspect.RECIPIENTS:
        more = len(after.recipients - before.recipients)
        less = len(before.recipients - after.recipients)
        parts = []
        if more:
            parts.append(ngettext("%(n)s more who gets it", "%(n)s more who get it", more) % {"n": more})
        if less:
            parts.append(ngettext("%(n)s fewer who gets it", "%(n)s fewer who get it", less) % {"n": less})
        return ", ".join(parts)
    if change.way is Way.SAME:
        return _("another reason in law")
    words = {
        Aspect.MEANING: (_("it means another purpose or recipient"),) * 2,
        Aspect.BASIS: (_("no longer waits for a yes"), _("waits for a yes")),
        Aspect.SWITCH: (_("can no longer be switched off"), _("can be switched off")),
        Aspect.UNCONFIRMED: (
            _("before the address is confirmed, too"),
            _("only once the address is confirmed"),
        ),
        Aspect.GIVEN: (_("what came by other forms, too"), _("only what came by some forms")),
    }.get(change.aspect, ("", ""))
    if change.aspect is Aspect.GIVEN and change.way is Way.BOTH:
        return _("what came by other forms")
    return words[0] if wider else words[1]


def _time(before: Term, after: Term, wider: bool) -> str:
    was, now = before.retention, after.retention
    if was.days is None or now.days is None or was.after != now.after:
        return (
            _("kept until something else")
            if was.after != now.after
            else (_("kept longer") if wider else _("kept less long"))
        )
    days = abs(now.days - was.days)
    if wider:
        return ngettext("%(n)s day more", "%(n)s days more", days) % {"n": days}
    return ngettext("%(n)s day less", "%(n)s days less", days) % {"n": days}


def _extent(pair: Pair) -> tuple[float, float]:
    """Return how long the bars before and after are, of `WIDTH`: by days where only the time changed."""
    if pair.before is None or pair.after is None:
        return (0.0, WIDTH) if pair.after else (WIDTH, 0.0)
    was, now = pair.before.retention, pair.after.retention
    timed = [change.aspect for change in pair.changes] == [Aspect.RETENTION]
    if timed and was.days is not None and now.days is not None and was.after == now.after:
        most = max(was.days, now.days, 1)
        return WIDTH * was.days / most, WIDTH * now.days / most
    return {
        Way.WIDER: (WIDTH * 0.5, WIDTH),
        Way.NARROWER: (WIDTH, WIDTH * 0.5),
        Way.BOTH: (WIDTH * 0.75, WIDTH * 0.75),
        Way.SAME: (WIDTH, WIDTH),
    }[pair.way]


@dataclass(frozen=True)
class Bar:
    """A part of the stacked bar: where it begins, how long it is, and how it is filled."""

    x: float
    width: float
    kind: str


def meter(reach: Reach) -> list[Bar]:
    """Return the bar of who is concerned: those not asked, those who cannot or will not be, those asked."""
    aside = reach.said_no + reach.left_out + reach.no_way
    parts: Iterable[tuple[str, int]] = (
        ("rest", reach.held - aside - reach.asked),
        ("hatch", aside),
        ("asked", reach.asked),
    )
    whole, x, found = max(reach.held, 1), 0.0, []
    for kind, count in parts:
        if count > 0:
            width = METER * count / whole
            found.append(Bar(round(x, 2), round(max(width - 2, 4), 2), kind))
            x += width
    return found


def locked(one: Locked, change: Difference) -> str:
    """Return what stays locked, in words: how many, of what, for what."""
    new = change.new
    data = wording.several(wording.data(kind, new) for kind in one.subject.categories)
    words = ngettext(
        "%(rows)s item of %(persons)s: %(data)s", "%(rows)s items of %(persons)s: %(data)s", one.rows
    )
    persons = ngettext("%(n)s person", "%(n)s people", one.persons) % {"n": numbers.number(one.persons)}
    return words % {"rows": numbers.number(one.rows), "persons": persons, "data": data}
