"""Polls: made and opened by who holds a room, answered by everybody, closed to numbers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.gate import evidence
from leadrush.live import counted, telling
from leadrush.live.answering import NotTaken
from leadrush.live.entering import seated
from leadrush.live.models import Option, Poll, PollState, Room, Vote
from leadrush.vault import cards

USE = "live.room"
HOST = "live.host"
CLAUSE = "live-polls"
LONGEST, LONGEST_OPTION, MOST = 200, 120, 10


def make(*, guest: int, text: str, options: Sequence[str], shown: bool = True, opens: bool = False) -> int:
    """Make a poll, prepared or open at once, as who holds the room. Returns its key. Raises `NotTaken`."""
    with transaction.atomic(), gate.using(HOST, what="live.poll"):
        there = seated(guest, hosts=True)
        poll = prepare(there.room, text=text, options=options, shown=shown)
        if opens:
            _open(poll)
        else:
            telling.tell(there.room_id, "poll", hosts=True, **_shown(poll, hosts=True))
    return poll.pk


def prepare(room: Room, *, text: str, options: Sequence[str], shown: bool = True) -> Poll:
    """Prepare a poll, from the room or from a page before it. Raises `NotTaken`, `cards.CardNumber`."""
    text = " ".join(text.split())
    answers = [kept for kept in (" ".join(option.split()) for option in options) if kept]
    cards.refuse_all([text, *answers])
    if not text or len(text) > LONGEST:
        raise NotTaken("poll", _("Write what you ask, in at most %(most)d characters.") % {"most": LONGEST})
    if not 2 <= len(answers) <= MOST or len(set(answers)) < len(answers):
        raise NotTaken("poll", _("A poll has 2 to %(most)d answers, all different.") % {"most": MOST})
    if max(len(answer) for answer in answers) > LONGEST_OPTION:
        said = _("An answer has at most %(most)d characters.")
        raise NotTaken("poll", said % {"most": LONGEST_OPTION})
    with transaction.atomic():
        poll = Poll.objects.create(room=room, text=text, shown=shown)
        Option.objects.bulk_create(
            Option(poll=poll, text=answer, order=order) for order, answer in enumerate(answers)
        )
    return poll


def open_up(*, guest: int, poll: int) -> None:
    """Open a poll that was prepared, and close the one that is open. Twice is once; a closed one stays so."""
    with transaction.atomic(), gate.using(HOST, what="live.poll"):
        there = seated(guest, hosts=True)
        one = _held(there.room, poll)
        if one.state == PollState.CLOSED:
            raise NotTaken("closed", _("This poll is closed."))
        if one.state == PollState.PLANNED:
            _open(one)


def _open(poll: Poll) -> None:
    for other in Poll.objects.select_for_update().filter(room=poll.room_id, state=PollState.OPEN):
        _close(other)
    poll.state, poll.opened_at = PollState.OPEN, timezone.now()
    poll.save(update_fields=["state", "opened_at"])
    _tell(poll)


def answer(*, guest: int, poll: int, option: int) -> None:
    """Answer a poll, or change the answer. Raises `NotTaken` for a poll that is closed or not open yet, and
    `evidence.Stopped` while `live-polls` is broken."""
    evidence.demand_open(CLAUSE)
    with transaction.atomic(), gate.using(USE, what="live.answer"):
        there = seated(guest)
        one = _held(there.room, poll)
        if one.state == PollState.CLOSED:
            raise NotTaken("closed", _("This poll has just closed. Your answer was not counted."))
        if one.state != PollState.OPEN:
            raise NotTaken("planned", _("This poll is not open yet."))
        if not Option.objects.filter(pk=option, poll=one).exists():
            raise NotTaken("option", _("That is none of the answers."))
        mark = counted.digest(one, there.person_id)
        Vote.objects.update_or_create(poll=one, digest=mark, defaults={"option_id": option})
        telling.count_again(there.room_id, "poll", one.pk)


def _held(room: Room, key: int) -> Poll:
    """Return a poll of a room, held until the transaction ends: nobody answers while it is being counted."""
    poll = Poll.objects.select_for_update().filter(pk=key, room=room).first()
    if poll is None:
        raise NotTaken("gone", _("There is no such poll."))
    return poll


def close(*, guest: int, poll: int) -> None:
    """Close a poll: what was answered becomes numbers, and the rest is erased. Twice is once."""
    with transaction.atomic(), gate.using(HOST, what="live.poll"):
        there = seated(guest, hosts=True)
        one = _held(there.room, poll)
        if one.state == PollState.PLANNED:
            raise NotTaken("planned", _("This poll is not open yet."))
        if one.state == PollState.OPEN:
            _close(one)


def close_all(room: Room) -> None:
    """Close what is open in a room, in the transaction that ends it."""
    for poll in Poll.objects.select_for_update().filter(room=room, state=PollState.OPEN):
        _close(poll)


def _close(poll: Poll) -> None:
    """Count, erase the marks, and destroy the secret when that has committed. Clause `live-polls`."""
    counts = tally(poll)
    for option in poll.options.all():
        option.count = counts.get(option.pk, 0)
        option.save(update_fields=["count"])
    Vote.objects.filter(poll=poll).delete()
    poll.state, poll.closed_at = PollState.CLOSED, timezone.now()
    poll.save(update_fields=["state", "closed_at"])
    _tell(poll)
    # A process that dies before this leaves a secret that nothing was made with: `counted.sweep` takes it.
    transaction.on_commit(lambda: counted.forget(poll), robust=True)


def show(*, guest: int, poll: int, shown: bool) -> None:
    """Show the results while a poll is open, or keep them until it closes; as who holds the room."""
    with transaction.atomic(), gate.using(HOST, what="live.poll"):
        there = seated(guest, hosts=True)
        one = _held(there.room, poll)
        if one.shown != shown:
            one.shown = shown
            one.save(update_fields=["shown"])
            _tell(one)


def tally(poll: Poll) -> dict[int, int]:
    """Return how many chose each answer of a poll that is open, by the answer's key."""
    rows = Vote.objects.filter(poll=poll).values_list("option").annotate(Count("pk")).order_by()
    return dict(rows)


def _shown(poll: Poll, *, hosts: bool) -> dict[str, Any]:
    """Return a poll as hosts, or all others, get it: open and not shown, it has no numbers."""
    counts = tally(poll) if poll.state == PollState.OPEN else {}
    seen = hosts or poll.shown or poll.state == PollState.CLOSED
    options = [
        {
            "option": option.pk,
            "text": option.text,
            "count": (option.count or counts.get(option.pk, 0)) if seen else None,
        }
        for option in poll.options.all()
    ]
    total = sum(counts.values()) or sum(option.count for option in poll.options.all())
    return {
        "poll": poll.pk,
        "text": poll.text,
        "state": poll.state,
        "shown": poll.shown,
        "answers": total,
        "options": options,
    }


def _tell(poll: Poll) -> None:
    telling.tell(poll.room_id, "poll", **_shown(poll, hosts=False))
    if poll.state == PollState.OPEN and not poll.shown:
        telling.tell(poll.room_id, "poll", hosts=True, **_shown(poll, hosts=True))


def told(key: int) -> tuple[str, str]:
    """Return the messages that say how a poll stands: for everybody, and for hosts where that is another one.
    Empty for one that is gone."""
    poll = Poll.objects.filter(pk=key).first()
    if poll is None:
        return "", ""
    everybody = telling.write("poll", **_shown(poll, hosts=False))
    hidden = poll.state == PollState.OPEN and not poll.shown
    return everybody, telling.write("poll", **_shown(poll, hosts=True)) if hidden else ""


def listed(room: Room, *, hosts: bool) -> list[dict[str, Any]]:
    """Return a room's polls, oldest first; prepared ones for hosts alone."""
    polls = Poll.objects.filter(room=room).order_by("pk").prefetch_related("options")
    if not hosts:
        polls = polls.exclude(state=PollState.PLANNED)
    return [_shown(poll, hosts=hosts) for poll in polls]


def chosen(room: Room, person: uuid.UUID) -> dict[str, int]:
    """Return what somebody chose in the poll that is open: its key to the answer's, as JSON has it."""
    found: dict[str, int] = {}
    for poll in Poll.objects.filter(room=room, state=PollState.OPEN):
        mine = Vote.objects.filter(poll=poll, digest__in=counted.marks(poll, person))
        option = mine.values_list("option_id", flat=True).first()
        if option is not None:
            found[str(poll.pk)] = option
    return found
