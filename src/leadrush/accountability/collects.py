"""What this room takes from persons: nothing; the statement's page needs no data about anybody."""

from __future__ import annotations

COLLECTS: list[object] = []
NOTHING: dict[str, str] = {}
