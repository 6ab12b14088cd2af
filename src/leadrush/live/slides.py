"""Slides of a room: a PDF that its host brought, drawn page by page, so that all see the same one, sharp.

Pages are drawn when somebody looks at them first, and lie in the folder of the room's media until the deck is
another one. They are about nobody; the word in their address belongs to one deck in one room.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pypdfium2
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.live import telling
from leadrush.live.models import Room, RoomState, Turn
from leadrush.live.plane import machine
from leadrush.media import keeping
from leadrush.media.models import File

SALT = "leadrush.live.slides"
MOST = 500
LARGEST = 1920
"""Points of a page's longer side."""


def _opened(file: File) -> Any:
    with file.opened() as source:
        data = source.read()
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise ValidationError(
            _("These slides cannot be read. If a password is on them, save them without one.")
        ) from None


def bring(room: Room, file: File) -> None:
    """Let a room have these slides, in place of those it had. Raises `ValidationError` for what cannot be
    read, and for more than 500 pages."""
    deck = _opened(file)
    pages = len(deck)
    deck.close()
    if not 0 < pages <= MOST:
        said = _("Slides have 1 to %(most)d pages. These have %(pages)d.")
        raise ValidationError(said % {"most": MOST, "pages": pages})
    _change(room, file, pages)


def take_out(room: Room) -> None:
    """Take a room's slides out, of its replay, too, once it is over; twice is once."""
    _change(room, None, 0)


def note(room: Room) -> None:
    """Note which page a room shows now, for its replay, while it is recorded; the same again is no turn."""
    if room.state != RoomState.LIVE or not room.recorded:
        return
    last = Turn.objects.filter(room=room).order_by("-at", "-pk").first()
    shown = (room.deck_id, room.slide) if room.slide else (None, 0)
    if shown != ((last.deck_id, last.page) if last else (None, 0)):
        Turn.objects.create(room=room, deck_id=shown[0], page=shown[1])


def _change(room: Room, file: File | None, pages: int) -> None:
    from leadrush.live import staging

    with transaction.atomic(), gate.using("live.host", what="live.slides"):
        held = Room.objects.select_for_update().get(pk=room.pk)
        before, held.deck, held.pages, held.slide = held.deck, file, pages, 0
        held.save(update_fields=["deck", "pages", "slide"])
        telling.tell(held.pk, "room", **staging.facts(held))
        note(held)
        loose = {before} - {file, None}
        if held.is_over and file is None:
            turns = Turn.objects.filter(room=held).exclude(deck=None).select_related("deck")
            loose |= {turn.deck for turn in turns}
            Turn.objects.filter(room=held).delete()
    for one in loose:
        if one is not None and keeping.let_go(one):
            shutil.rmtree(_folder(one), ignore_errors=True)


def _folder(file: File) -> Path:
    return machine.folder(Path(settings.DATA)) / "slides" / file.digest


def path(room: Room) -> str:
    """Return the address before a page's number; empty where there are no slides."""
    return _path(room.pk, room.deck_id) if room.deck_id is not None else ""


def _path(room: int, deck: int) -> str:
    word = signing.Signer(salt=SALT).sign(f"{room}.{deck}")
    return reverse("live:slide", args=[word, 0]).removesuffix("0.webp")


def turned(room: int) -> list[tuple[float, int, str]]:
    """Return which page a room showed when: seconds since 1970, the page's number, its address; 0 is none."""
    rows = Turn.objects.filter(room=room).order_by("at", "pk")
    return [
        (
            turn.at.timestamp(),
            turn.page,
            f"{_path(room, turn.deck_id)}{turn.page}.webp" if turn.deck_id else "",
        )
        for turn in rows
    ]


def page(word: str, number: int) -> bytes | None:
    """Return a page as WebP, at most 1920 points wide or high; None where the word or the number is none."""
    try:
        room, deck = (int(key) for key in signing.Signer(salt=SALT).unsign(word).split("."))
    except (signing.BadSignature, ValueError):
        return None
    file = _shown(room, deck, number)
    if file is None:
        return None
    kept = _folder(file) / f"{number}.webp"
    if not kept.exists():
        _draw(file, number, kept)
    return kept.read_bytes()


def _shown(room: int, deck: int, number: int) -> File | None:
    """Return the slides of which this page is shown: those of the room now, or those its replay shows."""
    there = Room.objects.filter(pk=room, deck_id=deck).select_related("deck").first()
    if there is not None and 1 <= number <= there.pages:
        return there.deck
    turns = Turn.objects.filter(room=room, deck_id=deck, page=number, page__gt=0)
    turn = turns.select_related("deck").first()
    return turn.deck if turn else None


def _draw(file: File, number: int, target: Path) -> None:
    deck = _opened(file)
    try:
        sheet = deck[number - 1]
        drawn = sheet.render(scale=LARGEST / max(*sheet.get_size(), 1)).to_pil()
    finally:
        deck.close()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{id(drawn)}")
    drawn.save(unfinished, "WEBP", quality=88)
    unfinished.replace(target)
