"""The outline of a training: modules and lessons in their order, and what staff do to it.

Whoever moves something says from which outline they started (its `revision`), so that two members of staff
never undo each other without a word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush.training.models import Lesson, Module, Training

Order = tuple[tuple[int, tuple[int, ...]], ...]
"""Modules from first to last, by key, each with the keys of its standing lessons."""
MOST = 2000
"""So many lessons and modules a training has at most: more is a slip of some program."""


class CannotBuild(ValueError):
    """A change that is not made; the message says why, to the member of staff."""


class Stale(CannotBuild):
    """The outline is no longer the one that the change started from."""


@dataclass(frozen=True)
class Outline:
    """A training's modules with their standing lessons; and those that were taken out, newest first."""

    training: Training
    modules: tuple[tuple[Module, tuple[Lesson, ...]], ...]
    out: tuple[Lesson, ...]

    @property
    def order(self) -> Order:
        """The same as keys."""
        return tuple((module.pk, tuple(lesson.pk for lesson in lessons)) for module, lessons in self.modules)

    @property
    def revision(self) -> str:
        """What names this order, 16 hex: another order has another one."""
        return hashlib.sha256(written(self.order).encode()).hexdigest()[:16]

    @property
    def lessons(self) -> list[Lesson]:
        """The standing lessons, from first to last."""
        return [lesson for _module, lessons in self.modules for lesson in lessons]

    @property
    def numbered(self) -> list[tuple[Module, list[tuple[int, Lesson]]]]:
        """Modules with their lessons, each with its number from 1 through the whole training."""
        found, before = [], 0
        for module, lessons in self.modules:
            found.append((module, list(enumerate(lessons, before + 1))))
            before += len(lessons)
        return found


def read(training: Training) -> Outline:
    """Return the outline; two questions."""
    modules = list(training.modules.all())
    rows = Lesson.objects.of(training).select_related("module", "quiz", "assignment").defer("body")
    lessons: list[Lesson] = list(rows.prefetch_related("quiz__questions"))
    standing: dict[int, list[Lesson]] = {module.pk: [] for module in modules}
    for lesson in lessons:
        if lesson.removed_at is None:
            standing.setdefault(lesson.module_id, []).append(lesson)
    out = [lesson for lesson in lessons if lesson.removed_at is not None]
    out.sort(key=lambda lesson: lesson.removed_at, reverse=True)  # type: ignore[arg-type,return-value]
    return Outline(training, tuple((module, tuple(standing[module.pk])) for module in modules), tuple(out))


def written(order: Order) -> str:
    """Return an order as a form carries it: `3:12,14;4:` is module 3 with lessons 12 and 14, then 4."""
    return ";".join(f"{module}:{','.join(map(str, lessons))}" for module, lessons in order)


def as_order(text: str) -> Order:
    """Return the order that a form carries. Raises `CannotBuild` for what is none."""
    found = []
    for part in text.split(";") if text else []:
        module, colon, lessons = part.partition(":")
        keys = lessons.split(",") if lessons else []
        if not colon or not all(is_key(key) for key in (module, *keys)):
            raise CannotBuild(_("This order cannot be read, and nothing was moved. Load the page again."))
        found.append((int(module), tuple(map(int, keys))))
    return tuple(found)


def is_key(text: str) -> bool:
    """Whether a text can be a row's key."""
    return text.isascii() and text.isdecimal() and len(text) < 16


# --- moving ---------------------------------------------------------------------------------------------


def arrange(training: Training, order: Order, *, started: str) -> Outline:
    """Put modules and lessons into this order. Raises `Stale`, and `CannotBuild` where one is left out."""
    with transaction.atomic():
        return _arrange(_held(training, started), order)


def move(training: Training, what: str, way: str, *, started: str) -> Outline:
    """Move a lesson (`lesson-12`) or a module (`module-3`) one place: `up`, `down`, or a lesson `over` into
    the next module or `back` into the one before. Raises `CannotBuild`, and `Stale`."""
    with transaction.atomic():
        outline = _held(training, started)
        kind, _dash, key = what.partition("-")
        pk = int(key) if is_key(key) else 0
        if kind == "module":
            return _arrange(outline, _module_moved(outline.order, pk, way))
        return _arrange(outline, _lesson_moved(outline.order, pk, way))


def _module_moved(order: Order, pk: int, way: str) -> Order:
    keys = [module for module, _lessons in order]
    if pk not in keys:
        raise CannotBuild(_("This module is no longer here."))
    at = keys.index(pk)
    to = at + (1 if way == "down" else -1)
    if not 0 <= to < len(order):
        raise CannotBuild(_("It is the first module.") if to < 0 else _("It is the last module."))
    moved = list(order)
    moved[at], moved[to] = moved[to], moved[at]
    return tuple(moved)


def _lesson_moved(order: Order, pk: int, way: str) -> Order:
    """Up from the first place of a module is the last place of the one before; down likewise."""
    parts = [(module, list(lessons)) for module, lessons in order]
    here = next((at for at, (_module, lessons) in enumerate(parts) if pk in lessons), None)
    if here is None:
        raise CannotBuild(_("This lesson is no longer here, or was taken out."))
    lessons = parts[here][1]
    at = lessons.index(pk)
    lessons.remove(pk)
    if way == "up" and at > 0:
        lessons.insert(at - 1, pk)
    elif way == "down" and at < len(lessons):
        lessons.insert(at + 1, pk)
    else:
        to = here + (1 if way in ("down", "over") else -1)
        if not 0 <= to < len(parts):
            first, last = _("It stands in the first module already."), _("There is no module after this one.")
            raise CannotBuild(first if to < 0 else last)
        if way in ("up", "back"):
            parts[to][1].append(pk)
        else:
            parts[to][1].insert(0, pk)
    return tuple((module, tuple(lessons)) for module, lessons in parts)


def _held(training: Training, started: str | None = None) -> Outline:
    """Hold the training until the end of the transaction, and return its outline. Raises `Stale`."""
    outline = read(Training.objects.select_for_update().get(pk=training.pk))
    if started is not None and outline.revision != started:
        raise Stale(
            _(
                "The outline was changed meanwhile, in another window or by somebody else. This is how it "
                "stands now; nothing of yours was moved."
            )
        )
    return outline


def _arrange(outline: Outline, order: Order) -> Outline:
    modules = {module.pk: module for module, _lessons in outline.modules}
    lessons = {lesson.pk: lesson for lesson in outline.lessons}
    named = [key for _module, keys in order for key in keys]
    if sorted(module for module, _keys in order) != sorted(modules) or sorted(named) != sorted(lessons):
        raise CannotBuild(_("This order leaves something out, and nothing was moved. Load the page again."))
    moved_modules, moved = [], []
    for place, (key, keys) in enumerate(order, 1):
        if modules[key].position != place:
            modules[key].position = place
            moved_modules.append(modules[key])
        for at, pk in enumerate(keys, 1):
            lesson = lessons[pk]
            if (lesson.position, lesson.module_id) != (at, key):
                lesson.position, lesson.module = at, modules[key]
                moved.append(lesson)
    Module.objects.bulk_update(moved_modules, ["position"])
    Lesson.objects.bulk_update(moved, ["position", "module"])
    arranged = tuple((modules[key], tuple(lessons[pk] for pk in keys)) for key, keys in order)
    return Outline(outline.training, arranged, outline.out)


# --- adding, taking out, bringing back ----------------------------------------------------------------------


def add_module(training: Training, title: str, *, started: str | None = None) -> Module:
    """Add a module at the end. From an outline that has it already at its end, it is a double click."""
    with transaction.atomic():
        outline = _held(training)
        last = outline.modules[-1][0] if outline.modules else None
        if last is not None and started not in (None, outline.revision) and last.title == title:
            return last
        _demand_room(outline)
        position = max((module.position for module, _lessons in outline.modules), default=0) + 1
        return Module.objects.create(training=training, title=title, position=position)


def add_lesson(module: Module, title: str, *, started: str | None = None, **facts: Any) -> Lesson:
    """Add a lesson at the end of a module; a double click adds one."""
    with transaction.atomic():
        outline = _held(module.training)
        there = dict(outline.order).get(module.pk)
        if there is None:
            raise CannotBuild(_("This module is no longer here."))
        known = {lesson.pk: lesson for lesson in outline.lessons}
        if there and started not in (None, outline.revision) and known[there[-1]].title == title:
            return known[there[-1]]
        _demand_room(outline)
        position = max((known[pk].position for pk in there), default=0) + 1
        made: Lesson = Lesson.objects.create(module=module, title=title, position=position, **facts)
        return made


def _demand_room(outline: Outline) -> None:
    if len(outline.modules) + len(outline.lessons) + len(outline.out) >= MOST:
        raise CannotBuild(_("A training has at most 2,000 lessons and modules. Make a second one."))


def rename_module(module: Module, title: str) -> None:
    """Give a module another title."""
    Module.objects.filter(pk=module.pk).update(title=title)


def take_out(lesson: Lesson) -> None:
    """Take a lesson out: learners see it no more, what they noted in it stays theirs. Twice is once."""
    Lesson.objects.filter(pk=lesson.pk, removed_at=None).update(removed_at=timezone.now())


def bring_back(lesson: Lesson) -> None:
    """Bring a lesson back, at the end of its module. Twice is once."""
    with transaction.atomic():
        outline = _held(lesson.module.training)
        there = [one.position for one in outline.lessons if one.module_id == lesson.module_id]
        Lesson.objects.filter(pk=lesson.pk).exclude(removed_at=None).update(
            removed_at=None, position=max(there, default=0) + 1
        )


def take_out_module(module: Module) -> None:
    """Take an empty module out; lessons that were taken out of it before go to one beside it.

    Raises `CannotBuild` while lessons stand in it.
    """
    with transaction.atomic():
        outline = _held(module.training)
        order = outline.order
        keys = [key for key, _lessons in order]
        if module.pk not in keys:
            return
        at = keys.index(module.pk)
        if order[at][1]:
            raise CannotBuild(_("Lessons stand in this module. Move them or take them out first."))
        beside = keys[at - 1] if at else next(iter(keys[1:]), None)
        held = [lesson for lesson in outline.out if lesson.module_id == module.pk]
        if held and beside is None:
            raise CannotBuild(
                _("It is the only module, and lessons that were taken out belong to it. Add another first.")
            )
        if held:
            Lesson.objects.filter(pk__in=[lesson.pk for lesson in held]).update(module_id=beside)
        module.delete()


def place_words(outline: Outline, what: str) -> str:
    """Say where a lesson or a module stands, to whoever moved it and does not see it."""
    kind, _dash, key = what.partition("-")
    if kind == "module":
        titles = [(str(module.pk), module.title) for module, _lessons in outline.modules]
        found = next(((at, title) for at, (pk, title) in enumerate(titles, 1) if pk == key), None)
        if found is None:
            return ""
        return _("Module “%(title)s” is now number %(at)d of %(of)d.") % {
            "title": found[1],
            "at": found[0],
            "of": len(titles),
        }
    for module, lessons in outline.modules:
        for at, lesson in enumerate(lessons, 1):
            if str(lesson.pk) == key:
                return _("“%(title)s” is now lesson %(at)d of %(of)d in “%(module)s”.") % {
                    "title": lesson.title,
                    "at": at,
                    "of": len(lessons),
                    "module": module.title,
                }
    return ""


def titles(lessons: Sequence[Lesson]) -> set[str]:
    """Return the titles of lessons, as they are compared: without case and space."""
    return {plain(lesson.title) for lesson in lessons}


def plain(title: str) -> str:
    """Return a title as it is compared."""
    return " ".join(title.casefold().split())
