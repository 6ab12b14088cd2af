"""A folder of videos and texts as modules and lessons: what it would become. `bringing` makes it.

A folder in it is a module, files of one name in that are one lesson: `01-what-you-need/02-by-weight.md`
with `.mp4` and `.vtt` beside it. Figures before a name give the order; the first `#` heading of the text is
the title. What is there already, by module and title, is not made again, and no text of it is written over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.conf import settings
from django.utils.translation import gettext as _

from leadrush.media import captions
from leadrush.media.contents import AUDIO, EPUB, PDF, PICTURES, VIDEO, ZIP
from leadrush.training import building
from leadrush.training.models import Lesson, Training

OTHERS = (PDF, EPUB, ZIP, *PICTURES, *AUDIO, *VIDEO)
"""What a lesson gives to take along."""
TEXT = 1 << 20
"""Bytes of a text."""
PARTS = 2000
"""So many files a folder has at most."""
TITLE = 120
ENDINGS = {
    "md": "text", "markdown": "text", "txt": "text", "vtt": "captions",
    **{kind.ending: "video" for kind in VIDEO},
    **{kind.ending: "audio" for kind in AUDIO},
    **{kind.ending: "file" for kind in OTHERS if kind not in (*VIDEO, *AUDIO)},
}  # fmt: skip
ORDER = ("text", "video", "audio", "captions", "file")
NUMBER = re.compile(r"(\d{1,6})[\s._)-]*(?=\D|$)")
HEADING = re.compile(r"(?m)^#[ \t]+(.+?)[ \t#]*$")
SILENT = {".ds_store", "thumbs.db", "desktop.ini"}
"""Files that systems leave in folders, and nobody put there."""


@dataclass(frozen=True)
class Entry:
    """A file of the folder: its path in it, its bytes; `text` is what a text says, None for other files."""

    path: str
    size: int
    text: str | None = None


@dataclass(frozen=True)
class Part:
    """A file that is understood: what it becomes of its lesson, and which language captions are in."""

    path: str
    kind: str
    size: int
    language: str = ""


@dataclass
class Planned:
    """A lesson that would be made, or that is there: what each file would bring to it."""

    title: str
    parts: list[Part] = field(default_factory=list)
    text: str = ""
    there: bool = False


@dataclass
class Shelf:
    """A module that would be made, or that is there."""

    title: str
    lessons: list[Planned] = field(default_factory=list)
    there: bool = False


@dataclass(frozen=True)
class Plan:
    """What a folder would become, and what of it is not understood, with why."""

    modules: tuple[Shelf, ...]
    strange: tuple[tuple[str, str], ...]

    @property
    def count(self) -> int:
        """How many lessons are in it."""
        return sum(len(module.lessons) for module in self.modules)

    @property
    def new(self) -> int:
        """How many of them are not there yet."""
        return sum(not lesson.there for module in self.modules for lesson in module.lessons)


# --- reading names ---------------------------------------------------------------------------------------


def plan(entries: Iterable[Entry], training: Training | None = None) -> Plan:
    """Return what a folder would become. With a training, what is there already is marked."""
    known, strange = _understood(list(entries))
    modules: dict[str, dict[str, list[tuple[Entry, Part]]]] = {}
    for entry, folder, stem, part in known:
        modules.setdefault(folder, {}).setdefault(stem, []).append((entry, part))
    shelves: list[Shelf] = []
    taken: set[str] = set()
    for folder in sorted(modules, key=in_order):
        shelf = Shelf(_apart(title_of(folder) or _("Lessons"), taken))
        within: set[str] = set()
        for stem in sorted(modules[folder], key=in_order):
            files = modules[folder][stem]
            text = next((entry.text or "" for entry, part in files if part.kind == "text"), "")
            heading, body = headed(text)
            parts, doubled = _one_each([part for _entry, part in files])
            strange += doubled
            shelf.lessons.append(Planned(_apart(heading or title_of(stem), within), parts, body))
        shelves.append(shelf)
    if training is not None:
        _mark_there(shelves, training)
    return Plan(tuple(shelves), tuple(sorted(strange)))


def _understood(entries: list[Entry]) -> tuple[list[tuple[Entry, str, str, Part]], list[tuple[str, str]]]:
    strange: list[tuple[str, str]] = []
    if len(entries) > PARTS:
        return [], [("", _("This folder has more than 2,000 files. Import it in parts."))]
    whole = {entry.path: PurePosixPath(entry.path.replace("\\", "/")) for entry in entries}
    seen = [path for path in whole.values() if not _is_silent(path)]
    tops = {path.parts[0] for path in seen if len(path.parts) > 1}
    # A folder is sent with its own name before every path; so do most archives.
    deep = (
        len(tops) == 1 and all(len(path.parts) > 1 for path in seen) and any(len(p.parts) > 2 for p in seen)
    )
    known = []
    for entry in entries:
        path = whole[entry.path]
        if _is_silent(path):
            continue
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            strange.append((entry.path, _("Its path leads out of the folder.")))
            continue
        parts = path.parts[1:] if deep else path.parts
        part, why = _part(entry, parts)
        if part is None:
            strange.append((entry.path, why))
            continue
        stem = PurePosixPath(parts[-1]).stem
        if part.kind == "captions" and part.language:
            stem = stem.rpartition(".")[0]
        known.append((entry, parts[0] if len(parts) > 1 else "", stem, part))
    return known, strange


def _is_silent(path: PurePosixPath) -> bool:
    return "__MACOSX" in path.parts or path.name.startswith("._") or path.name.lower() in SILENT


def _part(entry: Entry, parts: tuple[str, ...]) -> tuple[Part | None, str]:
    """Return what a file is, or why it is not understood."""
    name = PurePosixPath(parts[-1])
    kind = ENDINGS.get(name.suffix.lower().lstrip("."))
    if len(parts) > 2:
        return None, _("It lies deeper than a module’s folder. Move it up.")
    if kind is None:
        kinds = ", ".join(sorted(ENDINGS))
        return None, _("Nothing is known to do with this kind. Known are: %(kinds)s.") % {"kinds": kinds}
    if not entry.size:
        return None, _("It is empty.")
    most = {"text": TEXT, "captions": captions.MOST}.get(kind, settings.MAX_BODY)
    if entry.size > most:
        return None, _("It has more than %(most)d MB. Bring it on its lesson’s own page.") % {
            "most": most >> 20
        }
    if kind == "text" and entry.text is None:
        return None, _("It is not in UTF-8. Save it in UTF-8 first.")
    language = name.stem.rpartition(".")[2] if kind == "captions" and "." in name.stem else ""
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]{2,4})?", language):
        language = ""
    return Part(entry.path, kind, entry.size, language), ""


def _one_each(parts: list[Part]) -> tuple[list[Part], list[tuple[str, str]]]:
    """Return one part of each kind (captions: of each language), in order; and why others are left out."""
    kept: dict[tuple[str, str], Part] = {}
    doubled = []
    for part in sorted(parts, key=lambda one: (ORDER.index(one.kind), one.path)):
        key = (part.kind, part.path if part.kind == "file" else part.language)
        if key in kept:
            doubled.append((part.path, _("Another file is this lesson’s %(kind)s.") % {"kind": part.kind}))
        else:
            kept[key] = part
    return list(kept.values()), doubled


def in_order(name: str) -> tuple[int, int, str]:
    """Return by what a folder or file stands in its order: its number first, then its name."""
    number = NUMBER.match(name)
    return (0, int(number[1]), name) if number else (1, 0, name.casefold())


def title_of(name: str) -> str:
    """Return a title from a name: `02-by-weight` as `By weight`."""
    number = NUMBER.match(name)
    rest = name[number.end() :] if number else name
    words = " ".join(re.sub(r"[-_]+", " ", rest or name).split())
    return (words[:1].upper() + words[1:])[:TITLE]


def headed(text: str) -> tuple[str, str]:
    """Return the first `#` heading of a text, and the text without that line; fenced code is no heading.

    Where no other one is in it, the headings below it take its level: the title stands on the page already.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    plain = _unfenced(lines)
    heads = [at for at, line in enumerate(lines) if plain[at] and HEADING.fullmatch(line)]
    if not heads:
        return "", "\n".join(lines).strip("\n")
    found = HEADING.fullmatch(lines[heads[0]])
    assert found is not None
    if len(heads) == 1:
        lines = [re.sub(r"^#(#+[ \t])", r"\1", line) if plain[at] else line for at, line in enumerate(lines)]
    rest = "\n".join(lines[: heads[0]] + lines[heads[0] + 1 :]).strip("\n")
    return " ".join(found[1].split())[:TITLE], rest


def _unfenced(lines: list[str]) -> list[bool]:
    """Say for each line whether it stands outside fenced code."""
    found, fenced = [], False
    for line in lines:
        fence = line.lstrip().startswith(("```", "~~~"))
        found.append(not fenced and not fence)
        fenced = fenced != fence
    return found


def _apart(title: str, taken: set[str]) -> str:
    """Return a title that none beside it has, and note it."""
    made, number = title, 1
    while building.plain(made) in taken:
        number += 1
        made = f"{title[: TITLE - 6]} ({number})"
    taken.add(building.plain(made))
    return made


def _mark_there(shelves: list[Shelf], training: Training) -> None:
    there: dict[str, set[str]] = {building.plain(module.title): set() for module in training.modules.all()}
    for lesson in Lesson.objects.of(training):
        there[building.plain(lesson.module.title)].add(building.plain(lesson.title))
    for shelf in shelves:
        lessons = there.get(building.plain(shelf.title))
        shelf.there = lessons is not None
        for planned in shelf.lessons:
            planned.there = building.plain(planned.title) in (lessons or ())


def decoded(data: bytes) -> str | None:
    """Return bytes as text, or None for what is no UTF-8."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\x00", "")
    except UnicodeDecodeError:
        return None
