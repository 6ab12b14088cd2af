"""The ledger as sentences: who used what of yours, for what, and under which clause."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadrush import gate, ledger, vault
from leadrush.gate import rooms, versions
from leadrush.ledger import Entry
from leadrush.statement import Version
from leadrush.vault import opening
from leadrush.vault.giving import NAME
from leadrush.vault.models import Item, Role

NAMED = "people.staff"

# What a person did themselves is no use of ours, and is told as what it was.
OWN_DEEDS = {
    "rights.see": gettext_lazy("read this page."),
    "rights.take": gettext_lazy("took along everything that is held."),
    "rights.receipt": gettext_lazy("looked at the receipt of a yes."),
    "people.on": gettext_lazy("allowed us to %(about)s."),
    "people.off": gettext_lazy("told us not to %(about)s."),
    "people.name": gettext_lazy("looked at your name, to correct it."),
    "people.addresses": gettext_lazy("looked at your addresses."),
    "people.address": gettext_lazy("changed your addresses."),
    "people.erase_item": gettext_lazy("erased something."),
    "vault.merge": gettext_lazy("made two records of yours one."),
}


@dataclass(frozen=True)
class Told:
    """One use, in words: `who` did `words`, under `clause` of `version`."""

    at: datetime
    who: str
    words: str
    clause: str
    version: int


def tell(entries: Iterable[Entry], person_id: uuid.UUID, team: Sequence[Item] | None = None) -> list[Told]:
    """Return entries about a person as sentences, in their order. Runs under `rights.own`.

    Those who work here are named by the name that they go by, which is a use of that name and written down.
    `team` are the names of those who acted, where they were found already.
    """
    entries = list(entries)
    own = vault.mark_of(person_id)
    names = _names(_team(entries, own, person_id) if team is None else team)
    titles = ledger.titles({e.about for e in entries if e.about})
    texts = versions.numbered({e.version for e in entries})
    return [
        Told(e.at, _who(e, own, names), _words(e, own, titles, texts.get(e.version)), _clause(e), e.version)
        for e in entries
    ]


def _clause(entry: Entry) -> str:
    """Return the clause of an entry, unless the statement in force has it no longer."""
    return entry.clause if entry.clause and gate.force().number_of(entry.clause) else ""


def _who(entry: Entry, own: str, names: dict[str, str]) -> str:
    if entry.actor_kind == "program":
        return ledger.say_program(entry.actor)
    if entry.actor == own:
        return _("You")
    unnamed = _("Somebody who works here") if entry.actor_kind == "staff" else _("Another person")
    return names.get(entry.actor, unnamed)


def _words(entry: Entry, own: str, titles: dict[str, str], text: Version | None) -> str:
    about = titles.get(entry.about, "") or _use_title(entry.about, text)
    if entry.actor == own and entry.what in OWN_DEEDS:
        return str(OWN_DEEDS[entry.what]) % {"about": about}
    what = [told for name in entry.categories.split() if (told := rooms.title(name, text))]
    words = {"what": _and(what) or _("what we hold about you"), "deed": ledger.say_deed(entry.what)}
    if about:
        return _("used %(what)s %(deed)s: “%(about)s”.") % {**words, "about": about}
    return _("used %(what)s %(deed)s.") % words


def _use_title(about: str, text: Version | None) -> str:
    """Return the words that stood beside a switch when it was moved, or else those of today."""
    kind, _colon, name = about.partition(":")
    if kind != "use":
        return ""
    for told in (text.use if text else gate.uses.get, gate.uses.get):
        with suppress(KeyError):
            return str(told(name).title)
    return ""


def _and(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def among(entries: Iterable[Entry], names: Iterable[Item]) -> list[Item]:
    """Return those of these names whose bearer acted in one of the entries."""
    names = list(names)
    marks = {entry.actor for entry in entries if entry.actor_kind != "program"}
    ring = opening.ring_of({name.person_id for name in names})
    return [name for name in names if ring.has(name.person_id) and ring.mark(name.person_id) in marks]


def naming(name: Item) -> opening.Opening:
    """Return what it is to open the name of somebody who works here, as it is written down about them."""
    return opening.Opening(name.person_id, (name.category,), NAMED)


def _team(entries: list[Entry], own: str, person_id: uuid.UUID) -> list[Item]:
    """Find the names of those who work here and acted, for whoever has not found them yet."""
    if not any(entry.actor_kind != "program" and entry.actor != own for entry in entries):
        return []
    team = list(Item.objects.filter(kind=NAME, person__role__gt=Role.NONE).exclude(person=person_id))
    opening.hold_keys({person_id, *(name.person_id for name in team)})
    return among(entries, team)


def _names(team: Sequence[Item]) -> dict[str, str]:
    """Return names by the mark of who bears them; each is written down before the first one opens."""
    if not team:
        return {}
    ring = opening.ring_of({name.person_id for name in team})
    opening.note_each([naming(name) for name in team], ring=ring)
    return {ring.mark(name.person_id): vault.open_items([name], what=NAMED)[name.pk] for name in team}
