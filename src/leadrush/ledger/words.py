"""The words in which an entry is told: what was done, which program did it, what it was about."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.functional import Promise

_deeds: dict[str, str | Promise] = {}
_programs: dict[str, str | Promise] = {}
_subjects: dict[str, Callable[[list[str]], dict[str, str]]] = {}


def deed(code: str, words: str | Promise) -> None:
    """Register the words for a deed; they complete “... used your e-mail ...”, e.g. “to send a reminder”."""
    _deeds[code] = words


def program(name: str, words: str | Promise) -> None:
    """Register what a program is called in a sentence, e.g. “The reminder program”."""
    _programs[name] = words


def subject(kind: str, titles: Callable[[list[str]], dict[str, str]]) -> None:
    """Register how references of a kind (`webinars.webinar`) become titles: a list of ids in, a dict out."""
    _subjects[kind] = titles


def say_deed(code: str) -> str:
    """Return the words for a deed, or its code when nobody registered any."""
    return str(_deeds.get(code, code))


def say_program(name: str) -> str:
    """Return what a program is called, or its name."""
    return str(_programs.get(name, name))


def titles(references: set[str]) -> dict[str, str]:
    """Return a title for each reference (`kind:id`) that still has one; one question a kind."""
    wanted: dict[str, list[str]] = {}
    for reference in references:
        kind, _, key = reference.partition(":")
        wanted.setdefault(kind, []).append(key)
    found: dict[str, str] = {}
    for kind, keys in wanted.items():
        if kind in _subjects:
            found |= {f"{kind}:{key}": title for key, title in _subjects[kind](sorted(keys)).items()}
    return found
