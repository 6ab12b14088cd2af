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
from leadrush.live import machine, telling
from leadrush.live.models import Room
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
    """Take a room's slides out; twice is once."""
    _change(room, None, 0)


def _change(room: Room, file: File | None, pages: int) -> None:
    from leadrush.live import staging

    with transaction.atomic(), gate.using("live.host", what="live.slides"):
        held = Room.objects.select_for_update().get(pk=room.pk)
        before, held.deck, held.pages, held.slide = held.deck, file, pages, 0
        held.save(update_fields=["deck", "pages", "slide"])
        telling.tell(held.pk, "room", **staging.facts(held))
    if before is not None and before != file:
        shutil.rmtree(_folder(before), ignore_errors=True)
        keeping.let_go(before)


def _folder(file: File) -> Path:
    return machine.folder(Path(settings.DATA)) / "slides" / file.digest


def path(room: Room) -> str:
    """Return the address before a page's number; empty where there are no slides."""
    if room.deck_id is None:
        return ""
    word = signing.Signer(salt=SALT).sign(f"{room.pk}.{room.deck_id}")
    return reverse("live:slide", args=[word, 0]).removesuffix("0.webp")


def page(word: str, number: int) -> bytes | None:
    """Return a page as WebP, at most 1920 points wide or high; None where the word or the number is none."""
    try:
        room, deck = (int(key) for key in signing.Signer(salt=SALT).unsign(word).split("."))
    except (signing.BadSignature, ValueError):
        return None
    there = Room.objects.filter(pk=room, deck_id=deck).select_related("deck").first()
    if there is None or there.deck is None or not 1 <= number <= there.pages:
        return None
    kept = _folder(there.deck) / f"{number}.webp"
    if not kept.exists():
        _draw(there.deck, number, kept)
    return kept.read_bytes()


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
