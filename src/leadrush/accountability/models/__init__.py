"""What this room keeps: what checks counted."""

from leadrush.accountability.models.counted import Break, Counted, CountedDay

__all__ = ["Break", "Counted", "CountedDay"]
