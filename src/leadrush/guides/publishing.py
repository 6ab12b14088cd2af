"""What staff do to a guide: write it, bring an edition, open and close it."""

from __future__ import annotations

from typing import Any

from django.core.files import File as Upload
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from leadrush import media
from leadrush.guides.models import Edition, Guide, State
from leadrush.media import keeping
from leadrush.media.contents import EPUB, MP3, MP4, PDF, ZIP
from leadrush.media.models import File

KINDS = (PDF, EPUB, ZIP, MP3, MP4)


class CannotChange(ValueError):
    """A change that would leave people with nothing; the message says why, to the member of staff."""


def public() -> QuerySet[Guide]:
    """Return the guides that everybody may see and have, newest first."""
    return Guide.objects.filter(state=State.OPEN, editions__isnull=False).distinct()


def write(**facts: Any) -> Guide:
    """Make a draft. `facts` are the fields of `Guide`."""
    return Guide.objects.create(state=State.DRAFT, **facts)


def bring(guide: Guide, file: File | Upload, words: str = "") -> Edition:  # type: ignore[type-arg]  # see keeping
    """Bring a new edition, which is handed out from now on; the same file again is no new one.

    Raises `ValidationError` for an upload that is not taken.
    """
    file = file if isinstance(file, File) else media.keep(file, KINDS)
    with transaction.atomic():
        Guide.objects.select_for_update().get(pk=guide.pk)
        newest = guide.editions.first()
        if newest is not None and newest.file_id == file.pk:
            if words:
                newest.words = words
                newest.save(update_fields=["words"])
            return newest
        number = (guide.editions.aggregate(newest=Max("number"))["newest"] or 0) + 1
        return Edition.objects.create(guide=guide, number=number, file=file, words=words)


def withdraw(edition: Edition) -> None:
    """Take an edition back; the one before it is handed out again. Raises `CannotChange` for the last one of
    an open guide."""
    with transaction.atomic():
        guide = Guide.objects.select_for_update().get(pk=edition.guide_id)
        if guide.state == State.OPEN and guide.editions.count() == 1:
            raise CannotChange(_("This is the only edition. Close the guide first, or bring another."))
        file = edition.file
        edition.delete()
        keeping.let_go(file)


def open_to_all(guide: Guide) -> None:
    """Let everybody have it. Raises `CannotChange` while it has no edition."""
    if not guide.editions.exists():
        raise CannotChange(_("Bring a file first: there is nothing to hand out yet."))
    Guide.objects.filter(pk=guide.pk).update(state=State.OPEN)


def close(guide: Guide) -> None:
    """Hand it out no more; its page stays and says so, and links in letters end."""
    Guide.objects.filter(pk=guide.pk).update(state=State.CLOSED)


def having(words: str) -> QuerySet[Guide]:
    """Return the guides that can be had and that have all these words."""
    found = public()
    for word in words.split():
        found = found.filter(Q(title__icontains=word) | Q(lede__icontains=word) | Q(body__icontains=word))
    return found
