"""Which locale words, dates and numbers are written in."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.utils import translation

from leadrush import look


@lru_cache(maxsize=64)
def _locale(language: str, home: str) -> Locale:
    own = Locale.parse(home, sep="_")
    if language.split("-")[0].lower() == own.language:
        return own
    try:
        return Locale.parse(language.replace("-", "_"), sep="_")
    except (UnknownLocaleError, ValueError):
        return own


def in_use() -> Locale:
    """Return the business's locale, or the page's language where that is another one.

    A page in English of a business in `en_GB` writes dates the British way; the same page in German, the
    German way.
    """
    return _locale(translation.get_language() or "", look.business().locale)
