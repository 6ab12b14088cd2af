"""Making lessons of a folder, a file at a time. What is there already stays as it is; twice is once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files import File as Upload
from django.db import transaction
from django.utils.translation import gettext as _

from leadrush import media
from leadrush.media import captions, contents
from leadrush.media.contents import AUDIO, VIDEO
from leadrush.media.models import File
from leadrush.training import building, importing
from leadrush.training.building import CannotBuild
from leadrush.training.importing import OTHERS, Part, Plan
from leadrush.training.models import Captions, Lesson, LessonFile, Module, Training


def bring(training: Training, module: str, lesson: str, part: Part, upload: Upload) -> str:  # type: ignore[type-arg]
    """Bring one file to the lesson of this title, which is made where it is not there. Twice is once.

    Returns a sentence where something of it was left as it is, else nothing. Raises `ValidationError`, and
    `CannotBuild`.
    """
    # What the file is, is judged before anything is made for it.
    text, kept = _judged(part, upload)
    with transaction.atomic():
        held = Training.objects.select_for_update().get(pk=training.pk)
        row = _found(held, module, lesson)
        match part.kind:
            case "text":
                _heading, body = importing.headed(text)
                if row.body and row.body != body:
                    return _("“%(title)s” has another text already. It stays.") % {"title": row.title}
                Lesson.objects.filter(pk=row.pk).update(body=body)
            case "captions":
                language = part.language or "en"
                made, new = Captions.objects.get_or_create(
                    lesson=row, language=language, defaults={"text": text, "label": language}
                )
                if not new and made.text != text:
                    return _("“%(title)s” has other captions already. They stay.") % {"title": row.title}
            case "video" | "audio":
                old = getattr(row, f"{part.kind}_id")
                if old is not None and kept is not None and old != kept.pk:
                    return _("“%(title)s” has another recording already. It stays.") % {"title": row.title}
                Lesson.objects.filter(pk=row.pk).update(**{part.kind: kept})
            case _:
                title = importing.title_of(PurePosixPath(part.path).stem)
                LessonFile.objects.get_or_create(lesson=row, file=kept, defaults={"title": title})
    return ""


def _judged(part: Part, upload: Upload) -> tuple[str, File | None]:  # type: ignore[type-arg]
    if part.kind == "text":
        return importing.decoded(upload.read(importing.TEXT + 1)) or "", None
    if part.kind == "captions":
        return captions.text_of(upload, upload.size or 0), None
    kinds = {"video": VIDEO, "audio": AUDIO}.get(part.kind, OTHERS)
    contents.told(upload, upload.size or 0, kinds)
    return "", media.keep(upload, kinds)


def _found(training: Training, module: str, lesson: str) -> Lesson:
    """Return the lesson of this title in the module of that one; made at their ends where it is not there."""
    if not module.strip() or not lesson.strip():
        raise CannotBuild(_("A module and a lesson have titles."))
    named = [one for one in training.modules.all() if building.plain(one.title) == building.plain(module)]
    shelf: Module = named[0] if named else building.add_module(training, module[: importing.TITLE])
    for one in Lesson.objects.filter(module=shelf):
        if building.plain(one.title) == building.plain(lesson):
            row: Lesson = one
            return row
    return building.add_lesson(shelf, lesson[: importing.TITLE])


def make(training: Training, planned: Plan, uploads: Mapping[str, Upload]) -> list[tuple[str, str]]:  # type: ignore[type-arg]
    """Make what was planned, a file after the other; return what was left as it is or not taken, with why."""
    said = []
    for module in planned.modules:
        for lesson in module.lessons:
            for part in lesson.parts:
                try:
                    words = bring(training, module.title, lesson.title, part, uploads[part.path])
                except ValidationError as wrong:
                    words = " ".join(wrong.messages)
                if words:
                    said.append((part.path, words))
    return said
