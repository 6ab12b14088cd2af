"""Taking turns: whoever changes what may be done with somebody's data holds that person's row meanwhile.

A mask is folded from givings and choices. Of two who fold at once, the one that read first would else write
last, and a no would be undone by a form that was sent before it. Who waits for rows that another holds, while
that other waits for theirs, begins again.
"""

from __future__ import annotations

import functools
import time
import uuid
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.core.exceptions import BadRequest
from django.db import OperationalError, connection

from leadrush.vault import tombstones
from leadrush.vault.persons import Person


class Erased(BadRequest):
    """Somebody was erased while they, or a program, were about to write something down about them."""


TRIES = 4
PAUSE = 0.03  # seconds
DEADLOCK = "40P01"

P = ParamSpec("P")
R = TypeVar("R")


def hold(person_id: uuid.UUID) -> None:
    """Hold a person's row until the transaction ends; a person who is no more is nobody to wait for."""
    list(Person.objects.select_for_update().filter(pk=person_id).values_list("pk"))


def hold_living(person_id: uuid.UUID) -> None:
    """Hold the row of a person about whom something is to be written. Raises `Erased`.

    Whoever erases writes the tombstone first and then waits for this row: what is written before goes with
    the rest, and nothing is written after.
    """
    hold(person_id)
    if tombstones.erased({person_id}):
        raise Erased("This person was erased.")


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
                # Whoever begins again at once may take the row before the one who waited for it wakes.
                time.sleep(PAUSE)
        raise AssertionError("unreachable")

    return through
