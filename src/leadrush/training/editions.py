"""Editions: a quiz as it is shown, whole and never changed, made when its questions say something new."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core import signing

from leadrush.training.models import Quiz, QuizEdition

SALT = "leadrush.training.edition"


def content(quiz: Quiz) -> dict[str, Any]:
    """Return what a quiz says now, as `judging` reads it; two questions to the database."""
    return {
        "title": quiz.title,
        "attempts": quiz.attempts,
        "pass_mark": quiz.pass_mark,
        "questions": [
            {
                "id": question.pk,
                "kind": question.kind,
                "text": question.text,
                "number": None if question.number is None else str(question.number),
                "tolerance": str(question.tolerance),
                "accepted": [line.strip() for line in question.accepted.splitlines() if line.strip()],
                "right_words": question.right_words,
                "wrong_words": question.wrong_words,
                "choices": [
                    {
                        "id": choice.pk,
                        "text": choice.text,
                        "pair": choice.pair,
                        "right": choice.right,
                        "feedback": choice.feedback,
                    }
                    for choice in question.choices.all()
                ],
            }
            for question in quiz.questions.prefetch_related("choices")
        ],
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
