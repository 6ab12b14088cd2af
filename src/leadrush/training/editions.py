"""Editions: a quiz as it is shown, whole and never changed, made when its questions say something new."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core import signing

from leadrush.training.models import Quiz, QuizEdition

SALT = "leadrush.training.edition"


COLUMNS = ("id", "kind", "text", "number", "tolerance", "accepted", "right_words", "wrong_words")
CHOICES = ("id", "text", "pair", "right", "feedback")


def content(quiz: Quiz) -> dict[str, Any]:
    """Return what a quiz says now, as `judging` reads it; one question to the database."""
    names = [*COLUMNS, *(f"choices__{name}" for name in CHOICES)]
    rows = quiz.questions.order_by("position", "pk", "choices__position", "choices__pk").values(*names)
    questions: dict[int, dict[str, Any]] = {}
    for row in rows:
        question = questions.setdefault(row["id"], _question(row))
        if row["choices__id"] is not None:
            question["choices"].append({name: row[f"choices__{name}"] for name in CHOICES})
    return {
        "title": quiz.title,
        "attempts": quiz.attempts,
        "pass_mark": quiz.pass_mark,
        "questions": list(questions.values()),
    }


def _question(row: dict[str, Any]) -> dict[str, Any]:
    said = {name: row[name] for name in COLUMNS}
    return said | {
        "number": None if row["number"] is None else f"{row['number'].normalize():f}",
        "tolerance": f"{row['tolerance'].normalize():f}",
        "accepted": [line.strip() for line in row["accepted"].splitlines() if line.strip()],
        "choices": [],
    }


def digest(said: dict[str, Any]) -> str:
    """Return what names a content: SHA-256 over its canonical JSON, 64 hex."""
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def current(quiz: Quiz) -> QuizEdition | None:
    """Return the edition that is shown from now on, or None for a quiz without questions.

    One for practice is not written down: nobody's answer ever points at it.
    """
    said = content(quiz)
    if not said["questions"]:
        return None
    named = digest(said | {"marked": quiz.marked})
    if not quiz.marked:
        return QuizEdition(quiz=quiz, digest=named, marked=False, content=said)
    edition, _new = QuizEdition.objects.get_or_create(
        quiz=quiz, digest=named, defaults={"marked": True, "content": said}
    )
    return edition


def word(edition: QuizEdition) -> str:
    """Return a word for a form, which says what was shown to whoever sends it."""
    return signing.dumps(edition.pk, salt=SALT)


def shown(quiz: Quiz, said: str) -> QuizEdition | None:
    """Return the edition that a form was shown with, or None where the word was not written here."""
    try:
        key = signing.loads(said, salt=SALT)
    except signing.BadSignature:
        return None
    return QuizEdition.objects.filter(pk=key, quiz=quiz, marked=True).first()
