"""What the back office's uses are called, and the ledger's entries as sentences.

A sentence says who used what to do what, in the words that the person reads on their own page: there, “you”
is the person.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from leadrush import gate, ledger, vault
from leadrush.gate import rooms, versions
from leadrush.statement import Version
from leadrush.vault import keys
from leadrush.vault.models import Item, Person, Role
from leadrush.vault.rights import form

REASONS = {
    "support.question": gettext_lazy("to answer a question"),
    "support.mail": gettext_lazy("to find out why a message did or did not arrive"),
    "support.asked": gettext_lazy("to do what was asked about the data itself"),
    "support.wrong": gettext_lazy("to put right what was reported"),
}
"""What a person may be opened for; each completes “used your e-mail address ...”."""


@dataclass(frozen=True)
class Event:
    """One use as a line of a timeline: when, who, what was done with what, under which clause."""

    at: datetime
    who: str
    words: str
    about: str
    clause: str


def register() -> None:
    """Register the words; called once, when the app is ready."""
    for code, words in REASONS.items():
        ledger.deed(code, words)
    ledger.deed("console.staff", gettext_lazy("to show the owner who works here"))
    ledger.deed("console.role", gettext_lazy("to change what you may do here"))
    ledger.deed("console.who", gettext_lazy("to name you beside what you did"))
    ledger.subject("console.reference", lambda ids: {key: _("reference %s") % key for key in ids})
    ledger.subject("console.role", _roles)
    form("console.invite", gettext_lazy("Invitation to work here"))


def _roles(ids: list[str]) -> dict[str, str]:
    words = {role.value or "none": str(role.label) for role in Role}
    return {key: _("role: %s") % words.get(key, key) for key in ids}


def timeline(entries: Iterable[ledger.Entry], *, viewer: uuid.UUID, subject: uuid.UUID) -> list[Event]:
    """Return entries about `subject` as lines, for the member of staff `viewer`; a few questions in all."""
    entries = list(entries)
    titles = ledger.titles({entry.about for entry in entries if entry.about})
    texts = versions.numbered({entry.version for entry in entries})
    who = _names(entries, viewer, subject)
    return [
        Event(
            at=entry.at,
            who=who.get(entry.actor) or _somebody(entry),
            words=sentence(entry, texts.get(entry.version)),
            about=titles.get(entry.about, ""),
            clause=entry.clause if gate.force().number_of(entry.clause) else "",
        )
        for entry in entries
    ]


def sentence(entry: ledger.Entry, text: Version | None) -> str:
    """Return what follows the name: “used your e-mail address to answer a question”, in the words of the
    version that the entry was made under."""
    deed = ledger.say_deed(entry.what)
    what = [rooms.title(name, text) or name for name in entry.categories.split()]
    if not what:
        return _("acted %(deed)s") % {"deed": deed}
    return _("used %(what)s %(deed)s") % {"what": get_text_list(what, pgettext("list", "and")), "deed": deed}


def _somebody(entry: ledger.Entry) -> str:
    if entry.actor_kind == "program":
        return ledger.say_program(entry.actor)
    return _("Somebody who works here") if entry.actor_kind == "staff" else _("Somebody who signed in")


def _names(entries: Sequence[ledger.Entry], viewer: uuid.UUID, subject: uuid.UUID) -> dict[str, str]:
    ring = keys.Ring({viewer, subject})
    found = {ring.mark(subject): _("The person")} if ring.has(subject) else {}
    if ring.has(viewer):
        found[ring.mark(viewer)] = _("You, in the back office,")
    others = {entry.actor for entry in entries if entry.actor_kind == "staff"} - set(found)
    return found | named(others) if others else found


def named(marks: Iterable[str]) -> dict[str, str]:
    """Return the names of those who work here by the marks under which the ledger knows them.

    Opened under `console.staff` by whoever acts in the door at hand. Somebody without a name is left out, and
    so is who no longer works here.
    """
    marks = set(marks)
    team = list(Person.objects.exclude(role=Role.NONE).values_list("pk", flat=True))
    ring = keys.Ring(team)
    by_id = {person: ring.mark(person) for person in team if ring.has(person)}
    wanted = [person for person, mark in by_id.items() if mark in marks]
    with gate.using("console.staff", actor=gate.current().actor, what="console.who"):
        items = list(Item.objects.filter(person_id__in=wanted, kind="name"))
        found = {}
        for item in items:
            found[by_id[item.person_id]] = vault.open_items([item])[item.pk]
    return found
