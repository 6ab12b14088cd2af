"""Commands that touch personal data say for which use."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from leadrush.gate.use import Actor, using


class Command(BaseCommand):
    """A management command behind a door: subclasses set `use`, and write `handle` as ever.

    `use = None` is for commands that open their own uses, or touch nothing personal; `why` then says so.
    """

    use: str | None = None
    why: str = ""

    def execute(self, *args: Any, **options: Any) -> Any:
        if self.use is None:
            return super().execute(*args, **options)
        program = self.__module__.rsplit(".", 1)[-1]
        with using(self.use, actor=Actor("program", f"leadrush {program}"), what=f"command.{program}"):
            return super().execute(*args, **options)
