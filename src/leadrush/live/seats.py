"""The address of somebody's place in a room: a signed word that their mail, or their sign-in, leads to.

It says whose place it is in which room and is good for a day; whether they still may be there is asked at
each page and each ping. It opens nothing else, and counting visits knows the page by its route alone.
"""

from __future__ import annotations

import uuid

from django.core import signing
from django.urls import reverse

SALT = "leadrush.live.seat"
GOOD_FOR = 24 * 3600
"""Seconds."""


def path(about: str, person: uuid.UUID) -> str:
    """Return the path of somebody's place in the room of an occasion."""
    return reverse("live:room", args=[signing.dumps([about, person.hex], salt=SALT, compress=True)])


def read(word: str) -> tuple[str, uuid.UUID] | None:
    """Return which room and whose place a word is for; None for one that is none, or older than a day."""
    try:
        about, person = signing.loads(word, salt=SALT, max_age=GOOD_FOR)
        return str(about), uuid.UUID(person)
    except (signing.BadSignature, ValueError, TypeError):
        return None
