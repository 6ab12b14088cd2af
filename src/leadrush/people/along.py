"""What a person takes along: everything held about them, their answers and every use, as one file.

Read at one moment, written down first, and made whole before a byte of it leaves: who erases themselves
meanwhile gets all of it or a clear word, never a half. The form of the file is told by
`schemas/taking-along-1.json` and docs/taking-along.md.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from leadrush import gate, ledger, look
from leadrush.gate import rooms
from leadrush.look import marks, times
from leadrush.mailbox.models import Link
from leadrush.people import receipts, telling
from leadrush.statement.receipts import Yes
from leadrush.vault import keys, opening, rights, sealing, taking, tombstones
from leadrush.vault.models import Choice, Giving, Person
from leadrush.vault.taking import plain

VERSION = 1
"""The form of the file; a change that who reads it must know of raises it, and gets a schema of its own."""
WHAT = "rights.take"
SCHEMA = Path(__file__).parent / "schemas" / f"taking-along-{VERSION}.json"


NOTHING = _("Nothing is held about you any more, so there is nothing to take along.")


class Gone(LookupError):
    """Nothing can be taken along, because nothing is held any more; the message says so to the person."""


@dataclass(frozen=True)
class Along:
    """All that is held about a person, at the moment `made`."""

    made: datetime
    person: Person
    things: list[taking.Thing]
    givings: list[Giving]
    choices: list[Choice]
    yeses: list[Yes]
    used: list[tuple[ledger.Entry, telling.Told]]
    passkeys: list[datetime]
    links: list[Link]
    versions: list[dict[str, Any]]
    titles: dict[str, str]


def take(person_id: uuid.UUID) -> Along:
    """Return everything that is held about a person; runs under `rights.own`, after one entry that says so.

    One question a declared model, and a dozen more. Raises `Gone` for somebody who was erased, meanwhile too,
    and `ledger.Unwritten` before anything is opened.
    """
    try:
        return _taken(person_id)
    except (keys.NoKey, sealing.KeyFault):
        if tombstones.erased({person_id}):  # from then on nothing of theirs opens, half-way or not
            raise Gone(NOTHING) from None
        raise


def _taken(person_id: uuid.UUID) -> Along:
    with taking.moment():
        person = Person.objects.filter(pk=person_id).first()
        rows = rights.rows_of(person_id)
        ring = opening.hold_keys({person_id, *(name.person_id for name in rows.team)})
        if person is None or not ring.has(person_id):
            raise Gone(NOTHING)
        before = list(rights.entries(person_id))
        team = telling.among(before, rows.team)
        # Nothing is open so far: this use, and the name of everybody whom the file names, are written first.
        own = opening.Opening(person_id, (), WHAT)
        this, *_names = opening.note_each([own, *map(telling.naming, team)])
        entries = [this, *(entry for entry in before if entry.pk != this.pk)]
        givings, choices = taking.givings(person_id), taking.choices(person_id)
        numbers = {giving.version.number for giving in givings} | {c.version.number for c in choices}
        return Along(
            made=timezone.now(),
            person=person,
            things=taking.things(person_id, rows, this),
            givings=givings,
            choices=choices,
            yeses=receipts.of(choices),
            used=list(zip(entries, telling.tell(entries, person_id, team), strict=True)),
            passkeys=_passkeys(person),
            links=list(Link.objects.filter(person=person).order_by("made_at", "digest")),
            versions=taking.versions(numbers | {entry.version for entry in entries}),
            titles=ledger.titles({giving.about for giving in givings if giving.about}),
        )


def _passkeys(person: Person) -> list[datetime]:
    added = Authenticator.objects.filter(user=person).order_by("created_at")
    return list(added.values_list("created_at", flat=True))


def file_name(ending: str, which: str = "") -> str:
    """Return what a file is called: the business, the day and which one, and nothing about the person."""
    name = "-".join(filter(None, (slugify(look.business().name) or "site", times.today().isoformat(), which)))
    return f"{name}.{ending}"


def text(along: Along) -> str:
    """Return the file as JSON text: a line for each thing, so that people can read it too."""
    return "".join(_lines(document(along)))


def _lines(told: dict[str, Any]) -> Iterator[str]:
    yield "{"
    for place, (name, value) in enumerate(told.items()):
        yield f'{"," if place else ""}\n"{name}": '
        if isinstance(value, list) and value:
            yield "[\n" + ",\n".join(_json(one) for one in value) + "\n]"
        else:
            yield _json(value)
    yield "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


@cache
def schema() -> str:
    """Return the schema of the file (JSON Schema 2020-12), as it is shipped."""
    return SCHEMA.read_text(encoding="utf-8")


def schema_url() -> str:
    """Return the public address of the schema, the same for every file of this form."""
    return settings.SITE_URL.rstrip("/") + reverse("people:schema", args=[VERSION])


def head(along: Along) -> dict[str, Any]:
    """Return how the file begins: its form, whose site it is, whom it is about, under which statements."""
    business = look.business()
    return {
        "$schema": schema_url(),
        "version": VERSION,
        "made_at": plain(along.made),
        "language": get_language() or settings.LANGUAGE_CODE,
        "business": {
            "name": business.name,
            "address": business.place_lines,
            "site": f"{settings.SITE_URL.rstrip('/')}/",
            "time_zone": business.time_zone,
        },
        "person": {
            "number": str(along.person.pk),
            "since": plain(along.person.joined_at),
            "role": along.person.role,
        },
        "statements": [_version(version) for version in along.versions],
    }


def document(along: Along) -> dict[str, Any]:
    """Return the file's content. Its order is fixed, moments are in UTC, and every code has its words."""
    return head(along) | {
        "items": [_thing(thing) for thing in along.things],
        "forms": [_giving(giving, along.titles) for giving in along.givings],
        "answers": [_choice(choice) for choice in along.choices],
        "uses": [_use(entry, told) for entry, told in along.used],
        "passkeys": [{"added_at": plain(added)} for added in along.passkeys],
        "links": [_link(link) for link in along.links],
        "receipts": [receipts.document(yes) for yes in along.yeses],
    }


def _version(version: dict[str, Any]) -> dict[str, Any]:
    page = f"{settings.SITE_URL.rstrip('/')}{marks.statement_url()}versions/{version['number']}/"
    return {
        "number": version["number"],
        "published_at": plain(version["published_at"]),
        "digest": f"sha256:{version['digest']}",
        "address": page,
        "file": f"{page}statement.json",
    }


def _thing(thing: taking.Thing) -> dict[str, Any]:
    return {
        "key": thing.key,
        "table": thing.table,
        "title": thing.title,
        "categories": [{"name": name, "title": rooms.title(name, None)} for name in thing.categories],
        "given_at": plain(thing.given.at),
        "form": str(thing.given.pk),
        "where": rights.form_words(thing.given.where),
        "version": thing.given.version.number,
        "clause": thing.given.clause,
        "confirmed": thing.given.confirmed,
        "rests_on": [str(giving) for giving in thing.rests_on],
        "may_be_used_for": [
            {"use": use, "title": title, "clause": clause} for use, title, clause in thing.serves
        ],
        "columns": [_column(column) for column in thing.columns],
    }


def _column(column: taking.Column) -> dict[str, Any]:
    told = {"name": column.name, "title": column.title, "value": column.value}
    return told | {"words": column.words} if column.words else told


def _giving(giving: Giving, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "form": str(giving.pk),
        "where": giving.where,
        "title": rights.form_words(giving.where),
        "about": giving.about,
        "about_title": titles.get(giving.about, ""),
        "at": plain(giving.at),
        "version": giving.version.number,
        "clause": giving.clause,
        "confirmed_at": plain(giving.confirmed_at),
        "lapses_at": plain(giving.lapses_at),
        "ended_at": plain(giving.ended_at),
    }


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "use": choice.use,
        "title": title_of(choice.use),
        "answer": "yes" if choice.answer else "no",
        "at": plain(choice.at),
        "where": rights.form_words(choice.where),
        "version": choice.version.number,
        "form": str(choice.giving_id) if choice.giving_id else None,
        "counts": receipts.counts(choice),
    }


def title_of(use: str) -> str:
    """Return what a use is called today, or its name when no room declares it any more."""
    try:
        return str(gate.uses.get(use).title)
    except KeyError:
        return use


def _use(entry: ledger.Entry, told: telling.Told) -> dict[str, Any]:
    return {
        "at": plain(entry.at),
        "who": told.who,
        "words": told.words,
        "use": entry.use,
        "title": title_of(entry.use),
        "clause": entry.clause,
        "version": entry.version,
        "entry": entry.pk,
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "scope": link.scope,
        "about": link.about,
        "made_at": plain(link.made_at),
        "expires_at": plain(link.expires_at),
    }
