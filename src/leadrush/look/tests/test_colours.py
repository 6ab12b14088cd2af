"""What is written can be read: contrasts computed from the stylesheet, in both schemes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from leadrush.look import colours, models

CSS = Path(__file__).parent.parent / "static" / "look" / "css"
SCHEMES = ("light", "dark")


def tokens() -> dict[str, dict[str, str]]:
    """Return each colour of tokens.css by scheme and name, as the browser reads them."""
    found: dict[str, dict[str, str]] = {"light": {}, "dark": {}}
    pairs = re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", (CSS / "tokens.css").read_text()
    )
    for name, light, dark in pairs:
        found["light"][name], found["dark"][name] = light, dark
    return found


def test_every_colour_has_a_light_and_a_dark_side() -> None:
    assert set(tokens()["light"]) == {
        "paper", "tint", "field", "ink", "soft", "rule", "edge", "green", "wash", "on-green",
        "red", "red-wash", "on-red", "amber",
    }  # fmt: skip


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *[(text, ground) for text in ("ink", "soft", "green") for ground in ("paper", "tint", "field")],
        *[(text, ground) for text in ("red", "amber") for ground in ("paper", "tint", "field")],
        ("ink", "wash"), ("red", "red-wash"), ("on-green", "green"), ("on-red", "red"), ("paper", "ink"),
    ],
)  # fmt: skip
def test_text_can_be_read_on_its_ground(scheme: str, text: str, ground: str) -> None:
    at = tokens()[scheme]
    assert colours.contrast(at[text], at[ground]) >= 5.7


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ground", ["paper", "tint", "field"])
def test_borders_of_controls_can_be_seen(scheme: str, ground: str) -> None:
    at = tokens()[scheme]
    assert colours.contrast(at["edge"], at[ground]) >= 3.3


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_owners_green_is_measured_against_the_grounds_of_the_stylesheet(scheme: str) -> None:
    at = tokens()[scheme]
    assert {name: at[name] for name in colours.GROUNDS[scheme]} == colours.GROUNDS[scheme]


def test_no_stylesheet_names_a_colour_that_is_not_a_token() -> None:
    for sheet in Path(CSS.parents[4]).glob("*/static/*/css/*.css"):
        if sheet.name != "tokens.css":
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(", sheet.read_text()), sheet


def test_contrast_is_what_wcag_says() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert colours.contrast("#123456", "#123456") == 1


@pytest.mark.parametrize("green", ["green", "#0a644", "url(x)", "#0a6444;}"])
def test_an_owner_cannot_write_anything_but_a_colour(green: str) -> None:
    with pytest.raises(ValidationError):
        models.Business(name="x", green=green).clean()


@pytest.mark.parametrize(("field", "colour"), [("green", "#7bd389"), ("green_dark", "#0a6444")])
def test_an_owner_cannot_choose_a_green_that_nobody_can_read(field: str, colour: str) -> None:
    with pytest.raises(ValidationError, match="contrast"):
        models.Business(name="x", **{field: colour}).clean()


def test_a_readable_green_is_taken() -> None:
    models.Business(name="x", green="#1d4f91", green_dark="#9ecbff").clean()
