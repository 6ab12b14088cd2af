"""Agreeing to be recorded: whoever is on stage in a recorded room says yes first. Clause `live-recording`."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.live import naming, others, settling
from leadrush.live.answering import NotTaken
from leadrush.live.models import Appearance, Connection, Guest, Room
from leadrush.vault.turns import begins_again

USE = "live.record"
FORM = "live.record"
CLAUSE = "live-recording"


def agreed(room: Room) -> dict[str, int]:
    """Return who agreed to be in the recording of a room and did not take it back, by their words there."""
    with gate.using(USE, what="live.film"):
        return dict(Appearance.objects.filter(room=room).values_list("word", "pk"))


def has_agreed(guest: Guest) -> bool:
    """Say whether somebody's yes to being recorded in this room holds."""
    with gate.using(USE, what="live.publish"):
        return bool(Appearance.objects.filter(room=guest.room, person=guest.person_id).exists())


def demand(guest: Guest) -> None:
    """Raise `NotTaken` where a room is recorded, or will be once it is live, and somebody did not agree."""
    if guest.room.recorded and not has_agreed(guest):
        raise NotTaken(
            "recorded",
            _("This room is recorded. You can be seen and heard here once you agree to be in the recording."),
        )


@begins_again
def agree(guest: Guest, *, shown: bool | None = None) -> None:
    """Write down somebody's yes to be seen and heard in the recording of this room. Twice is once.

    `shown` is their answer to whether others than those with a seat may see it (`others`); None where they
    were not asked. Raises `evidence.Stopped` while the clause is broken, `NotTaken` where their address is
    not confirmed: a yes of an address that anybody may have typed is none.
    """
    if has_agreed(guest) and (shown is None or shown == others.has_agreed(guest)):
        return
    if not guest.giving.confirmed:
        raise NotTaken(
            "unconfirmed", _("Press “Yes, it was me” in your mail first: without it your yes does not count.")
        )
    with transaction.atomic(), gate.using(USE, what=FORM):
        vault.choose(person=guest.person, use=USE, answer=True, where=FORM, giving=guest.giving)
        if not has_agreed(guest):  # else a no since then had closed it, and now it is open again
            # A giving of its own: it stays as long as the film, when the seat has long been erased.
            giving = vault.give(
                person=guest.person, where=FORM, clause=CLAUSE, about=guest.room.about, confirmed=True
            )
            word = naming.participant(guest.pk)
            Appearance(person=guest.person, giving=giving, room=guest.room, word=word).save()
        if shown:
            others.agree(guest)
        elif shown is False:
            others.take_back(guest)


def begin(guest: Guest) -> None:
    """Let a room be recorded from now on, as who holds it, in their transaction: that is their yes.

    Whoever else is seen there without one is asked for it; until then their connection is over.
    """
    agree(guest)
    words = agreed(guest.room)
    rows = Connection.objects.filter(room=guest.room, ended_at=None).exclude(what=Connection.What.WATCH)
    keys = [one.pk for one in rows if naming.participant(one.guest_id) not in words]
    settling.end(Connection.objects.filter(pk__in=keys), "recorded")
