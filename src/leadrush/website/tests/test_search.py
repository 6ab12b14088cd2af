"""Whoever searches the site finds its public pages and webinars, and nothing that is closed to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from leadrush.visits import tables
from leadrush.visits.tests.conftest import AGENT, House
from leadrush.webinars.models import State, Webinar
from leadrush.website import founding
from leadrush.website.models import ArticlePage, HomePage

pytestmark = pytest.mark.usefixtures("published", "visits")


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def pages() -> None:
    home = founding.first_page(HomePage(title="Small", headline="Beds", lede="We plan beds."))
    for title, live in (("Soil, in plain words", True), ("Soil, unfinished", False)):
        slug = title.lower().replace(" ", "-").replace(",", "")
        page = ArticlePage(title=title, slug=slug, intro="Dig once.")
        page.live = live
        home.add_child(instance=page)
    for title, state in (("Soil live", State.OPEN), ("Soil in draft", State.DRAFT)):
        Webinar.objects.create(
            slug=title.lower().replace(" ", "-"),
            title=title,
            lede="About heavy clay.",
            state=state,
            starts_at=timezone.now() + timedelta(days=3),
        )


def found(words: str) -> str:
    answer = Client(headers={"user-agent": AGENT}).get("/search/", {"q": words})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_public_pages_and_webinars_are_found_and_what_is_not_public_is_not(pages: None) -> None:
    page = found("soil")
    assert "Soil, in plain words" in page
    assert "Soil live" in page
    assert "unfinished" not in page
    assert "in draft" not in page
    assert "Soil live" in found("clay SOIL")
    assert "No page has these words" in found("soil elephants")


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "s",
        '"',
        "soil*",
        "NEAR(",
        "' OR 1 --",
        "a\0b",
        "😀😀",
        "x" * 5000,
        "-soil",
        "so:il",
        "(((",
        "%",
    ],
)
def test_whatever_is_typed_gets_a_page(pages: None, words: str) -> None:
    assert "Pages, articles and webinars" in found(words)


def test_what_was_searched_is_counted_and_shown_from_three_visits_on(house: House, pages: None) -> None:
    from leadrush import gate
    from leadrush.look import times

    typed = ["Soil", "soil", "soil ", "soil elephants", "rare owls", "ana@mail.example", "07700900"]
    for number, words in enumerate(typed + ["hedgehogs"] * 5):
        agent = f"{AGENT} Test/{number}"
        for _twice in range(2):
            Client(headers={"user-agent": agent}).get("/search/", {"q": words})
    house.make()
    with gate.using("visits.monitor"):
        shown = tables.TABLES["search"].rows(house.asked(times.today()), None)
    rows = [(row.title, list(row.cells)) for row in shown]
    assert rows == [
        ("hedgehogs", [3, None, 6]),
        ("soil", [3, None, 0]),
        ("Words of fewer than three visits, and what may name somebody", [6, None, 12]),
    ]
    kept: set[Any] = {said for (said,) in house.rows("said", "kind = 7")}
    assert kept == {"soil", "soil …", "hedgehogs", "…"}, "what one person typed is kept as it was typed"
