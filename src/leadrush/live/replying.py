"""Questions that a room left open, answered in writing: read at its address by those who had a seat.

Who answers sees what was asked, and a name only where it was shown, as in the room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.live.answering import NotTaken
from leadrush.live.asking import CATEGORY, WAITING, count_up, votes
from leadrush.live.models import Inquiry, InquiryState, Room
from leadrush.vault import cards

LONGEST = 4000
MOST = 500


@dataclass(frozen=True, slots=True)
class Question:
    """A question as others see it: its key, how many wished for it, a name where its person shows one, and
    what was answered in writing."""

    key: int
    text: str
    votes: int
    by: str
    state: str
    reply: str

    @property
    def waits(self) -> bool:
        """Whether nobody has answered it, in the room or in writing."""
        return self.state in WAITING


def questions(room: Room) -> list[Question]:
    """Return a room's questions for who holds it, those that wait first, then the most wished for. One entry
    in the ledger. Under `live.host`."""
    rows = list(_shown(room).order_by("-pk")[:MOST])
    return sorted(_opened(room, rows, "live.questions"), key=lambda one: (not one.waits, -one.votes, one.key))


def replied(room: Room) -> list[Question]:
    """Return what was answered in writing, for those who had a seat: first asked, first shown."""
    with gate.using("live.room", what="live.replies"):
        rows = list(_shown(room).exclude(reply="").order_by("pk")[:MOST])
        return _opened(room, rows, "live.replies")


def _shown(room: Room) -> Any:
    return Inquiry.objects.filter(room=room).exclude(state=InquiryState.HIDDEN).select_related("guest")


def _opened(room: Room, rows: list[Inquiry], what: str) -> list[Question]:
    if not rows:
        return []
    texts = vault.unseal(
        [(row.person_id, row.sealed) for row in rows],
        context=Inquiry.CONTEXT,
        category=CATEGORY,
        what=what,
        about=room.about,
    )
    counts = votes(rows)
    return [
        Question(row.pk, text, counts[row.pk], row.guest.name if row.named else "", row.state, row.reply)
        for row, text in zip(rows, texts, strict=True)
    ]


def reply(room: Room, key: int, text: str) -> None:
    """Answer a question in writing, or take an answer back with an empty text. Under `live.host`.

    Twice is once. Raises `NotTaken` for one that is gone, or an answer that is too long, and
    `cards.CardNumber`.
    """
    words = text.strip()
    if len(words) > LONGEST:
        raise NotTaken(
            "long", _("At most %(most)d characters. This has %(has)d.") % {"most": LONGEST, "has": len(words)}
        )
    cards.refuse(words)
    with transaction.atomic():
        one = Inquiry.objects.select_for_update().filter(pk=key, room=room).first()
        if one is None or one.state == InquiryState.HIDDEN:
            raise NotTaken("gone", _("That question is gone: whoever asked it erased it, or its day came."))
        if words and one.state in WAITING:
            count_up([one])
            one.state = InquiryState.ANSWERED
        one.reply = words
        one.save(update_fields=["state", "reply"])
