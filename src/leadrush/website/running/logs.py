"""What a process says on its standard error: levels, places and classes, never what an exception quotes.

The message of an exception often repeats a value: a database's error shows the row, a mail server's the
recipient. So a traceback is written as where it went and what kind it was.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Any

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def told(error: BaseException) -> str:
    """Return an exception, and those it came from, as places and class names."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}, at")
        lines += [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(current.__traceback__)]
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(lines)


class Discreet(logging.Formatter):
    """Writes tracebacks without the messages of exceptions, also of those given as an argument."""

    def formatException(self, ei: Raised) -> str:
        """Return the traceback of `ei` without its messages."""
        return told(ei[1]) if ei[1] is not None else ""

    def format(self, record: logging.LogRecord) -> str:
        """Return one record as text; nothing that another handler may have cached is used."""
        cached, record.exc_text = record.exc_text, None
        arguments = record.args
        if isinstance(arguments, tuple):
            record.args = tuple(type(a).__name__ if isinstance(a, BaseException) else a for a in arguments)
        try:
            return super().format(record)
        finally:
            record.exc_text, record.args = cached, arguments


def settings(level: str = "WARNING") -> dict[str, Any]:
    """Return Django's LOGGING: everything from `level` on to standard error, through `Discreet`.

    No mail goes to administrators: an error report by mail would carry the request.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "discreet": {
                "()": "leadrush.website.running.logs.Discreet",
                "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
            }
        },
        "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "discreet"}},
        "root": {"handlers": ["terminal"], "level": level},
        # Django's own configuration hangs handlers here; an empty list takes them off again.
        "loggers": {"django": {"handlers": [], "level": level}, "django.server": {"handlers": []}},
    }
