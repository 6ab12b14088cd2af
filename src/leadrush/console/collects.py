"""What this part takes from persons: nothing; it has no tables."""

from __future__ import annotations

COLLECTS: list[object] = []
NOTHING: dict[str, str] = {}
