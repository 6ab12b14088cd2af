"""What we may use it for: each use of what is held, with its switch. Clause `switch-off`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.gate import uses
from leadrush.look import times
from leadrush.people import receipts
from leadrush.statement import Basis, Term
from leadrush.vault import rights
from leadrush.vault.models import Choice, Person

WHERE = "people.me"


class NoSwitch(ValueError):
    """There is no such use, or the statement gives the person no switch for it."""


@dataclass(frozen=True)
class Switch:
    """One use: `on` is what holds now; `locked` ones cannot be off, and `since` says why, else since when.

    `receipt` is the number of the newest yes that it rests on, if it rests on one.
    """

    use: str
    title: str
    clause: str
    on: bool
    locked: bool
    since: str
    receipt: uuid.UUID | None = None


def of(person: Person, records: Iterable[rights.Record]) -> list[Switch]:
    """Return the switches for what is held about a person: those that can be moved first.

    What cannot be moved, and nothing of theirs was given for, is none of theirs.
    """
    records = list(records)
    categories = {category for record in records for category in record.categories}
    said = list(Choice.objects.filter(person=person).select_related("version", "giving").order_by("id"))
    choices = {choice.use: choice for choice in said if receipts.counts(choice)}
    yeses = {yes.use: yes.record for yes in receipts.of(said)}
    found = []
    for use in uses.all():
        terms = _terms(use.name, categories)
        if use.heading in rights.UNSAID or not terms:
            continue
        allowed = [record for record in records if record.mask & (1 << use.bit)]
        locked = not any(term.switch for term, _slug in terms)
        if locked and not allowed:
            continue
        slug = next((slug for term, slug in terms if term.switch), terms[0][1])
        if locked:
            on, since = True, _why_locked(terms[0][0])
        else:
            on, since = _moved(use.name, terms, choices.get(use.name), allowed)
        title, receipt = gate.force().use(use.name).title, yeses.get(use.name)
        found.append(Switch(use.name, title, slug, on, locked, since, receipt))
    return sorted(found, key=lambda switch: switch.locked)


def _terms(use: str, categories: Iterable[str]) -> list[tuple[Term, str]]:
    force = gate.force()
    found = (force.find(category, use) for category in sorted(categories))
    return [(pair[0], pair[1].slug) for pair in found if pair]


def _moved(
    use: str, terms: list[tuple[Term, str]], choice: Choice | None, allowed: list[rights.Record]
) -> tuple[bool, str]:
    if choice is not None:
        said = {"day": times.when(choice.at), "version": choice.version.number}
        if choice.answer:
            return True, _("You allowed this on %(day)s, under version %(version)s.") % said
        return False, _("You switched this off on %(day)s. Nothing was used for it since.") % said
    if allowed:
        first = min(allowed, key=lambda record: record.given_at)
        since = {"day": times.day(first.given_at), "where": first.where}
        return True, _("Since %(day)s: %(where)s.") % since
    if any(term.basis is Basis.CONSENT for term, _slug in terms):
        return False, _("Off, because you have not said yes.")
    return False, _("Off, because what you gave us was not given for this.")


def _why_locked(term: Term) -> str:
    if term.basis is Basis.CONTRACT:
        return _("Part of what you asked for: it ends when that ends.")
    if term.basis is Basis.LAW:
        return _("The law asks it of us.")
    return _("Cannot be off while we hold something about you.")


def turn(*, person: Person, use: str, on: bool) -> None:
    """Switch a use off or on; it binds when this returns. Raises `NoSwitch`. Runs under `rights.own`."""
    if not any(term.use == use and term.switch for term in gate.force().terms()):
        raise NoSwitch(use)
    vault.choose(person=person, use=use, answer=on, where=WHERE)
    vault.note(subject=person.pk, categories=[], what="people.on" if on else "people.off", about=f"use:{use}")
