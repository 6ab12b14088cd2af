"""What a lesson asks somebody to do, as its page shows it: its quiz, and what is handed in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadrush.training import editions, handing_in, judging, quizzing
from leadrush.training.courses import Course, Stop
from leadrush.training.forms import WorkForm
from leadrush.training.models import Feedback, HandedFile, HandIn, QuizEdition


@dataclass(frozen=True)
class Option:
    """One thing to choose, to put in order or to match, as a form shows it."""

    key: str
    text: str
    name: str
    chosen: bool
    answer: str
    feedback: str


@dataclass(frozen=True)
class Asked:
    """One question of a form: its field's name, what there is to choose, what was typed, what is wrong."""

    question: Mapping[str, Any]
    name: str
    options: tuple[Option, ...]
    beside: tuple[tuple[str, str], ...]
    typed: str
    wrong: str


@dataclass(frozen=True)
class Sent:
    """A quiz that was sent and has something to put right: by which edition, what, and its form's number."""

    edition: QuizEdition
    answers: Mapping[str, Any]
    wrong: Mapping[str, str]
    once: str
    refused: str = ""


def asked(edition: QuizEdition, answers: Mapping[str, Any], wrong: Mapping[str, str]) -> list[Asked]:
    """Return the questions of an edition as a form shows them; what is ordered or matched is shuffled."""
    return [_asked(one, edition.digest, answers, wrong) for one in edition.content["questions"]]


def _asked(
    question: Mapping[str, Any], seed: str, answers: Mapping[str, Any], wrong: Mapping[str, str]
) -> Asked:
    key, kind = str(question["id"]), question["kind"]
    name, answer = f"q{key}", answers.get(key)
    choices = question["choices"]
    mixed = judging.shuffled(choices, seed) if kind in ("order", "match") else choices
    options = tuple(
        Option(
            key=str(choice["id"]),
            text=choice["text"],
            name=f"{name}-{choice['id']}",
            chosen=str(choice["id"]) in ([answer] if isinstance(answer, str) else answer or ()),
            answer=_put(kind, str(choice["id"]), answer),
            feedback=choice["feedback"],
        )
        for choice in mixed
    )
    beside: tuple[tuple[str, str], ...] = ()
    if kind == "order":
        beside = tuple((str(place), str(place)) for place in range(1, len(choices) + 1))
    elif kind == "match":
        pairs = judging.shuffled(choices, f"{seed}:pairs")
        beside = tuple((str(choice["id"]), choice["pair"]) for choice in pairs)
    typed = answer if kind in ("number", "text") and isinstance(answer, str) else ""
    return Asked(question, name, options, beside, typed, wrong.get(key, ""))


def _put(kind: str, choice: str, answer: Any) -> str:
    if kind == "order" and isinstance(answer, list) and choice in answer:
        return str(answer.index(choice) + 1)
    if kind == "match" and isinstance(answer, dict):
        return str(answer.get(choice, ""))
    return ""


def quiz(course: Course, stop: Stop, sent: Sent | None = None) -> dict[str, Any]:
    """Return what the questions of a lesson are drawn with; nothing where it has none."""
    found = getattr(stop.lesson, "quiz", None)
    if found is None:
        return {}
    edition = sent.edition if sent is not None else editions.current(found)
    if edition is None:
        return {}
    if not edition.marked:
        return {
            "quiz": found,
            "edition": edition,
            "asked": asked(edition, {}, {}),
            "answers": _rights(edition),
        }
    if not course.is_mine or course.enrolment is None:
        return {}
    attempts = quizzing.of(course.enrolment, found)
    limit = edition.content["attempts"]
    return {
        "quiz": found,
        "edition": edition,
        "asked": asked(edition, sent.answers if sent else {}, sent.wrong if sent else {}),
        "word": editions.word(edition),
        "once": sent.once if sent else uuid.uuid4(),
        "attempts": attempts,
        "passed": any(one.passed for one in attempts),
        "left": None if limit is None else max(limit - len(attempts), 0),
        "quiz_wrong": sent.wrong if sent else {},
        "quiz_refused": sent.refused if sent else "",
        "pass_mark": edition.content["pass_mark"],
    }


def _rights(edition: QuizEdition) -> dict[str, Any]:
    """Return what the browser compares answers for practice with, by the question's field name."""
    return {
        f"q{one['id']}": {
            "kind": one["kind"],
            "choices": [str(choice["id"]) for choice in one["choices"]],
            "rights": [str(choice["id"]) for choice in one["choices"] if choice["right"]],
            "number": one["number"],
            "tolerance": one["tolerance"],
            "accepted": [judging.plain(accepted) for accepted in one["accepted"]],
            "right": one["right_words"],
            "wrong": one["wrong_words"],
        }
        for one in edition.content["questions"]
    }


# --- what is handed in --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Handed:
    """Something that was handed in, opened for whose it is, with its file and its answer."""

    hand_in: HandIn
    words: str
    file: HandedFile | None
    feedback: Feedback | None
    said: str


def handed(rows: Any) -> list[Handed]:
    """Return what these hand-ins say, newest first, with files and answers; opened under the use in force."""
    mine = list(rows.order_by("-pk"))
    if not mine:
        return []
    # Without their content, which no page shows: it may be some megabytes each.
    files = {one.hand_in_id: one for one in HandedFile.objects.filter(hand_in__in=mine).defer("sealed")}
    answers = {one.hand_in_id: one for one in Feedback.objects.filter(hand_in__in=mine)}
    words = handing_in.words_of(mine)
    said = handing_in.words_of(list(answers.values()))
    return [
        Handed(
            one, words.get(one.pk, ""), files.get(one.pk), answer, said.get(answer.pk, "") if answer else ""
        )
        for one in mine
        for answer in [answers.get(one.pk)]
    ]


def work(course: Course, stop: Stop) -> dict[str, Any]:
    """Return what a lesson's assignment is drawn with; nothing where it has none, or is not theirs."""
    assignment = getattr(stop.lesson, "assignment", None)
    if assignment is None or not course.is_mine or course.enrolment is None:
        return {}
    mine = handed(HandIn.objects.filter(person=course.enrolment.person_id, assignment=assignment))
    accepted = any(one.feedback and one.feedback.verdict == Feedback.Verdict.ACCEPTED for one in mine)
    waits = bool(mine) and mine[0].feedback is None
    return {
        "assignment": assignment,
        "handed": mine,
        "accepted": accepted,
        "waits": waits,
        "work_form": WorkForm(assignment=assignment, auto_id="work_%s"),
    }
