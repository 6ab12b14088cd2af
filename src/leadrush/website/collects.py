"""What the street takes from persons: nothing."""

from __future__ import annotations

COLLECTS: list[object] = []
NOTHING: dict[str, str] = {}
