"""The demo's pictures, drawn when they are needed: plans of beds, a rotation, a year of sowing.

Nothing here is a photograph of anybody's garden: the code is committed, and the pictures are made of it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

FINE = 2  # drawn at twice the size, then made smaller, which smooths every edge
Colour = str | tuple[int, int, int, int]
Box = tuple[float, float, float, float]

INK, SOFT, PAPER, RULE = "#16211b", "#75857b", "#fdfefd", "#cddad0"
SOIL = ["#6b4c38", "#7b5b45", "#5c4334", "#866a52"]
LEAF = ["#5f8f5a", "#86ab66", "#3f6b4a", "#a7c288", "#4f7f6e", "#b9c46a"]
ROOT, SQUASH, BEET, STRAW, FLOWER = "#d98a3d", "#d9a441", "#a3455a", "#dccb97", "#8d7bb0"


class Sheet:
    """A sheet to draw on, in units of the finished picture."""

    def __init__(self, width: int, height: int, ground: Colour = (0, 0, 0, 0)) -> None:
        self.size = (width, height)
        self.image = Image.new("RGBA", (width * FINE, height * FINE), ground)
        self.draw = ImageDraw.Draw(self.image)

    def box(self, box: Box, fill: Colour, radius: float = 0, outline: Colour | None = None) -> None:
        """Fill a rectangle with round corners."""
        at = tuple(n * FINE for n in box)
        self.draw.rounded_rectangle(at, radius * FINE, fill=fill, outline=outline, width=3 * FINE)

    def dot(self, x: float, y: float, r: float, fill: Colour) -> None:
        """Fill a circle."""
        self.draw.ellipse(tuple(n * FINE for n in (x - r, y - r, x + r, y + r)), fill=fill)

    def line(self, points: list[tuple[float, float]], fill: Colour, width: float) -> None:
        """Draw a line through points."""
        self.draw.line(
            [(x * FINE, y * FINE) for x, y in points], fill=fill, width=int(width * FINE), joint="curve"
        )

    def shape(self, points: list[tuple[float, float]], fill: Colour) -> None:
        """Fill a shape."""
        self.draw.polygon([(x * FINE, y * FINE) for x, y in points], fill=fill)

    def words(
        self, x: float, y: float, text: str, size: float, fill: Colour = INK, anchor: str = "mm"
    ) -> None:
        """Write a few words; `anchor` as Pillow names it."""
        font = ImageFont.load_default(size * FINE)
        self.draw.text((x * FINE, y * FINE), text, fill=fill, font=font, anchor=anchor)

    def png(self) -> bytes:
        """Return the finished picture."""
        done = self.image.resize(self.size, Image.Resampling.LANCZOS)
        written = BytesIO()
        done.save(written, "PNG", optimize=True)
        return written.getvalue()


# --- what grows in a bed, drawn into (x, y, width, height) -------------------------------------------


def heads(sheet: Sheet, box: Box, chance: random.Random, leaf: str) -> None:
    """Draw heads of lettuce or cabbage, in rows set off against each other."""
    x, y, width, height = box
    for row in range(5):
        for column in range(4):
            cx = x + width * (column + 0.5 + (0.25 if row % 2 else -0.05)) / 4.2
            cy = y + height * (row + 0.5) / 5
            r = width * 0.1 * chance.uniform(0.86, 1.08)
            sheet.dot(cx, cy, r, leaf)
            sheet.dot(cx - r * 0.15, cy - r * 0.15, r * 0.62, _lighter(leaf))
            sheet.dot(cx - r * 0.2, cy - r * 0.2, r * 0.26, _lighter(_lighter(leaf)))


def furrows(sheet: Sheet, box: Box, chance: random.Random, leaf: str) -> None:
    """Draw drills of roots: a line of small tops, each with the colour of its root."""
    x, y, width, height = box
    for row in range(4):
        cx = x + width * (row + 0.5) / 4
        sheet.line([(cx, y + 6), (cx, y + height - 6)], "#4b3629", 5)
        for place in range(9):
            cy = y + height * (place + 0.5) / 9
            for turn in (-0.7, 0, 0.7):
                reach = width * 0.075
                tip = (cx + math.sin(turn) * reach, cy - math.cos(turn) * reach)
                sheet.line([(cx, cy), tip], leaf, 4)
            sheet.dot(cx, cy + 2, width * 0.025, ROOT if row % 2 else BEET)


def canes(sheet: Sheet, box: Box, chance: random.Random, leaf: str) -> None:
    """Draw beans that climb canes."""
    x, y, width, height = box
    for cane in range(4):
        cx = x + width * (cane + 0.5) / 4
        sheet.line([(cx, y + height - 8), (cx, y + 8)], STRAW, 4)
        climb = [
            (cx + math.sin(step / 2.1 + cane) * width * 0.06, y + height - 12 - step * (height - 26) / 24)
            for step in range(25)
        ]
        sheet.line(climb, leaf, 5)
        for px, py in climb[2::3]:
            sheet.dot(px + chance.uniform(-5, 5), py, width * 0.035, leaf)
        for px, py in climb[6::8]:
            sheet.dot(px + 6, py, width * 0.018, "#f2e7e2")


def sprawl(sheet: Sheet, box: Box, chance: random.Random, leaf: str) -> None:
    """Draw a squash that goes where it likes."""
    x, y, width, height = box
    for _place in range(20):
        cx, cy = x + chance.uniform(0.12, 0.88) * width, y + chance.uniform(0.1, 0.9) * height
        r = width * chance.uniform(0.09, 0.14)
        sheet.dot(cx, cy, r, chance.choice([leaf, _lighter(leaf), _darker(leaf)]))
        sheet.line([(cx - r * 0.5, cy), (cx + r * 0.5, cy)], _darker(leaf), 2)
    for cx, cy in ((0.3, 0.3), (0.66, 0.52), (0.38, 0.78)):
        sheet.dot(x + cx * width, y + cy * height, width * 0.1, SQUASH)
        sheet.dot(x + cx * width - 4, y + cy * height - 4, width * 0.055, "#e6bd66")


def mulch(sheet: Sheet, box: Box, chance: random.Random, leaf: str) -> None:
    """Draw straw, and what comes up through it."""
    x, y, width, height = box
    for _stalk in range(150):
        cx, cy, turn = x + chance.random() * width, y + chance.random() * height, chance.uniform(0, math.pi)
        dx, dy = math.cos(turn) * 12, math.sin(turn) * 12
        start = (_within(cx - dx, x, width), _within(cy - dy, y, height))
        end = (_within(cx + dx, x, width), _within(cy + dy, y, height))
        sheet.line([start, end], chance.choice([STRAW, "#cdb97f", "#e8dbb2"]), 3)
    for cx, cy in ((0.28, 0.24), (0.7, 0.36), (0.32, 0.62), (0.68, 0.8)):
        for turn in range(5):
            reach, way = width * 0.11, turn * math.tau / 5
            sheet.dot(x + cx * width + math.cos(way) * reach * 0.6,
                      y + cy * height + math.sin(way) * reach * 0.6, reach * 0.48, leaf)  # fmt: skip
        sheet.dot(x + cx * width, y + cy * height, width * 0.03, FLOWER)


def sown(sheet: Sheet, box: Box, chance: random.Random, leaf: str) -> None:
    """Draw raked soil with seedlings."""
    x, y, width, height = box
    for row in range(8):
        cy = y + height * (row + 0.5) / 8
        wave = [(x + 4 + step * (width - 8) / 12, cy + math.sin(step) * 2) for step in range(13)]
        sheet.line(wave, "#4b3629", 3)
        for place in range(5):
            cx = x + width * (place + 0.6) / 5.2
            sheet.dot(cx - 4, cy - 5, 5, leaf)
            sheet.dot(cx + 4, cy - 5, 5, _lighter(leaf))


Plant = Callable[[Sheet, Box, random.Random, str], None]
PLANTS: list[Plant] = [heads, furrows, canes, sprawl, mulch, sown]


def _within(n: float, low: float, length: float) -> float:
    return min(max(n, low + 4), low + length - 4)


def _mixed(colour: str, other: int, share: float) -> str:
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(part + (other - part) * share):02x}" for part in parts)


def _lighter(colour: str) -> str:
    return _mixed(colour, 255, 0.2)


def _darker(colour: str) -> str:
    return _mixed(colour, 0, 0.2)


def bed(sheet: Sheet, box: Box, plant: Plant, chance: random.Random, leaf: str, soil: str) -> None:
    """Draw one bed: boards, soil, and what grows there."""
    x, y, width, height = box
    sheet.box((x, y, x + width, y + height), "#b79f7e", 14)
    sheet.box((x + 9, y + 9, x + width - 9, y + height - 9), soil, 8)
    plant(sheet, (x + 18, y + 18, width - 36, height - 36), chance, leaf)


def board() -> bytes:
    """Draw 24 numbered beds seen from above, on no ground of their own (1464 by 1308)."""
    sheet, chance = Sheet(1464, 1308), random.Random(7)  # noqa: S311 - a drawing, the same each time
    order = [0, 2, 1, 4, 3, 5, 3, 1, 0, 5, 2, 4, 2, 5, 3, 0, 4, 1, 1, 4, 5, 2, 0, 3]
    for n, kind in enumerate(order):
        row, column = divmod(n, 6)
        x, y = column * 250, row * 331
        bed(sheet, (x, y, 212, 262), PLANTS[kind], chance, LEAF[(n * 5 + row) % 6], SOIL[(n + row) % 4])
        sheet.words(x + 106, y + 290, f"{'ABCD'[row]}{column + 1}", 27, SOFT)
    return sheet.png()


def rotation() -> bytes:
    """Draw four beds and the way that crops go round them, one bed a year (1472 by 920)."""
    sheet, chance = Sheet(1472, 920, PAPER), random.Random(3)  # noqa: S311
    names = ["Beans and peas", "Cabbages", "Roots", "Squash"]
    plants: list[Plant] = [canes, heads, furrows, sprawl]
    places = [(120, 70), (856, 70), (856, 520), (120, 520)]
    for n, (x, y) in enumerate(places):
        sheet.box((x, y, x + 496, y + 300), "#b79f7e", 14)
        sheet.box((x + 9, y + 9, x + 487, y + 291), SOIL[n], 8)
        for half in (0, 1):
            plants[n](sheet, (x + 24 + half * 228, y + 22, 216, 256), chance, LEAF[n])
        sheet.words(x + 248, y + 334, f"Bed {n + 1}: {names[n]}", 30)
    for start, end in (
        ((648, 220), (824, 220)), ((1410, 330), (1410, 590)),
        ((824, 670), (648, 670)), ((62, 590), (62, 330)),
    ):  # fmt: skip
        arrow(sheet, start, end)
    sheet.words(736, 466, "One bed on, each spring", 32, SOFT)
    return sheet.png()


def arrow(sheet: Sheet, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw an arrow in ink."""
    (x1, y1), (x2, y2) = start, end
    length = math.hypot(x2 - x1, y2 - y1)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    sheet.line([start, (x2 - dx * 20, y2 - dy * 20)], INK, 6)
    base = (x2 - dx * 34, y2 - dy * 34)
    sheet.shape([end, (base[0] - dy * 18, base[1] + dx * 18), (base[0] + dy * 18, base[1] - dx * 18)], INK)


def calendar() -> bytes:
    """Draw a year of sowing, planting out and picking for eight crops (1472 by 920)."""
    sheet = Sheet(1472, 920, PAPER)
    months = "JFMAMJJASOND"
    left, top, step, line = 300, 110, 94, 82
    for n, month in enumerate(months):
        x = left + n * step
        sheet.words(x + step / 2, 66, month, 30, SOFT)
        sheet.line([(x, 96), (x, 800)], RULE, 2)
    sheet.line([(left + 12 * step, 96), (left + 12 * step, 800)], RULE, 2)
    crops: list[tuple[str, list[tuple[float, float, int]]]] = [
        ("Broad beans", [(1.2, 3, 0), (5.3, 7, 2)]), ("Peas", [(2.2, 4.5, 0), (5.6, 8, 2)]),
        ("Lettuce", [(2, 3.4, 0), (3.4, 4.6, 1), (4.8, 9.6, 2)]), ("Carrots", [(3, 6, 0), (6.4, 10, 2)]),
        ("Courgettes", [(3.5, 4.5, 0), (4.7, 5.5, 1), (6, 9.6, 2)]),
        ("Leeks", [(2, 3.5, 0), (5, 6.5, 1), (8.8, 12, 2)]),
        ("Kale", [(3.4, 5, 0), (5.4, 6.8, 1), (8.4, 12, 2), (0, 2, 2)]),
        ("Garlic", [(9.2, 11, 1), (6, 7.2, 2)]),
    ]  # fmt: skip
    colours = ["#d9a441", "#7b5b45", "#3f6b4a"]
    for n, (name, spans) in enumerate(crops):
        y = top + n * line
        sheet.words(left - 28, y + 32, name, 30, INK, "rm")
        for start, end, kind in spans:
            sheet.box((left + start * step, y + 8, left + end * step, y + 56), colours[kind], 6)
    for n, (name, colour) in enumerate(zip(("Sow", "Plant out", "Pick"), colours, strict=True)):
        x = left + n * 260
        sheet.box((x, 838, x + 40, 870), colour, 6)
        sheet.words(x + 56, 854, name, 30, INK, "lm")
    return sheet.png()
