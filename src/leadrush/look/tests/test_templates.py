"""Every template of the house: nothing inline, nothing untranslated, nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in HOUSE.glob("*/templates/**/*") if path.suffix in (".html", ".txt"))
# Mail programs know no stylesheet: the frame of mails, and the mails that stand in it, carry their own.
PAGES = [
    path
    for path in TEMPLATES
    if path.suffix == ".html" and "mail" not in path.relative_to(HOUSE).parts and path.name != "letter.html"
]
SAID = ("row", "event", "empty", "switch", "tick", "field")
NAMES = {"LeadRush", "JSON-LD", "JSON"}


def name(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def without_tags(text: str) -> str:
    """Take out what the engine reads: comments, what is translated, tags and variables."""
    text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", " ", text, flags=re.S)
    text = re.sub(r"{% block (?:header_class|body_attrs) %}.*?{% endblock %}", " ", text, flags=re.S)
    text = re.sub(r"{% blocktrans(?:late)?\b.*?{% endblocktrans(?:late)? %}", " ", text, flags=re.S)
    return re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.S)


def inline(text: str) -> list[str]:
    """Return what a policy without unsafe-inline would refuse, or what would come from elsewhere."""
    text = without_tags(text)
    refused = re.findall(r"\sstyle\s*=|<style\b|\son[a-z]+\s*=|hx-on[:a-z-]*\s*=|javascript:", text, re.I)
    refused += [tag for tag in re.findall(r"<script\b[^>]*>", text, re.I) if "src=" not in tag]
    refused += re.findall(r"(?:src|<link[^>]*href)=[\"']?(?:https?:)?//[^\s\"']+", text, re.I)
    return refused


def bare(text: str) -> list[str]:
    """Return the words that stand in a template outside any translation."""
    found = []
    for tag in re.findall(rf"{{%\s*((?:{'|'.join(SAID)})\b.*?)%}}", text, re.S):
        found += [
            w for w in re.findall(r"(?<!_\()[\"']([^\"']*)[\"']", tag) if re.search(r"[A-Z][a-z]|\w \w", w)
        ]
    text = re.sub(
        r"<!doctype[^>]*>|<!--.*?-->|<(code|svg|script)\b.*?</\1>", " ", without_tags(text), flags=re.S | re.I
    )
    for attribute in ("alt", "title", "aria-label", "placeholder", "data-label"):
        found += [w for w in re.findall(rf"\s{attribute}=\"([^\"]*)\"", text) if re.search(r"[^\W\d_]{2}", w)]
    text = re.sub(r"<[^>]*>|&\w+;", " ", text)
    return found + [word for word in re.findall(r"[^\W\d_][\w’'-]+", text) if word not in NAMES]


def test_the_scans_find_what_they_look_for() -> None:
    assert inline('<p style="color: red">') and inline("<script>x()</script>") and inline('<a onclick="x">')
    assert inline('<script src="https://cdn.example/x.js"></script>') and inline(
        '<link href="//cdn.example/x.css">'
    )
    assert not inline('<script src="{% static "look/js/local.js" %}"></script><a href="https://example.org">')
    assert bare("<p>Hello there</p>") == ["Hello", "there"]
    assert bare('<a aria-label="Close it">×</a>') == ["Close it"]
    assert bare('{% empty "Nothing here" %}{% endempty %}') == ["Nothing here"]
    assert not bare(
        "<p>{% translate 'Hello' %} {{ name }}</p>{% blocktranslate %}All of it{% endblocktranslate %}"
    )
    assert not bare('{% empty _("Nothing here") %}{% endempty %}{% when at "near" %}')


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_nothing_in_a_page_is_inline_or_from_elsewhere(path: Path) -> None:
    assert inline(path.read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_word_of_a_template_can_be_translated(path: Path) -> None:
    assert bare(path.read_text()) == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_page_shouts(path: Path) -> None:
    words = re.sub(r"<!--|<!doctype|!=", "", path.read_text(), flags=re.I)
    assert not re.search(r"\w!|\boops\b", words, re.I)


@pytest.mark.parametrize("sheet", sorted(HOUSE.glob("*/static/*/css/*.css")), ids=name)
def test_every_stylesheet_stands_in_a_layer_and_asks_nobody_else(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
    assert re.sub(r"@layer [\w, ]+;", "", text).strip().startswith("@layer")
    assert not re.search(r"@import|https?:|//", text)
