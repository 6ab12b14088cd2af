"""Opening and closing a training, and deleting a draft that nobody has."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, QuerySet
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.media import keeping
from leadrush.media.models import File
from leadrush.purchases.models import Part
from leadrush.training import building
from leadrush.training.building import CannotBuild, Outline
from leadrush.training.models import (
    Attempt,
    Enrolment,
    HandIn,
    Lesson,
    LessonFile,
    Note,
    Place,
    State,
    Tick,
    Training,
)

DELIVERABLE = "training.training"


def missing(outline: Outline) -> list[str]:
    """Return what keeps a training from being opened, a sentence each."""
    if not outline.lessons:
        return [_("It has no lesson yet. Add a module and a lesson, or import a folder.")]
    return []


def advice(outline: Outline) -> list[str]:
    """Return what somebody would miss once it is open, a sentence each. It can be opened nevertheless."""
    training, bare = outline.training, empty(outline)
    found = [
        _("Lesson %(number)d, “%(title)s”, is empty.") % {"number": number, "title": lesson.title}
        for _module, lessons in outline.numbered
        for number, lesson in lessons
        if lesson.pk in bare
    ]
    if training.is_sold and not offered(training):
        found.append(_("It is had for money, and no offer of the shop has it in it."))
    if not training.lede:
        found.append(_("Its page has no first sentences."))
    return found


def empty(outline: Outline) -> set[int]:
    """Return the keys of lessons with neither text, video, sound, file, quiz nor assignment; one question."""
    bare = Lesson.objects.filter(
        pk__in=[lesson.pk for lesson in outline.lessons],
        body="",
        video=None,
        audio=None,
        files=None,
        quiz__questions=None,
        assignment=None,
    )
    return set(bare.filter(film="").values_list("pk", flat=True))


def offered(training: Training) -> bool:
    """Whether an offer of the shop gives it, alone or in a group."""
    keys = Part.objects.filter(deliverable=DELIVERABLE).values_list("key", flat=True)
    return any(key.partition(":")[0] == str(training.pk) for key in keys)


def open_to_all(training: Training) -> None:
    """Let people have it. Raises `CannotBuild` that says what is missing."""
    with transaction.atomic():
        held = Training.objects.select_for_update().get(pk=training.pk)
        if wanting := missing(building.read(held)):
            raise CannotBuild(wanting[0])
        Training.objects.filter(pk=held.pk).update(state=State.OPEN)


def close(training: Training) -> None:
    """Take nobody new; those who have it go on. A draft stays one."""
    Training.objects.filter(pk=training.pk, state=State.OPEN).update(state=State.CLOSED)


def delete_draft(training: Training) -> None:
    """Delete a draft with its lessons, and the files that nothing else has.

    Raises `CannotBuild` for one that was open, that somebody has, or that an offer gives. Runs under a use
    that sees enrolments (`training.teach`).
    """
    try:
        with transaction.atomic():
            held = Training.objects.select_for_update().get(pk=training.pk)
            if held.state != State.DRAFT:
                raise CannotBuild(_("It was open, so people may have it. Close it instead."))
            with gate.using("house.keep", actor=gate.current().actor, what="training.delete"):
                had = Enrolment.objects.filter(training=held).exists()
            if had:
                raise CannotBuild(_("Somebody has it already. It cannot be deleted; it can stay a draft."))
            if offered(held):
                raise CannotBuild(_("An offer of the shop gives it. Take it out there first."))
            files = _files_of(Lesson.objects.filter(module__training=held))
            held.delete()
    except Training.DoesNotExist:
        return
    except IntegrityError:
        raise CannotBuild(
            _("Somebody has used it already. It cannot be deleted; it can stay a draft.")
        ) from None
    for file in files:
        keeping.let_go(file)


def delete_lesson(lesson: Lesson) -> None:
    """Delete a lesson that was taken out and that nobody used, with files that nothing else has.

    Raises `CannotBuild` for one that stands, or that somebody ticked, wrote in, answered or handed in for.
    Runs under a use that sees learners (`training.teach`).
    """
    if lesson.removed_at is None:
        raise CannotBuild(_("Take it out first."))
    used = CannotBuild(
        _("Somebody left something in “%(title)s”. It stays taken out.") % {"title": lesson.title}
    )
    files = _files_of(Lesson.objects.filter(pk=lesson.pk))
    try:
        with (
            transaction.atomic(),
            gate.using("house.keep", actor=gate.current().actor, what="training.delete"),
        ):
            left = [model.objects.filter(lesson=lesson) for model in (Tick, Place, Note)]
            left.append(Attempt.objects.filter(quiz__lesson=lesson))
            left.append(HandIn.objects.filter(assignment__lesson=lesson))
            if any(rows.exists() for rows in left):
                raise used
            Lesson.objects.filter(pk=lesson.pk).exclude(removed_at=None).delete()
    except (ProtectedError, IntegrityError):
        raise used from None
    for file in files:
        keeping.let_go(file)


def _files_of(rows: QuerySet[Lesson]) -> list[File]:
    keys = {key for pair in rows.values_list("video", "audio") for key in pair if key}
    keys |= set(LessonFile.objects.filter(lesson__in=rows).values_list("file", flat=True))
    return list(File.objects.filter(pk__in=keys))
