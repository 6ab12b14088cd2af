"""Joining: the visits of a browser become part of what its person sees of themselves. Clause `visits-own`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from leadrush import gate, vault
from leadrush.people import browsers
from leadrush.vault.models import Person
from leadrush.visits import addresses, days, engine, forgetting, remembering
from leadrush.visits.models import Browser

WHERE, CLAUSE, USE = "visits.join", "visits-own", "visits.show"


class NotRemembered(ValueError):
    """This browser has not said yes, so it has no visits to join."""


class JoinedAlready(ValueError):
    """The visits of this browser belong to somebody; the message says what to do."""


@dataclass(frozen=True)
class View:
    """One view of a person's own, with all five facts: when, which page, for how long, before and after.

    `stay` is in seconds, None where it is not known; `address` is empty where its key is destroyed.
    """

    at: datetime
    page: str
    stay: int | None
    before: str
    after: str
    source: str
    address: str


def join(*, person: Person, number: int, agent: str) -> Browser:
    """Join a browser to its person, on their yes; twice is once. Raises `NotRemembered`, `JoinedAlready`."""
    if not number:
        raise NotRemembered("This browser is not remembered.")
    with gate.using("rights.own", what=WHERE):
        held: Browser | None = Browser.objects.filter(number=number, person=person).first()
    if held is not None:
        return held
    try:
        with gate.using(USE, what=WHERE), transaction.atomic():
            giving = vault.give(person=person, where=WHERE, clause=CLAUSE, confirmed=True)
            vault.choose(person=person, use=USE, answer=True, where=WHERE, giving=giving)
            row = Browser(person=person, giving=giving, number=number, name=browsers.family(agent))
            row.save()
            return row
    except IntegrityError:
        with gate.using("rights.own", what=WHERE):
            own_row: Browser | None = Browser.objects.filter(number=number, person=person).first()
        if own_row is not None:  # pressed twice at once
            return own_row
        raise JoinedAlready("The visits of this browser are joined to somebody already.") from None


def ends(rows: Any) -> None:
    """Erase the visits of browsers whose rows are about to go."""
    forgetting.erase(rows.values_list("number", flat=True))


def somebody_else(request: HttpRequest, response: HttpResponse) -> None:
    """Give a browser another number when somebody signs in whom its visits do not belong to.

    So nobody's visits are ever shown to the person who joined this browser before.
    """
    number = remembering.number_of(request)
    if not number or not getattr(request, "user", None) or not request.user.is_authenticated:
        return
    with gate.using("house.keep", what="visits.somebody_else"):
        theirs = Browser.objects.filter(number=number).exclude(person=request.user.pk).exists()
    if theirs:
        fresh = int.from_bytes(os.urandom(8)) >> 1 or 1
        remembering.keep(response, fresh)


def own(numbers: list[int], first: date | None = None, last: date | None = None) -> list[View]:
    """Return the views of these browsers, newest first; runs under `rights.own`, after its entry is written.

    Reads every day that has a file; a day that cannot be read is left out and set aside by the worker.
    """
    if gate.current().use.name != "rights.own":
        raise gate.Refused("Only their person reads the views of a browser.")
    listed = ", ".join(days.quoted(days.file(day)) for day in days.there(first, last))
    if not numbers or not listed:
        return []
    con = engine.connect()
    try:
        sql = (
            f"SELECT day, moment, page, stay, before, after, source, address FROM read_parquet([{listed}]) "
            f"WHERE browser IN ({', '.join(str(int(number)) for number in numbers)}) AND kind = {days.VIEW} "
            "ORDER BY moment DESC"
        )
        with days.unswapped():
            rows = con.execute(sql).fetchall()
    finally:
        con.close()
    opened = _addresses(rows)
    return [
        View(
            at=moment,
            page=page,
            stay=None if stay is None else round(stay / 1000),
            before=before,
            after=after,
            source=source,
            address=opened.get((day, bytes(sealed)), "") if sealed else "",
        )
        for day, moment, page, stay, before, after, source, sealed in rows
    ]


def _addresses(rows: list[tuple[Any, ...]]) -> dict[tuple[date, bytes], str]:
    by_day: dict[date, list[bytes]] = {}
    for day, *_rest, sealed in rows:
        if sealed:
            by_day.setdefault(day, []).append(bytes(sealed))
    found: dict[tuple[date, bytes], str] = {}
    for day, those in by_day.items():
        found |= {
            (day, one): address for one, address in zip(those, addresses.open_all(day, those), strict=True)
        }
    return found
