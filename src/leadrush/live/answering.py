"""What a room answers to what it does not take: a code for the program, and words for whoever reads it."""

from __future__ import annotations

from django.utils.functional import Promise


class NotTaken(ValueError):
    """Something that a room does not take. Nothing was stored; the words say why and what to do."""

    def __init__(self, code: str, words: str | Promise, **more: object) -> None:
        super().__init__(str(words))
        self.code, self.words, self.more = code, str(words), more


class NotLetIn(NotTaken):
    """Somebody who may not be in a room, or not any more."""
