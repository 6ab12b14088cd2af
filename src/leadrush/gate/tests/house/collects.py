"""What the house holds about people: invented rows, in tests alone."""

from __future__ import annotations

WHY = "a table of the gate's own tests"
NOTHING = {
    "house.Author": WHY,
    "house.Note": WHY,
    "house.Letter": WHY,
    "house.Page": WHY,
    "house.Tag": WHY,
    "house.Note_tags": WHY,
    "house.Short": WHY,
}
