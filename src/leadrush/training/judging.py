"""Judging answers by a quiz as it was shown. Pure: no database, nobody's name.

A content (`editions.content`) holds questions; answers map a question's id, as text, to what was answered:
ONE a choice's id, MANY a list of ids, NUMBER and TEXT what was typed, ORDER a list of ids from first to last,
MATCH a map from a choice's id to that of the choice whose pair was put beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

Content = Mapping[str, Any]
Answers = Mapping[str, Any]
LONGEST = 300
"""Characters that an answer may have."""


@dataclass(frozen=True)
class Judged:
    """One question, what was answered, whether that is right, and what is to be said about it."""

    question: Mapping[str, Any]
    answer: Any
    right: bool
    words: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What a set of answers comes to; `passed` by the mark that was shown."""

    judged: tuple[Judged, ...]
    passed: bool

    @property
    def right(self) -> int:
        """How many are right."""
        return sum(one.right for one in self.judged)

    @property
    def of(self) -> int:
        """How many were asked."""
        return len(self.judged)


def judge(content: Content, answers: Answers) -> Result:
    """Return what these answers come to. A question without an answer is not right."""
    judged = []
    for question in content["questions"]:
        answer = answers.get(str(question["id"]))
        right = is_right(question, answer)
        judged.append(Judged(question, answer, right, _words(question, answer, right=right)))
    rights = sum(one.right for one in judged)
    passed = bool(judged) and rights * 100 >= content["pass_mark"] * len(judged)
    return Result(tuple(judged), passed)


def is_right(question: Mapping[str, Any], answer: Any) -> bool:
    """Say whether one answer is right."""
    if answer in (None, "", [], {}):
        return False
    choices = question["choices"]
    rights = {str(one["id"]) for one in choices if one["right"]}
    match question["kind"]:
        case "one":
            return str(answer) in rights
        case "many":
            return {str(one) for one in answer} == rights
        case "number":
            given = number(str(answer))
            wanted = number(str(question["number"]))
            within = number(str(question["tolerance"])) or Decimal(0)
            return given is not None and wanted is not None and abs(given - wanted) <= within
        case "text":
            return plain(str(answer)) in {plain(one) for one in question["accepted"]}
        case "order":
            return [str(one) for one in answer] == [str(one["id"]) for one in choices]
        case "match":
            pairs = {str(one["id"]): one["pair"] for one in choices}
            put = {str(left): pairs.get(str(right)) for left, right in answer.items()}
            return put == pairs
    return False


def number(typed: str) -> Decimal | None:
    """Return a number as people type it, with a point or a comma; None for what is none."""
    text = typed.strip().replace("\u2212", "-").replace("\u00a0", "").replace(" ", "").replace(",", ".")
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and len(text) <= 30 and abs(found.adjusted()) < 30 else None


def plain(typed: str) -> str:
    """Return a short answer without what does not matter in it: case, spaces, a full stop at the end."""
    return " ".join(typed.casefold().split()).rstrip(".")


def shuffled(choices: Sequence[Mapping[str, Any]], seed: str) -> list[Mapping[str, Any]]:
    """Return choices in an order that tells nothing, the same each time for the same seed."""

    def drawn(choice: Mapping[str, Any]) -> str:
        return hashlib.sha256(f"{seed}:{choice['id']}".encode()).hexdigest()

    return sorted(choices, key=drawn)


def _words(question: Mapping[str, Any], answer: Any, *, right: bool) -> tuple[str, ...]:
    found = [question["right_words"] if right else question["wrong_words"]]
    if question["kind"] in ("one", "many") and answer:
        chosen = {str(one) for one in ([answer] if question["kind"] == "one" else answer)}
        found += [one["feedback"] for one in question["choices"] if str(one["id"]) in chosen]
    return tuple(words for words in found if words)


# --- what a form sends --------------------------------------------------------------------------------


def read(content: Content, sent: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the answers in what a form sent (a QueryDict), and which questions still want one.

    The second maps a question's id to why: `empty`, `number` (it is none), `twice` (a place or a pair is
    taken twice), `strange` (no choice of this question). What cannot be read is left out of the first.
    """
    answers: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for question in content["questions"]:
        key = str(question["id"])
        answer, why = _read_one(question, f"q{key}", sent)
        if answer not in (None, "", [], {}):
            answers[key] = answer
        if why:
            wrong[key] = why
    return answers, wrong


def _read_one(question: Mapping[str, Any], name: str, sent: Any) -> tuple[Any, str]:
    ids = [str(one["id"]) for one in question["choices"]]
    match question["kind"]:
        case "one":
            chosen = sent.get(name, "")
            return (chosen, "") if chosen in ids else (None, "strange" if chosen else "empty")
        case "many":
            several = [one for one in dict.fromkeys(sent.getlist(name)) if one in ids]
            return several, "" if several else "empty"
        case "number":
            typed = sent.get(name, "").strip()[:LONGEST]
            return typed, "" if number(typed) is not None else "number" if typed else "empty"
        case "text":
            typed = sent.get(name, "").strip()[:LONGEST]
            return typed, "" if typed else "empty"
        case "order":
            places = {one: sent.get(f"{name}-{one}", "") for one in ids}
            if any(not place.isdecimal() or not 1 <= int(place[:4]) <= len(ids) for place in places.values()):
                return None, "empty"
            if len(set(places.values())) < len(ids):
                return None, "twice"
            return sorted(ids, key=lambda one: int(places[one])), ""
        case _:
            pairs = {one: sent.get(f"{name}-{one}", "") for one in ids}
            if any(pair not in ids for pair in pairs.values()):
                return None, "empty"
            return pairs, "" if len(set(pairs.values())) == len(ids) else "twice"
