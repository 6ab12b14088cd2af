"""How many questions the pages of guides put to the databases, with many editions behind them."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client

from bench.house.counting import asked
from bench.measuring import Figure, counted
from bench.offers import AREA
from leadrush.guides import publishing
from leadrush.guides.models import Guide

EDITIONS = 12
TIMES = 5


def figures() -> Iterator[Figure]:
    """Count with a guide of twelve editions among as many guides."""
    guides = [written(number) for number in range(EDITIONS)]
    for number in range(EDITIONS):
        publishing.bring(guides[0], pdf(f"again {number}"), words="What changed.")
    cache.clear()
    path = guides[0].get_absolute_url()
    yield counted(
        "queries of the list of guides", asked(lambda: Client().get("/guides/")), "queries", 8, area=AREA
    )
    yield counted("queries of a guide's page", asked(lambda: Client().get(path)), "queries", 8, area=AREA)
    yield counted("queries of asking for a guide", asked(lambda: ask(path)), "queries", 20, area=AREA)


def ask(path: str) -> None:
    """Ask for a guide with an address of its own."""
    cache.clear()
    answer = Client().post(path, {"email": f"{uuid4().hex}@mail.example"})
    assert answer.status_code == 302, answer.status_code


def pdf(words: str) -> ContentFile:  # type: ignore[type-arg]  # no generic at run time
    """Return a file of its own that begins and ends as a PDF does."""
    return ContentFile(f"%PDF-1.7 {words} %%EOF".encode(), name="a.pdf")


def written(number: int) -> Guide:
    """Return an open guide."""
    guide = publishing.write(slug=f"measured-{number}", title=f"Measured {number}")
    publishing.bring(guide, pdf(str(number)))
    publishing.open_to_all(guide)
    return guide
