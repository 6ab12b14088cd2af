"""What an owner writes becomes a page, and never a script, a picture from elsewhere or a leaking link."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from leadrush.look.writing import ATTRIBUTES, SCHEMES, TAGS, prose

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://tracker.example/p.gif)",
    '<https://example.org/" onclick="alert(1)>',
    "[x](https://example.org 'a\" onmouseover=\"alert(1)')",
    "<iframe src=//example.org></iframe>",
    "[x]: javascript:alert(1)\n\n[x]",
    "<style>*{display:none}</style>",
    "[x](vbscript:msgbox)",
    "&#x3C;script&#x3E;alert(1)",
    "<svg/onload=alert(1)>",
    "`<script>`",
    "<a href=x style=y>z</a>",
]
MARKS = list("[]()<>`*_#!\"'&:\n|-")


def harmless(html: str) -> None:
    for tag in BeautifulSoup(html, "html.parser").find_all(True):
        assert tag.name in TAGS
        assert set(tag.attrs) <= ATTRIBUTES.get(tag.name, set()), tag
        href = str(tag.get("href", ""))
        scheme = re.match(r"\s*([a-z][a-z0-9+.-]*):", href, re.I)
        assert scheme is None or scheme.group(1).lower() in SCHEMES, href


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_gets_a_script_or_a_picture_into_the_page(text: str) -> None:
    harmless(prose(text))


@given(
    st.lists(
        st.one_of(
            st.sampled_from(ATTACKS), st.text(max_size=20), st.sampled_from(list("[]()<>`*_#!\"'&:\n|-"))
        )
    )
)
def test_no_mixture_does_either(pieces: list[str]) -> None:
    harmless(prose("".join(pieces)))


def test_a_link_that_leaves_tells_nobody_where_it_was_clicked() -> None:
    for text in (
        "[x](https://example.org/)",
        "<http://example.org>",
        "[x](//example.org/)",
        "[x](HTTPS://example.org)",
    ):
        link = BeautifulSoup(prose(text), "html.parser").a
        assert link["rel"] == ["noopener", "noreferrer"] and link["referrerpolicy"] == "no-referrer", text


def test_a_link_within_the_site_stays_plain() -> None:
    assert prose("[x](/webinars/)") == '<p><a href="/webinars/">x</a></p>\n'


def test_the_pages_own_h1_stays_the_only_one() -> None:
    assert prose("# One\n\n## Two\n\n###### Six") == "<h2>One</h2>\n<h3>Two</h3>\n<h4>Six</h4>\n"


def test_lists_tables_and_emphasis_come_through() -> None:
    html = prose("1. a\n2. **b**\n\n| x | y |\n|---|---|\n| 1 | 2 |\n")
    assert "<ol>" in html and "<strong>b</strong>" in html and "<td>1</td>" in html


def test_nothing_is_nothing() -> None:
    assert prose("") == ""
