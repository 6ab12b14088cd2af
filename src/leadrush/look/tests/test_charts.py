"""Charts: a bar is its number, the sentence names it, and the table says the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from leadrush.look import models
from leadrush.look.charts import GROUND, LABELS, LEFT, TOP, WIDTH, Bar, Bars, round_up


def chart(*values: float) -> Bars:
    return Bars(
        "A sentence.", "Day", "How many", [Bar(f"{n} Nov", value) for n, value in enumerate(values, 1)]
    )


def test_twice_the_number_is_twice_the_height() -> None:
    one, two, none = chart(10, 20, 0).drawn
    assert two.height == pytest.approx(2 * one.height, abs=0.11)
    assert none.height == 0 and none.y == GROUND


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=90))
def test_no_bar_leaves_the_drawing_or_lies_about_its_share(values: list[int]) -> None:
    it = chart(*values)
    for drawn, value in zip(it.drawn, values, strict=True):
        assert TOP <= drawn.y <= GROUND and drawn.x >= LEFT and drawn.x + drawn.width <= WIDTH
        assert drawn.height / (GROUND - TOP - 10) == pytest.approx(value / it.top, abs=0.001)
        assert drawn.note_y <= drawn.y
    assert sum(drawn.named for drawn in it.drawn) <= LABELS


def test_the_scale_ends_at_a_round_number() -> None:
    assert [round_up(n) for n in (1, 2, 3, 7, 31, 61, 100, 101, 0.5)] == pytest.approx(
        [1, 2, 4, 10, 40, 100, 100, 200, 0.6]
    )


def test_a_chart_of_nothing_can_be_drawn() -> None:
    assert chart().drawn == [] and chart(0, 0).top == 1


def test_a_number_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        _ = chart(-1).drawn


def test_who_does_not_see_the_drawing_gets_its_sentence_and_its_numbers(
    business: models.Business, draw: Callable[..., str]
) -> None:
    page = BeautifulSoup(draw("{% bars chart %}", chart=chart(1200, 3)), "html.parser")
    assert page.svg["aria-label"] == "A sentence." and page.svg["role"] == "img"
    assert [
        [cell.text.strip() for cell in row.find_all(["th", "td"])] for row in page.tbody.find_all("tr")
    ] == [
        ["1 Nov", "1,200"],
        ["2 Nov", "3"],
    ]
    rects = page.find_all("rect")
    assert len(rects) == 2 and all("," not in str(rect["height"]) for rect in rects), (
        "drawn with points, not commas"
    )
