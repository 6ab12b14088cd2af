"""Handing a guide out: a link that ends, and how often a file was taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db.models import F
from django.http import HttpRequest
from django.utils.text import slugify

from leadrush import media
from leadrush.guides.models import Edition, Guide
from leadrush.media.contents import KINDS
from leadrush.purchases.deliverables import Opened
from leadrush.visits import reach

ROOM = "guides"
TAKEN = "guides.taken"
ASKED_A_MOMENT_AGO = timedelta(hours=1)
"""How long the page after the form can be opened again."""


def name_of(guide: Guide, edition: Edition) -> str:
    """Return what the file is called where it is saved: `a-year-of-soil-2.pdf`."""
    ending = KINDS[edition.file.kind].ending
    number = f"-{edition.number}" if edition.number > 1 else ""
    return f"{slugify(guide.slug)}{number}.{ending}"


def shown(guide: Guide, edition: Edition) -> dict[str, Any]:
    """Return what a page needs to give an edition: the guide, the edition, its kind, and a link for a day."""
    link = media.link(edition.file, name=name_of(guide, edition), room=ROOM, about=str(edition.pk))
    return {"guide": guide, "edition": edition, "kind": KINDS[edition.file.kind].title, "link": link}


def bought(key: str) -> Opened | None:
    """Return how somebody who bought a guide has its newest edition, also where it is closed to others."""
    edition = (
        Edition.objects.filter(guide=int(key) if key.isdecimal() else 0)
        .select_related("file", "guide")
        .first()
    )
    if edition is None:
        return None
    link = media.link(edition.file, name=name_of(edition.guide, edition), room=ROOM, about=str(edition.pk))
    return Opened(edition.guide.title, url=link)


def to_choose() -> Iterator[tuple[str, str]]:
    """Yield the guides that can be put into an offer."""
    for pk, title in Guide.objects.filter(editions__isnull=False).distinct().values_list("pk", "title"):
        yield str(pk), title


def taken(request: HttpRequest, about: str) -> None:
    """Count that an edition was taken; by whom is nobody's business."""
    Edition.objects.filter(pk=about).update(taken=F("taken") + 1)
    reach(request, TAKEN)


def word(guide: Guide) -> str:
    """Return a word for the page after the form, so that it opens for whoever sent it and not for a guess."""
    return signing.dumps(guide.pk, salt="leadrush.guides.here")


def is_word(guide: Guide, said: str) -> bool:
    """Say whether a word was given for this guide, within the hour."""
    try:
        return bool(signing.loads(said, salt="leadrush.guides.here", max_age=ASKED_A_MOMENT_AGO) == guide.pk)
    except signing.BadSignature:
        return False
