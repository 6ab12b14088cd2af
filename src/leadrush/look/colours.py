"""Colours as numbers: how well one can be read on another, by WCAG 2.2."""

from __future__ import annotations

import re

HEX = re.compile(r"^#[0-9a-fA-F]{6}$")

# The grounds that green has to be read on, light and dark, and the ink that is read on green itself.
# A test holds these to tokens.css.
GROUNDS = {
    "light": {"paper": "#fdfefd", "tint": "#e9f1ea", "on-green": "#ffffff"},
    "dark": {"paper": "#0e1411", "tint": "#17201b", "on-green": "#06241a"},
}
LEAST = 4.5


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 (black) to 1 (white), of `#rrggbb`; ValueError for anything else."""
    if not HEX.match(colour):
        raise ValueError(f"not a colour like #0a6444: {colour!r}")
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 (the same) to 21 (black on white)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def unreadable(green: str, scheme: str) -> list[str]:
    """Return the grounds of `scheme` (light or dark) on which this green has less contrast than 4.5:1."""
    return [name for name, ground in GROUNDS[scheme].items() if contrast(green, ground) < LEAST]
