"""What a person takes along, as lines for the page to print: every value in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from leadrush.look import times
from leadrush.people import receipts
from leadrush.people.along import Along, title_of
from leadrush.vault import collects, rights
from leadrush.vault.taking import Column, Thing

LONG = 400
"""Signs; what is longer may be broken over two sheets."""
SAME = "html"
"""The part of a letter that says the same words once more, for mail programs; it stands in the file."""


@dataclass(frozen=True)
class Shown:
    """One thing on the page: where it came from, in a sentence, and its columns as titles and words."""

    title: str
    came: str
    confirmed: bool
    lines: tuple[tuple[str, str], ...]
    uses: str
    long: bool


def things(along: Along) -> list[tuple[str, list[Shown]]]:
    """Return everything held by what it is, what names the person first; in each the oldest first."""
    when = lru_cache(maxsize=None)(times.when)
    place = {declared.label: n for n, declared in enumerate(collects.gated())}
    by_title = sorted(along.things, key=lambda thing: (place[thing.table], thing.title))
    return [
        (title, [_shown(thing, when) for thing in alike])
        for (_table, title), alike in groupby(by_title, key=lambda thing: (thing.table, thing.title))
    ]


def _shown(thing: Thing, when: Any) -> Shown:
    lines = tuple(line for column in thing.columns for line in _lines(column, when))
    came = {
        "when": when(thing.given.at),
        "where": rights.form_words(thing.given.where),
        "number": thing.given.version.number,
        "clause": thing.given.clause,
    }
    return Shown(
        title=thing.key,
        came=_("Given on %(when)s: %(where)s. Version %(number)s, clause “%(clause)s”.") % came,
        confirmed=thing.given.confirmed,
        lines=lines,
        uses="; ".join(title for _use, title, _clause in thing.serves),
        long=sum(len(words) for _title, words in lines) > LONG,
    )


def _lines(column: Column, when: Any) -> Iterator[tuple[str, str]]:
    if isinstance(column.value, dict):
        for name, value in column.value.items():
            if name != SAME:
                yield f"{column.title}: {name}", said(value)
    elif column.day is not None:
        yield column.title, when(column.day) if isinstance(column.day, datetime) else times.day(column.day)
    else:
        yield column.title, column.words or said(column.value)


def said(value: Any) -> str:
    """Return a value in words; nothing is a dash, so that no line looks forgotten."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return "\n".join(f"{name}: {said(one)}" for name, one in value.items()) or "–"
    if isinstance(value, list):
        return "\n".join(said(one) for one in value) or "–"
    return "–" if value in (None, "") else str(value)


def answers(along: Along) -> list[dict[str, Any]]:
    """Return each yes and no, with what it was to and whether it counts."""
    return [
        {
            "title": title_of(choice.use),
            "answer": _("Yes") if choice.answer else _("No"),
            "at": choice.at,
            "where": rights.form_words(choice.where),
            "version": choice.version.number,
            "counts": receipts.counts(choice),
        }
        for choice in along.choices
    ]


def forms(along: Along) -> list[dict[str, Any]]:
    """Return each form that came in, with what became of it."""
    return [
        {
            "title": rights.form_words(giving.where),
            "about": along.titles.get(giving.about, giving.about),
            "giving": giving,
        }
        for giving in along.givings
    ]


def yeses(along: Along) -> list[dict[str, Any]]:
    """Return each yes that has a receipt, with its number and its state."""
    return [{"yes": yes, "title": title_of(yes.use)} for yes in along.yeses]
