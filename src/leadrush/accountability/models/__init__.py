"""What this room keeps, each kind in a file of its own, re-exported where Django looks for it."""

from leadrush.accountability.models.changes import Draft, Notice, Told
from leadrush.accountability.models.counted import Break, Counted, CountedDay

__all__ = ["Break", "Counted", "CountedDay", "Draft", "Notice", "Told"]
