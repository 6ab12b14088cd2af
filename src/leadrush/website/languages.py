"""Which languages the site offers: its own, and each that somebody has translated it into."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from babel import Locale, UnknownLocaleError


def offered(own: str, folders: Iterable[Path]) -> list[tuple[str, str]]:
    """Return (code, name in that language) of `own` and of each language with a compiled `django.mo`."""
    codes = {own}
    for folder in folders:
        codes |= {
            mo.parent.parent.name.lower().replace("_", "-") for mo in folder.glob("*/LC_MESSAGES/django.mo")
        }
    return [(code, _name(code)) for code in [own, *sorted(codes - {own})]]


def _name(code: str) -> str:
    try:
        return Locale.parse(code, sep="-").get_display_name() or code
    except (UnknownLocaleError, ValueError):
        return code
