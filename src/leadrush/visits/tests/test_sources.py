"""Where somebody came from is kept as a site and a campaign; what it says about a person is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrush.visits import sources
from leadrush.visits.tests.conftest import FILES

pytestmark = FILES
OWN = "small.example"


@pytest.mark.parametrize(
    ("referrer", "name", "kind", "page"),
    [
        ("https://www.google.co.uk/search?q=beds", "Google", "search", ""),
        ("https://duckduckgo.com/", "DuckDuckGo", "search", ""),
        ("https://m.facebook.com/groups/1", "Facebook", "social", "m.facebook.com/groups/1"),
        (
            "https://almanac.example/beds/?email=ana@mail.example",
            "almanac.example",
            "site",
            "almanac.example/beds",
        ),
        ("https://ana:secret@almanac.example/", "almanac.example", "site", "almanac.example"),
        ("https://almanac.example/u/ana@mail.example/", "almanac.example", "site", "almanac.example/u/…"),
        (
            "https://almanac.example/t/6f1ed002ab5595859014ebf0951522d9",
            "almanac.example",
            "site",
            "almanac.example/t/…",
        ),
        ("https://almanac.example/call/447700900123", "almanac.example", "site", "almanac.example/call/…"),
        ("https://almanac.example/t/deadbeef12345678", "almanac.example", "site", "almanac.example/t/…"),
        (
            "https://almanac.example/t/STBvsQxsLZeQUgXTeY06Ew",
            "almanac.example",
            "site",
            "almanac.example/t/…",
        ),
        ("https://almanac.example/call-447700900123", "almanac.example", "site", "almanac.example/…"),
        (
            "https://almanac.example/cone-6-celadon-that-does-not-crawl",
            "almanac.example",
            "site",
            "almanac.example/cone-6-celadon-that-does-not-crawl",
        ),
        (f"https://www.{OWN}/webinars/", "", "", ""),
        ("android-app://com.mail", "", "", ""),
        ("javascript:alert(1)", "", "", ""),
        ("https://[::1", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_a_referrer_is_a_site_and_a_page_without_anybody_in_it(
    referrer: str, name: str, kind: str, page: str
) -> None:
    found = sources.read(referrer, "", OWN)
    assert (found.name, found.kind, found.page) == (name, kind, page)


def test_of_a_query_the_three_words_of_a_campaign_are_kept() -> None:
    found = sources.read("", "utm_source=letter&utm_medium=email&utm_campaign=autumn+beds&id=4711&q=ana", OWN)
    assert (found.name, found.kind, found.medium, found.campaign) == (
        "letter",
        "campaign",
        "email",
        "autumn beds",
    )


@pytest.mark.parametrize(
    "value", ["ana@mail.example", "ana%40mail.example", "447700900123", "x" * 200, "a\x00b"]
)
def test_a_campaign_that_names_somebody_is_none(value: str) -> None:
    assert sources.read("", f"utm_campaign={value}", OWN).campaign == ""


@given(st.text(), st.text())
def test_whatever_is_sent_gets_an_answer_without_an_address_in_it(referrer: str, query: str) -> None:
    found = sources.read(referrer, query, OWN)
    assert "@" not in f"{found.name}{found.page}{found.medium}{found.campaign}"
    found = sources.read(f"https://almanac.example/{referrer}", f"utm_campaign={query}", OWN)
    assert "@" not in f"{found.page}{found.campaign}"
    assert len(found.page) <= sources.LONGEST
