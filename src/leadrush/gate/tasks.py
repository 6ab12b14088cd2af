"""Periodic tasks: what runs without being asked, under which use."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import close_old_connections

from leadrush.gate.use import Actor, using

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Task:
    """A function that the worker calls every `every` seconds; `use` None: it touches no personal table."""

    name: str
    use: str | None
    every: float
    why: str
    call: Callable[[], Any]
    last: datetime | None = None

    def due(self, now: datetime) -> bool:
        """Say whether it is time; a task that this process never ran is due."""
        return self.last is None or now - self.last >= timedelta(seconds=self.every) or now < self.last

    def run(self) -> Any:
        """Run it now, under its use, as the program of its name."""
        if self.use is None:
            return self.call()
        with using(self.use, actor=Actor("program", self.name), what=self.name):
            return self.call()


_TASKS: dict[str, Task] = {}


def task(
    name: str, use: str | None, every: float, *, why: str = ""
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a periodic task: `@gate.task("webinars.remind", use="webinars.serve", every=60)`; seconds.

    Without a use, say in `why` how it does without personal data; a system check reads both.
    """

    def register(call: Callable[[], Any]) -> Callable[[], Any]:
        known = _TASKS.get(name)
        if known is not None and (known.call.__module__, known.call.__qualname__) != (
            call.__module__,
            call.__qualname__,
        ):
            raise ValueError(f"Two tasks are named {name!r}.")
        _TASKS[name] = Task(name, use, every, why, call)
        return call

    return register


def all() -> list[Task]:
    """Return every task, by name."""
    return [_TASKS[name] for name in sorted(_TASKS)]


def get(name: str) -> Task:
    """Return the task of that name; raise KeyError."""
    return _TASKS[name]


def run_due(now: datetime) -> dict[str, BaseException | None]:
    """Run what is due at `now`; return each name with what it raised, or None.

    One that fails is logged and does not stop the others; it is tried again after its own period.
    """
    ran: dict[str, BaseException | None] = {}
    for one in all():
        if not one.due(now):
            continue
        one.last = now
        close_old_connections()
        try:
            one.run()
            ran[one.name] = None
        except Exception as error:
            # The traceback only: arguments and rows of a failed task stay out of the log.
            log.exception("Task %s failed", one.name)
            ran[one.name] = error
        finally:
            close_old_connections()
    return ran
