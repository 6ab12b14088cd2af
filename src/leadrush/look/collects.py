"""What this part takes from persons: nothing."""

from __future__ import annotations

COLLECTS: list[object] = []
NOTHING = {
    "look.Business": "the name, place, time zone and colours of the business; public words of its owner"
}
