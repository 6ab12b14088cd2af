"""Asking for a guide: the one verb that writes about persons here."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, statement, vault
from leadrush.gate import evidence
from leadrush.guides import letters
from leadrush.guides.models import Copy, Edition, Guide, State
from leadrush.statement import Version
from leadrush.vault.models import Giving, Person
from leadrush.vault.turns import begins_again

USE = "guides.send"
FORM = "guides.ask"
CLAUSE = "guide-copy"
LETTERS = 5
"""So many letters bring one copy at most: anybody may type anybody's address."""
AGAIN_AFTER = timedelta(minutes=10)
"""A form that is sent again sooner is a double click and brings no second letter."""


class NotOpen(ValueError):
    """The guide cannot be had now; the message says why, to the person."""


def days_kept(*, given: Version | None = None) -> int:
    """Return for how many days a copy is kept: as few as the version that it was given under says, or the one
    in force. Without `given` it is given now. Clause `guide-copy`."""
    force = gate.force()
    needs = [("lr:Copy", USE)]
    return statement.kept(given=given or force, force=force, needs=needs).get("giving", 0)


def current(guide: Guide) -> Edition:
    """Return the edition that is handed out. Raises `NotOpen` where there is none, or the guide is closed."""
    edition = guide.editions.select_related("file").first()
    if guide.state != State.OPEN or edition is None:
        raise NotOpen(_("This guide cannot be had just now. Nothing was stored."))
    return edition


@begins_again
def ask(*, guide: Guide, address: str = "", person: Person | None = None) -> None:
    """Send a guide to an address, or to whoever is signed in. The same address twice is one copy.

    Returns nothing on purpose: the page after the form is the same in every case. Raises `NotOpen`,
    `ValidationError` for an address that is none, and `evidence.Stopped` while the clause is broken.
    """
    evidence.demand_open(CLAUSE)
    with transaction.atomic(), gate.using(USE, what=FORM):
        current(guide)
        if guide.is_sold:
            raise NotOpen(_("This guide is bought. Nothing was stored."))
        met = vault.meet(address=address, person=person)
        copy = Copy.objects.select_related("giving__person").filter(guide=guide, person=met.person).first()
        if copy is None:
            part = vault.Part(clause=CLAUSE, lapses_at=timezone.now() + timedelta(days=days_kept()))
            (giving,) = vault.receive(
                met, [part], address=address, where=FORM, about=guide.about, confirmed=person is not None
            )
            copy = Copy(person=giving.person, giving=giving, guide=guide)
        else:
            met.writes_on(copy.giving)
            if person is not None and not copy.giving.confirmed:
                vault.confirm(giving=copy.giving, lapses_at=copy.giving.lapses_at)
        now = timezone.now()
        due = copy.sent < LETTERS and (copy.sent_at is None or now - copy.sent_at >= AGAIN_AFTER)
        if due:
            copy.sent, copy.sent_at = copy.sent + 1, now
        copy.save()
        if due:
            letters.bring(guide, copy)


@begins_again
def it_was_me(*, giving: Giving) -> None:
    """Confirm the address of a form; the copy goes on the same day as before."""
    vault.confirm(giving=giving, lapses_at=giving.lapses_at)


@begins_again
def it_was_not_me(*, giving: Giving) -> None:
    """Erase what a form gave: the copy, and the letters about it."""
    vault.end(giving)
