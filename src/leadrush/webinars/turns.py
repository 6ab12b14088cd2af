"""Taking turns: who waits for rows that another holds, while that other waits for theirs, begins again."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

TRIES = 4
DEADLOCK = "40P01"

P = ParamSpec("P")
R = TypeVar("R")


def begins_again(act: Callable[P, R]) -> Callable[P, R]:
    """Let an action begin again when PostgreSQL broke a ring of waiting by ending it; SQLite has one writer.

    Everything it wrote was taken back, so beginning again is safe. Inside somebody else's transaction the
    fault goes on to them: only the outermost can begin again.
    """

    @functools.wraps(act)
    def through(*args: P.args, **kwargs: P.kwargs) -> R:
        for left in reversed(range(TRIES)):
            try:
                return act(*args, **kwargs)
            except OperationalError as fault:
                broken = getattr(fault.__cause__, "sqlstate", "") == DEADLOCK
                if not broken or not left or connection.in_atomic_block:
                    raise
        raise AssertionError("unreachable")

    return through
