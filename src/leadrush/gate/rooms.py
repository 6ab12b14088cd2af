"""The installed rooms, as the statement knows them: each app's `clauses/` folder, read once."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from django.apps import apps

from leadrush import statement

COMMONS = (
    "statement",
    "gate",
    "ledger",
    "vault",
    "look",
    "console",
    "mailbox",
    "people",
    "visits",
    "media",
    "live",
    "purchases",
)
"""Floors from the kernel upwards. What is none of these is a room, above them; the street is on top."""
STREET = "website"


def floor(label: str) -> int:
    """Return how high an app stands; rooms stand side by side."""
    if label in COMMONS:
        return COMMONS.index(label)
    return len(COMMONS) + (1 if label == STREET else 0)


@cache
def all() -> list[statement.Room]:
    """Return what each installed app adds to the statement, lowest floor first. Raises `statement.Faulty`."""
    configs = [app for app in apps.get_app_configs() if (Path(app.path) / "clauses").is_dir()]
    configs.sort(key=lambda app: (floor(app.label), app.label))
    return [statement.read_room(Path(app.path) / "clauses", app.label) for app in configs]


@cache
def categories() -> dict[str, statement.Category]:
    """Return every declared category by name."""
    return {category.name: category for room in all() for category in room.categories}


def title(category: str, version: statement.Version | None) -> str:
    """Return what a version calls a kind of data, or else what a room does today; empty without either."""
    told = {one.name: one for one in version.categories} if version else {}
    found = told.get(category) or categories().get(category)
    return found.title if found else ""


def exists(path: str) -> bool:
    """Say whether a dotted path names something that can be imported (`leadrush.vault.fold`)."""
    parts = path.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            if not hasattr(found, name):
                return False
            found = getattr(found, name)
        return True
    return False
