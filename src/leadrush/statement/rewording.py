"""Two texts as one run of words: what stayed, what went and what came."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Kind(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed, went or came; a space belongs to the word before it."""

    kind: Kind
    text: str


Pieces = tuple[Piece, ...]


WORD = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
SPACED = re.compile(r"\s$")


def words(was: str, now: str) -> Pieces:
    """Return two texts as one run of pieces: what stayed, what went, what came, word by word.

    Without the gone pieces they are the new text, letter by letter. Spaces alone are no difference.
    """
    old, new = WORD.findall(was), WORD.findall(now)
    a_bare, b_bare = ([word.strip() for word in some] for some in (old, new))
    start = _alike(a_bare, b_bare)
    end = _alike(a_bare[start:][::-1], b_bare[start:][::-1])
    runs: list[tuple[Kind, list[str]]] = [(Kind.SAME, new[:start])]
    middle = SequenceMatcher(
        None, a_bare[start : len(old) - end], b_bare[start : len(new) - end], autojunk=False
    )
    for tag, a, b, c, d in middle.get_opcodes():
        gone, came = old[start + a : start + b], new[start + c : start + d]
        if gone and SPACED.search("".join(old[: start + a])) and not SPACED.search("".join(new[: start + c])):
            gone = [" ", *gone]  # the word before ends a sentence by now, and had a space behind it
        runs += [(Kind.SAME, came)] if tag == "equal" else [(Kind.GONE, gone), (Kind.NEW, came)]
    runs.append((Kind.SAME, new[len(new) - end :]))
    return tuple(Piece(kind, "".join(run)) for kind, run in runs if run)


def _alike(one: list[str], other: list[str]) -> int:
    """Return how many words two texts have in common from here."""
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
