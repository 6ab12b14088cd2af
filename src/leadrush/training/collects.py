"""What training takes, and the tables that hold nothing about anybody."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from leadrush import vault
from leadrush.look import times as home
from leadrush.media.clocks import clock
from leadrush.training.models import (
    Attempt,
    Certificate,
    Enrolment,
    Feedback,
    HandedFile,
    HandIn,
    Note,
    Place,
    Publication,
    Seen,
    Tick,
)
from leadrush.vault.collects import Collects, Sealed
from leadrush.vault.models import Held


def _enrolment(rows: list[Enrolment]) -> Mapping[Any, str]:
    return {
        row.pk: said("%(title)s, since %(day)s")
        % {"title": row.training.title, "day": home.day(row.opens_at)}
        for row in rows
    }


def _tick(rows: list[Tick]) -> Mapping[Any, str]:
    return {
        row.pk: said("“%(lesson)s”, on %(day)s") % {"lesson": row.lesson.title, "day": home.day(row.at)}
        for row in rows
    }


def _place(rows: list[Place]) -> Mapping[Any, str]:
    return {
        row.pk: said("%(clock)s in “%(lesson)s”") % {"clock": clock(row.seconds), "lesson": row.lesson.title}
        for row in rows
    }


def _opened(rows: list[Any], context: str, category: str) -> dict[Any, str]:
    """Return the sealed words of these rows by key; those that have none are left out."""
    full = [row for row in rows if row.sealed]
    texts = vault.unseal(
        [(row.person_id, row.sealed) for row in full], context=context, category=category, what="rights.see"
    )
    return {row.pk: text for row, text in zip(full, texts, strict=True)}


def _note(rows: list[Note]) -> Mapping[Any, str]:
    words = _opened(rows, Note.CONTEXT, "lr:LearnerNote")
    return {row.pk: f"“{row.lesson.title}”: {words.get(row.pk, '')}" for row in rows}


def _attempt(rows: list[Attempt]) -> Mapping[Any, str]:
    return {
        row.pk: said("“%(lesson)s”: %(right)s of %(of)s, on %(day)s")
        % {
            "lesson": row.quiz.lesson.title,
            "right": row.right,
            "of": row.of,
            "day": home.day(row.at),
        }
        for row in rows
    }


def _hand_in(rows: list[HandIn]) -> Mapping[Any, str]:
    words = _opened(rows, HandIn.CONTEXT, "lr:LearnerWork")
    return {row.pk: f"“{row.assignment.title}”: {words.get(row.pk, '')}".strip() for row in rows}


def _file(rows: list[HandedFile]) -> Mapping[Any, str]:
    return {
        row.pk: said("%(kind)s, %(size)s bytes, for “%(title)s”")
        % {"kind": row.kind, "size": row.size, "title": row.hand_in.assignment.title}
        for row in rows
    }


def _feedback(rows: list[Feedback]) -> Mapping[Any, str]:
    words = _opened(rows, Feedback.CONTEXT, "lr:LearnerWork")
    return {row.pk: f"{row.get_verdict_display()}. {words.get(row.pk, '')}".strip() for row in rows}


def _certificate(rows: list[Certificate]) -> Mapping[Any, str]:
    names = _opened(rows, Certificate.CONTEXT, "lr:Certificate")
    return {
        row.pk: ", ".join(part for part in (row.title, home.day(row.at), names.get(row.pk, "")) if part)
        for row in rows
    }


def _publication(rows: list[Publication]) -> Mapping[Any, str]:
    names = _opened(rows, Publication.CONTEXT, "lr:CertificateShown")
    return {
        row.pk: said("%(title)s: %(what)s")
        % {
            "title": row.title,
            "what": names.get(row.pk) or said("title and day, without a name"),
        }
        for row in rows
    }


def _seen(rows: list[Seen]) -> Mapping[Any, str]:
    return {
        row.pk: said("%(title)s, looked at on %(when)s")
        % {"title": row.enrolment.training.title, "when": home.when(row.at)}
        for row in rows
    }


def _at(name: str, *path: str) -> Callable[[Held], str]:
    """Return what leads to the page on which a row is corrected: its address, and how its slug is reached."""

    def address(row: Held) -> str:
        found: Any = row
        for step in path:
            found = getattr(found, step)
        return reverse(name, args=[found])

    return address


def answers_of(text: str) -> Any:
    """Return the answers of an attempt as whoever takes them along reads them; words where they were lost."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def lost_answers(words: str) -> str:
    """Return the text of an attempt or a file whose own was lost: it reads as these words."""
    return json.dumps({"lost": words}, ensure_ascii=False)


# In the order in which they rest on each other: erasing goes backwards. The clause of an enrolment is that of
# its giving, so that erasing it ends everything; that of the others is not, so that a tick erased is a tick.
COLLECTS = [
    Collects(
        model=Enrolment,
        categories=("lr:Enrolment",),
        clause="training-access",
        title=_("A training that you have"),
        fields={
            "training": _("Which training"),
            "cohort": _("In which group"),
            "source": _("How you got it"),
            "access": _("By which order"),
            "at": _("When you got it"),
            "opens_at": _("Open since"),
            "ends_at": _("Open until"),
            "ended_at": _("When it ended"),
            "paused_at": _("Since when it is paused, for a payment is missing"),
            "tells": _("Whether we write when a lesson opens"),
            "told_at": _("When we last looked for that"),
            "keeps_place": _("Whether we remember where you stop"),
            "letters": _("How many letters told you that it is open"),
            "lettered_at": _("When the last one did"),
        },
        loses=_("Your ticks, notes and answers in it go with it, and you cannot open its lessons any more."),
        shows=_enrolment,
        correct=_at("training:settings", "training", "slug"),
        related=("training",),
    ),
    Collects(
        model=Tick,
        categories=("lr:Progress",),
        clause="training-progress",
        title=_("A lesson that you ticked"),
        fields={
            "enrolment": _("In which training"),
            "lesson": _("Which lesson"),
            "at": _("When"),
        },
        shows=_tick,
        related=("lesson",),
    ),
    Collects(
        model=Place,
        categories=("lr:Place",),
        clause="training-progress",
        title=_("Where you stopped"),
        fields={
            "enrolment": _("In which training"),
            "lesson": _("In which lesson"),
            "seconds": _("At which second"),
            "at": _("When"),
        },
        shows=_place,
        related=("lesson",),
    ),
    Collects(
        model=Note,
        categories=("lr:LearnerNote",),
        clause="training-notes",
        title=_("A note of yours"),
        fields={
            "enrolment": _("In which training"),
            "lesson": _("In which lesson"),
            "seconds": _("At which second"),
            "sealed": _("Your note, sealed"),
            "once": _("The number of its form"),
            "at": _("When"),
            "changed_at": _("Changed"),
        },
        sealed=(Sealed("sealed", Note.CONTEXT),),
        shows=_note,
        correct=_at("training:note", "pk"),
        related=("lesson",),
    ),
    Collects(
        model=Attempt,
        categories=("lr:LearnerWork",),
        clause="training-teaching",
        title=_("A marked quiz that you sent"),
        fields={
            "enrolment": _("In which training"),
            "quiz": _("Which quiz"),
            "edition": _("As it was shown"),
            "number": _("Which attempt"),
            "once": _("The number of its form"),
            "right": _("How many were right"),
            "of": _("Of how many"),
            "passed": _("Whether that is enough"),
            "sealed": _("Your answers, sealed"),
            "at": _("When"),
        },
        sealed=(Sealed("sealed", Attempt.CONTEXT, reads=answers_of, lost=lost_answers),),
        loses=_("If it was the one that you passed with, it is to be taken once more for a certificate."),
        shows=_attempt,
        related=("quiz__lesson",),
    ),
    Collects(
        model=HandIn,
        categories=("lr:LearnerWork",),
        clause="training-teaching",
        title=_("Something you handed in"),
        fields={
            "enrolment": _("In which training"),
            "assignment": _("For what"),
            "number": _("Which one"),
            "once": _("The number of its form"),
            "sealed": _("Your words, sealed"),
            "at": _("When"),
        },
        sealed=(Sealed("sealed", HandIn.CONTEXT),),
        loses=_("Its file, and what was said of it, go with it."),
        shows=_hand_in,
        related=("assignment",),
    ),
    Collects(
        model=HandedFile,
        categories=("lr:LearnerWork",),
        clause="training-teaching",
        title=_("A file that you handed in"),
        fields={
            "hand_in": _("With what"),
            "kind": _("Of what kind"),
            "size": _("How many bytes"),
            "sealed": _("Its name and content, sealed"),
        },
        sealed=(Sealed("sealed", HandedFile.CONTEXT, reads=answers_of, lost=lost_answers),),
        shows=_file,
        related=("hand_in__assignment",),
    ),
    Collects(
        model=Feedback,
        categories=("lr:LearnerWork",),
        clause="training-teaching",
        title=_("What was said of something you handed in"),
        fields={
            "hand_in": _("Of what"),
            "verdict": _("Whether it was accepted"),
            "sealed": _("The words, sealed"),
            "at": _("When"),
        },
        sealed=(Sealed("sealed", Feedback.CONTEXT),),
        shows=_feedback,
    ),
    Collects(
        model=Seen,
        categories=("lr:Enrolment",),
        clause="training-teaching",
        title=_("A look at how far you are"),
        fields={
            "enrolment": _("In which training"),
            "entry": _("Its place in the ledger"),
            "at": _("When"),
        },
        itself=("entry",),
        shows=_seen,
        related=("enrolment__training",),
    ),
    Collects(
        model=Certificate,
        categories=("lr:Certificate",),
        clause="training-certificate",
        title=_("A certificate"),
        fields={
            "training": _("Of which training"),
            "number": _("Its number"),
            "title": _("The title on it"),
            "lessons": _("How many lessons it had"),
            "minutes": _("How many minutes they took"),
            "sealed": _("The name on it, sealed"),
            "at": _("When"),
        },
        sealed=(Sealed("sealed", Certificate.CONTEXT),),
        loses=_("Its address says nothing any more. What you saved stays yours."),
        shows=_certificate,
        correct=_at("training:certificate", "number"),
    ),
    Collects(
        model=Publication,
        categories=("lr:CertificateShown",),
        clause="training-shown",
        title=_("What others see of a certificate"),
        fields={
            "certificate": _("Of which one"),
            "number": _("Its number"),
            "title": _("The title shown"),
            "earned_at": _("The day shown"),
            "sealed": _("The name shown, sealed"),
            "at": _("Since when"),
        },
        sealed=(Sealed("sealed", Publication.CONTEXT),),
        loses=_("Its address says nothing to others any more."),
        shows=_publication,
        correct=_at("training:certificate", "number"),
    ),
]

NOTHING = {
    "training.Training": "what a training is about",
    "training.Training_needs": "which trainings come before which",
    "training.Picture": "a training's picture, chosen by the owner",
    "training.Module": "a part of a training",
    "training.Lesson": "what a lesson teaches",
    "training.Captions": "what is said in a lesson's video",
    "training.LessonFile": "a file that the business made",
    "training.Quiz": "how a quiz is taken; answers are in training.Attempt",
    "training.QuizEdition": "a quiz as it was shown",
    "training.Question": "what a quiz asks",
    "training.Choice": "what there is to choose",
    "training.Assignment": "what is to be handed in",
    "training.Cohort": "a group's days and seats; who is in it is said by enrolments",
    "training.Live": "an hour at which a group meets",
}
