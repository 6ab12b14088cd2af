"""What visitors type themselves, kept as typed only where it cannot say who typed it.

A word that the site publishes says nothing of whoever searches for it. Any other may be a name, and so may
the address of a page that is not there: it is kept from the moment on at which three browsers typed it, and
until then only counted. What was typed before waits in the memory of this process alone, as a digest that
only it can make again.
"""

from __future__ import annotations

import hmac
import os
import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

from django.http import HttpRequest

from leadrush.visits import sources

FEW = 3
"""So many browsers type the same before it is kept, and shown."""
MOST = 5000
"""So many different texts wait at a time; those that nobody typed for the longest time go first."""
HIDDEN = "…"


@dataclass(frozen=True)
class Searched:
    """What a visit searched for: the words, how many answers there were, which words the site publishes."""

    words: str
    found: int
    published: frozenset[str]


class Waiting:
    """Who typed what, in memory: from `FEW` on it is no longer one person's own."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._typed: OrderedDict[bytes, set[int]] = OrderedDict()
        self._lock = threading.Lock()

    def typed(self, text: str, who: int) -> int:
        """Note that somebody typed this; return how many did so far, at most `FEW`."""
        name = hmac.digest(self._key, text.encode(), "sha256")
        with self._lock:
            all_who = self._typed.setdefault(name, set())
            self._typed.move_to_end(name)
            if len(all_who) < FEW:
                all_who.add(who)
            if len(self._typed) > MOST:
                self._typed.popitem(last=False)
            return len(all_who)


waiting = Waiting()


def searched(request: HttpRequest, words: str, found: int, published: Collection[str]) -> None:
    """Note that somebody searched the site: the words, how many answers there were, and which of the words
    the site publishes. Serves `visits-counted`."""
    visit = getattr(request, "visit", None)
    if visit is not None:
        visit.searched = Searched(words, found, frozenset(word.lower() for word in published))


def kept(search: Searched, who: int) -> str:
    """Return the words as they may be kept, given whose number typed them; unknown ones as `…`.

    Words that look like an address, a number or a key are never kept.
    """
    typed = search.words.lower().split()
    if not sources.word(" ".join(typed)):
        return HIDDEN
    if waiting.typed(" ".join(typed), who) >= FEW:
        return " ".join(typed)
    told = [word if word in search.published else HIDDEN for word in typed]
    return HIDDEN if set(told) == {HIDDEN} else " ".join(told)


def missing(path: str, who: int) -> str:
    """Return the path of a page that is not there as it may be kept."""
    return path if waiting.typed(f"/{path}", who) >= FEW else f"/{HIDDEN}"
