"""Notes: written by whoever learns, sealed, read by nobody else. Clause `training-notes`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from leadrush import gate, vault
from leadrush.gate import evidence
from leadrush.media.clocks import clock
from leadrush.training.models import Enrolment, Lesson, Note
from leadrush.vault import item_erasing, rekeying
from leadrush.vault.models import Person
from leadrush.vault.turns import begins_again, hold_living

USE = "training.learn"
CLAUSE = "training-notes"
CATEGORY = "lr:LearnerNote"
LONGEST = 20_000
"""Characters of a note."""


@dataclass(frozen=True)
class Written:
    """A note, opened for its writer."""

    note: Note
    words: str

    @property
    def clock(self) -> str:
        """At which place of the video, or nothing."""
        return "" if self.note.seconds is None else clock(self.note.seconds)


@begins_again
def write(
    enrolment: Enrolment, lesson: Lesson, words: str, *, seconds: int | None = None, once: uuid.UUID
) -> Note:
    """Keep a note; the same form twice is one. Raises `evidence.Stopped` while the clause is broken."""
    evidence.demand_open(CLAUSE)
    with gate.using(USE, what="training.note"):
        try:
            with transaction.atomic():
                hold_living(enrolment.person_id)
                made = Note(
                    person=enrolment.person,
                    giving=enrolment.giving,
                    enrolment=enrolment,
                    lesson=lesson,
                    seconds=seconds,
                    once=once,
                    sealed=vault.seal(enrolment.person_id, words, Note.CONTEXT),
                )
                made.save()
        except IntegrityError:
            known: Note = Note.objects.get(enrolment=enrolment, once=once)
            return known
    return made


@begins_again
def change(note: Note, words: str) -> None:
    """Write a note anew. What it said goes with the key that sealed it."""
    with gate.using(USE, what="training.note"), transaction.atomic():
        hold_living(note.person_id)
        note.sealed = vault.seal(note.person_id, words, Note.CONTEXT)
        note.changed_at = timezone.now()
        note.save(update_fields=["sealed", "changed_at"])
        rekeying.due(note.person_id)


def erase(note: Note) -> None:
    """Erase a note as “What we hold about you” does: receipt, tombstone, another key for who stays."""
    with gate.using("rights.own", what="people.erase_item"):
        item_erasing.erase_item(note.person_id, f"{Note._meta.label_lower}:{note.pk}")


def of(person: Person, lessons: Iterable[Lesson]) -> list[Written]:
    """Return somebody's notes in these lessons, opened for them, in the order of the video.

    Runs under `training.learn` with them as who acts: whoever else would ask stands in the ledger, and the
    check counts them.
    """
    notes = list(Note.objects.filter(person=person, lesson__in=[lesson.pk for lesson in lessons]))
    notes.sort(key=lambda note: (note.seconds is None, note.seconds or 0, note.pk))
    texts = vault.unseal(
        [(note.person_id, note.sealed) for note in notes],
        context=Note.CONTEXT,
        category=CATEGORY,
        what="training.notes",
    )
    return [Written(note, text) for note, text in zip(notes, texts, strict=True)]
