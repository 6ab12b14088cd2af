"""Visits: which pages are viewed, when, for how long and from where, as far as each visitor allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadrush.late import late

if TYPE_CHECKING:
    from leadrush.visits.goals import goal, reach
    from leadrush.visits.typed import searched

__all__ = ["goal", "reach", "searched"]

__getattr__ = late(__name__, {"goal": "goals", "reach": "goals", "searched": "typed"})
