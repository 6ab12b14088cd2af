"""The demo's pictures are pictures: of the size that pages show, the same each time."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from leadrush.website import drawing


@pytest.mark.parametrize(
    ("name", "size"), [("board", (1464, 1308)), ("rotation", (1472, 920)), ("calendar", (1472, 920))]
)
def test_a_drawing_has_its_size_many_colours_and_is_the_same_each_time(
    name: str, size: tuple[int, int]
) -> None:
    drawn = getattr(drawing, name)()
    with Image.open(BytesIO(drawn)) as picture:
        assert picture.size == size
        assert len(picture.convert("RGB").reduce(8).getcolors(1 << 20) or []) > 50
        opaque = picture.convert("RGBA").getextrema()[3]
    assert opaque == ((0, 255) if name == "board" else (255, 255)), "the board stands on the page's own tint"
    assert getattr(drawing, name)() == drawn
