"""The use in force, and the database engines that hold every query to it.

A *use* says what personal data is read for. It is opened with `with gate.using("webinars.serve"):`, and while
no use is open, no row of a personal table can be read or written. `docs/promise.md` says how each way is
closed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from leadrush.gate import tables, uses
from leadrush.gate.use import (
    Actor,
    Altered,
    Closed,
    Door,
    NotInForce,
    NoUse,
    Refused,
    Unpublished,
    current,
    shaping,
    using,
)
from leadrush.gate.words import condition

if TYPE_CHECKING:
    from leadrush.gate import tasks as tasks
    from leadrush.gate.commands import Command as Command
    from leadrush.gate.doors import behind as behind
    from leadrush.gate.doors import door as door
    from leadrush.gate.doors import undeclared_views as undeclared_views
    from leadrush.gate.models import Gated as Gated
    from leadrush.gate.models import Version as Version
    from leadrush.gate.sockets import opened as opened
    from leadrush.gate.sockets import socket as socket
    from leadrush.gate.tasks import task as task
    from leadrush.gate.versions import force as force
    from leadrush.gate.versions import publish as publish

__all__ = [
    "Actor",
    "Altered",
    "Closed",
    "Command",
    "Door",
    "Gated",
    "NoUse",
    "NotInForce",
    "Refused",
    "Unpublished",
    "Version",
    "behind",
    "condition",
    "current",
    "door",
    "force",
    "opened",
    "publish",
    "shaping",
    "socket",
    "tables",
    "task",
    "tasks",
    "undeclared_views",
    "uses",
    "using",
]

# The engines import this package while Django is still loading, so what needs Django or its models comes
# later.
LATER = {
    "Command": "commands",
    "Gated": "models",
    "Version": "models",
    "behind": "doors",
    "door": "doors",
    "undeclared_views": "doors",
    "force": "versions",
    "opened": "sockets",
    "publish": "versions",
    "socket": "sockets",
    "task": "tasks",
}


def __getattr__(name: str) -> Any:
    if name == "tasks":
        return import_module("leadrush.gate.tasks")
    if name in LATER:
        return getattr(import_module(f"leadrush.gate.{LATER[name]}"), name)
    raise AttributeError(f"module 'leadrush.gate' has no attribute {name!r}")
