"""Questions to who holds a room: asked, wished for by others, answered."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.gate import evidence
from leadrush.live import chatting, counted, telling, texts
from leadrush.live.answering import NotLetIn, NotTaken
from leadrush.live.entering import seated
from leadrush.live.models import Inquiry, InquiryState, Room, Support

USE = "live.room"
CLAUSE = "live-questions"
CATEGORY = "lr:Inquiry"
WHAT = "live.questions"
WAITING = (InquiryState.OPEN, InquiryState.NOW)
SHOWN = 200
MOST = 20
"""So many questions of one guest wait at a time."""


def ask(*, guest: int, text: str, once: uuid.UUID, named: bool = False) -> int:
    """Put a question to who holds the room; the same `once` again is the one that is there. Returns its key.

    Raises as `chatting.say` does; `evidence.Stopped` while `live-questions` is broken.
    """
    kept = chatting.read(text)
    evidence.demand_open(CLAUSE)
    with transaction.atomic(), gate.using(USE, what="live.ask"):
        there = seated(guest)
        known = Inquiry.objects.filter(guest=there, once=once).values_list("pk", flat=True).first()
        if known is not None:
            return int(known)
        if there.muted_at is not None:
            raise NotTaken("muted", _("Who holds this has muted you."))
        if Inquiry.objects.filter(guest=there, state__in=WAITING).count() >= MOST:
            raise NotTaken("many", _("%(most)d questions of yours wait already.") % {"most": MOST})
        one = Inquiry(
            person_id=there.person_id,
            giving=there.giving,
            room=there.room,
            guest=there,
            once=once,
            named=named,
            sealed=vault.seal(there.person_id, kept, Inquiry.CONTEXT),
        )
        one.save()
        telling.tell(there.room_id, "inquiry", **_shown(one, kept, 0))
        transaction.on_commit(lambda: texts.add(Inquiry.CONTEXT, there.room_id, one.pk, kept))
    return one.pk


def support(*, guest: int, inquiry: int, wished: bool = True) -> None:
    """Vote for a question, or take the vote back. Raises `NotTaken` for one that is answered."""
    with transaction.atomic(), gate.using(USE, what="live.vote"):
        there = seated(guest)
        one = _held(there.room, inquiry)
        if one.state not in WAITING:
            raise NotTaken("answered", _("That question is answered already."))
        mark = counted.digest(there.room, there.person_id, one.pk)
        if wished:
            Support.objects.get_or_create(inquiry=one, digest=mark)
        else:
            Support.objects.filter(inquiry=one, digest=mark).delete()
        telling.count_again(there.room_id, "inquiry", one.pk)


def _held(room: Room, key: int) -> Inquiry:
    """Return a question of a room, held until the transaction ends; the room is held with it."""
    if Room.objects.select_for_update().get(pk=room.pk).is_over:
        raise NotLetIn("over", _("This is over."))
    one: Inquiry | None = Inquiry.objects.filter(pk=key, room=room).select_related("guest").first()
    if one is None or one.state == InquiryState.HIDDEN:
        raise NotTaken("gone", _("That question is gone."))
    return one


def settle(*, guest: int, inquiry: int, state: str) -> None:
    """Say of a question that it is being answered, is answered, waits again, or is taken out; as who holds
    the room. What is answered, or taken out, stays so: its votes are counted and erased. Twice is once."""
    to = InquiryState(state)
    with transaction.atomic(), gate.using("live.host", what="live.settle"):
        there = seated(guest, hosts=True)
        one = _held(there.room, inquiry)
        if one.state == to:
            return
        if one.state not in WAITING and to in WAITING:
            raise NotTaken("answered", _("What was answered stays answered."))
        if to == InquiryState.NOW:
            for other in Inquiry.objects.filter(room=there.room, state=InquiryState.NOW):
                _set(other, InquiryState.OPEN)
        _set(one, to)


def _set(one: Inquiry, state: InquiryState) -> None:
    if state not in WAITING:
        count_up([one])
    one.state = state
    one.save(update_fields=["state"])
    telling.tell(one.room_id, "asked", inquiry=one.pk, state=state, votes=votes([one])[one.pk])


def count_up(some: Sequence[Inquiry]) -> None:
    """Write down how many voted for these questions, and erase who did, in the caller's transaction."""
    for one in some:
        mine = Support.objects.filter(inquiry=one)
        one.votes += mine.count()
        one.save(update_fields=["votes"])
        mine.delete()


def votes(some: Sequence[Inquiry]) -> dict[int, int]:
    """Return how many voted for each of these questions; one question to the database."""
    rows = Support.objects.filter(inquiry__in=[one.pk for one in some])
    counts = dict(rows.values_list("inquiry").annotate(Count("pk")).order_by())
    return {one.pk: one.votes + counts.get(one.pk, 0) for one in some}


def _shown(one: Inquiry, text: str, count: int) -> dict[str, Any]:
    """Return a question as everybody gets it, hosts too: without a name unless its person shows it."""
    return {
        "inquiry": one.pk,
        "text": text,
        "state": one.state,
        "votes": count,
        "by": one.guest.name if one.named else "",
    }


def listed(room: Room) -> list[dict[str, Any]]:
    """Return the newest 200 questions that nobody took out, oldest first, under the use in force."""
    found = Inquiry.objects.filter(room=room).exclude(state=InquiryState.HIDDEN).select_related("guest")
    rows: list[Inquiry] = list(found.order_by("-pk")[:SHOWN])[::-1]
    opened = texts.opened(
        rows, room=room.pk, about=room.about, context=Inquiry.CONTEXT, category=CATEGORY, what=WHAT
    )
    counts = votes(rows)
    return [_shown(row, text, counts[row.pk]) for row, text in zip(rows, opened, strict=True)]


def told(key: int) -> str:
    """Return the message that says how many voted for a question; empty for one that is gone."""
    with gate.using(USE, what="live.votes"):
        one = Inquiry.objects.filter(pk=key).first()
        if one is None:
            return ""
        return telling.write("asked", inquiry=one.pk, state=one.state, votes=votes([one])[one.pk])


def gone(room: int) -> set[int]:
    """Return which questions that this process shows are no more, and let go of their texts."""
    held = texts.keys(Inquiry.CONTEXT, room)
    if not held:
        return set()
    with gate.using(USE, what="live.beat"):
        live = Inquiry.objects.filter(pk__in=held).exclude(state=InquiryState.HIDDEN)
        over = held - set(live.values_list("pk", flat=True))
    texts.drop(Inquiry.CONTEXT, room, over)
    return over


def wished(room: Room, person: uuid.UUID, some: Sequence[int]) -> list[int]:
    """Return for which of these questions somebody voted; only their own program asks."""
    marks = counted.marks(room, person, some) if some else {}
    found = Support.objects.filter(inquiry__in=list(some), digest__in=list(marks))
    return sorted(marks[mark] for mark in found.values_list("digest", flat=True))
