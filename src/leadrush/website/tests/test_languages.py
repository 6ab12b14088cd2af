"""The site speaks each language that somebody has translated it into, and no half of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.test import Client
from django.utils import translation

from leadrush.look import models
from leadrush.website import languages

GERMAN = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "There is no page here"
msgstr "Hier ist keine Seite"
"""


@pytest.fixture
def german(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Put an owner's own translation into the data folder, as `compilemessages` writes it."""
    folder = tmp_path / "locale"
    messages = folder / "de" / "LC_MESSAGES"
    messages.mkdir(parents=True)
    (messages / "django.po").write_text(GERMAN, encoding="utf-8")
    with (messages / "django.po").open("rb") as source, (messages / "django.mo").open("wb") as made:
        write_mo(made, read_po(source, locale="de"))
    settings.LOCALE_PATHS = [folder]
    settings.LANGUAGES = languages.offered("en-gb", [folder])
    models.forget()
    yield folder
    translation.deactivate()
    models.forget()


def page(accepts: str) -> str:
    client = Client(raise_request_exception=False)
    return client.get("/no-such-page/", headers={"Accept-Language": accepts}).content.decode()


@pytest.mark.django_db
def test_a_translated_page_is_shown_to_whoever_reads_that_language(german: Path) -> None:
    assert "Hier ist keine Seite" in page("de-DE,de;q=0.9,en;q=0.5")
    assert '<html lang="de"' in page("de")
    assert "There is no page here" in page("en")


@pytest.mark.django_db
@pytest.mark.parametrize("accepts", ["de", "fr", "", "*", "xx-not-a-language;q=nonsense", "de" * 4000])
def test_without_a_translation_everybody_reads_one_language_and_the_page_says_which(accepts: str) -> None:
    shown = page(accepts)
    assert "There is no page here" in shown
    assert '<html lang="en-gb"' in shown


def test_a_language_is_offered_only_once_it_is_compiled(german: Path, tmp_path: Path) -> None:
    assert languages.offered("en-gb", [german]) == [("en-gb", "English (United Kingdom)"), ("de", "Deutsch")]
    (german / "de" / "LC_MESSAGES" / "django.mo").unlink()
    assert [code for code, _ in languages.offered("en-gb", [german])] == ["en-gb"]
