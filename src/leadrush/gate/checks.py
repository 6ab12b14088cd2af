"""System checks: what must stand for the gate to hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning
from django.core.management import get_commands, load_command_class
from django.db import connections
from django.urls import get_resolver

import leadrush
from leadrush.gate import sockets, tables, tasks, uses
from leadrush.gate.commands import Command
from leadrush.gate.cursors import Gated as GatedCursor
from leadrush.gate.doors import each
from leadrush.gate.models import Gated, Version
from leadrush.gate.versions import parsed

ENGINES = {"sqlite": "leadrush.gate.sqlite3", "postgresql": "leadrush.gate.postgresql"}
CONNECTS = frozenset({"sqlite3", "psycopg", "psycopg2", "aiosqlite", "asyncpg"})
# A line that must go to the driver says why, where review sees it.
MARK = "# gate: "
SET_BY_HAND = "the use in force is set by `with` alone, and tables are shaped by the engines alone"


def engines_in_use(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Every database goes through the gate, compilers and cursors both."""
    errors: list[CheckMessage] = []
    for connection in connections.all():
        engine = connection.settings_dict["ENGINE"]
        if engine not in ENGINES.values():
            hint = "Use leadrush.gate.sqlite3 or leadrush.gate.postgresql."
            errors.append(
                Error(
                    f"The database {connection.alias!r} is opened by {engine}, past the gate.",
                    hint=hint,
                    id="gate.E001",
                )
            )
            continue
        nothing: Any = None
        made = (connection.make_cursor(nothing), connection.make_debug_cursor(nothing))
        compilers = connection.ops.compiler_module
        if not all(isinstance(cursor, GatedCursor) for cursor in made) or compilers != f"{engine}.compiler":
            errors.append(
                Error(
                    f"{connection.alias!r} has the gate's engine, but other cursors or compilers.",
                    hint="Something has replaced make_cursor or compiler_module: take it out.",
                    id="gate.E002",
                )
            )
    return errors


def every_view_has_a_door(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Every view says its use, one that exists."""
    errors: list[CheckMessage] = []
    for pattern in each(get_resolver().url_patterns):
        view: Any = pattern.callback
        name = f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', view)}"
        sign = getattr(view, "door", None)
        if sign is None:
            errors.append(
                Error(
                    f"The view {name} at {str(pattern.pattern)!r} has no door.",
                    hint='Write @gate.door("room.use"), or @gate.door(None, why="...") where it reads '
                    "nothing personal; gate.behind(include(...), ...) for views that others wrote.",
                    id="gate.E003",
                )
            )
        elif sign.use is not None and not known(sign.use):
            errors.append(
                Error(f"The view {name} opens the use {sign.use!r}, which no room declares.", id="gate.E004")
            )
    return errors


def every_socket_has_a_door(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Every consumer of a socket says its uses, which exist."""
    errors: list[CheckMessage] = []
    for pattern in sockets.patterns():
        consumer = sockets.consumer_of(pattern)
        name = f"{getattr(consumer, '__module__', '')}.{getattr(consumer, '__qualname__', consumer)}"
        sign = getattr(consumer, "door", None)
        if not isinstance(sign, sockets.Sign):
            errors.append(
                Error(
                    f"The socket {name} at {str(pattern.pattern)!r} has no door.",
                    hint='Write @gate.socket("room.use", what="room.socket") above its consumer.',
                    id="gate.E015",
                )
            )
            continue
        errors += [
            Error(f"The socket {name} opens the use {use!r}, which no room declares.", id="gate.E016")
            for use in sign.uses
            if not known(use)
        ]
    return errors


def known(use_name: str) -> bool:
    """Say whether a room declares this use."""
    try:
        uses.get(use_name)
    except KeyError:
        return False
    return True


def every_task_has_a_use(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Every task says its use, or why it needs none."""
    errors: list[CheckMessage] = []
    for task in tasks.all():
        if task.use is None and not task.why:
            errors.append(
                Error(
                    f"The task {task.name} has no use.",
                    hint='Give it use="room.use", or use=None with why="..." if it reads nothing personal.',
                    id="gate.E005",
                )
            )
        elif task.use is not None and not known(task.use):
            errors.append(
                Error(
                    f"The task {task.name} opens the use {task.use!r}, which no room declares.",
                    id="gate.E006",
                )
            )
    return errors


def every_command_has_a_use(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Every command of ours that stands behind a door names a use that exists."""
    errors: list[CheckMessage] = []
    for name, app in get_commands().items():
        if not str(app).startswith("leadrush."):
            continue
        command = load_command_class(str(app), name)
        if not isinstance(command, Command):
            continue
        if command.use is None and not command.why:
            errors.append(
                Error(f"The command {name} says neither a use nor why it needs none.", id="gate.E007")
            )
        elif command.use is not None and not known(command.use):
            errors.append(
                Error(
                    f"The command {name} opens the use {command.use!r}, which no room declares.",
                    id="gate.E008",
                )
            )
    return errors


def personal_tables_have_a_mask(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Every personal table has a mask of its own, and only tables of gated models are held."""
    errors: list[CheckMessage] = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy:
            continue
        held = tables.HELD.get(model._meta.db_table)
        if issubclass(model, Gated) and held is None:
            errors.append(
                Error(f"{model._meta.label} is personal but its table is not held.", id="gate.E009")
            )
        elif held is not None and not held.masked:
            errors.append(
                Error(
                    f"{model._meta.label} inherits from a personal table and has no mask of its own.",
                    hint="Extend the abstract model instead.",
                    id="gate.E010",
                )
            )
        elif held is not None and not any(f.column == tables.MASK for f in model._meta.local_fields):
            errors.append(Error(f"{model._meta.label} has a held table without a mask.", id="gate.E010"))
    return errors


def nobody_goes_past(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """No code outside the gate takes a connection of the driver's own."""
    root = Path(leadrush.__path__[0])
    return [
        Error(
            f"{path.relative_to(root.parent)}:{line} goes past the gate: {what}.",
            hint=f"Use Django's connection; or end the line with '{MARK}' and the reason, for reviewers.",
            id="gate.E011",
        )
        for path in sorted(root.rglob("*.py"))
        if "tests" not in path.parts and root / "gate" not in path.parents
        for line, what in ways_past(path.read_text())
    ]


def ways_past(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and words of each expression in `source` that reaches for the driver."""
    lines = source.splitlines()
    node: Any
    for node in ast.walk(ast.parse(source)):
        what = ""
        if isinstance(node, ast.Attribute) and node.attr == "connection" and "connection" in tail(node.value):
            what = "connection.connection"
        elif (
            isinstance(node, ast.Attribute) and node.attr == "shaping" and tail(node.value) in ("gate", "use")
        ):
            what = SET_BY_HAND
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called, on = node.func.attr, tail(node.func.value)
            if called == "backup" or called in ("set_authorizer", "blobopen", "executescript"):
                what = f".{called}()"
            elif called in ("connect", "Connection") and on in CONNECTS:
                what = f"{on}.{called}()"
        elif isinstance(node, ast.ImportFrom) and node.module in CONNECTS:
            if any(name.name in ("connect", "Connection", "AsyncConnection") for name in node.names):
                what = f"from {node.module} import connect"
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [name.name for name in node.names]
            module = getattr(node, "module", None) or ""
            if module.startswith("leadrush.gate") and {"IN_FORCE", "SHAPING", "shaping"} & set(names):
                what = SET_BY_HAND
        if what and not (MARK in (text := lines[node.lineno - 1]) and text.split(MARK, 1)[1].strip()):
            yield node.lineno, what


def tail(node: ast.AST) -> str:
    """Return the last name of an expression: `connection` of `db.connection` and of `connections["keys"]`."""
    if isinstance(node, ast.Subscript):
        return tail(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def role_is_bound(app_configs: Any, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """The role of a PostgreSQL database is neither superuser nor free of row-level security."""
    errors: list[CheckMessage] = []
    for connection in of_postgresql(databases):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            )
            name, free = cursor.fetchone()
        if free:
            errors.append(
                Error(
                    f"The role {name} of the database {connection.alias!r} is a superuser or may bypass "
                    "row-level security, so the second lock does not hold.",
                    hint="Let the site sign in as a role of its own that owns its database: "
                    "CREATE ROLE leadrush LOGIN; CREATE DATABASE leadrush OWNER leadrush;",
                    id="gate.E012",
                )
            )
    return errors


def rows_are_secured(app_configs: Any, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """Row-level security is on, forced and ours, on each personal table."""
    errors: list[CheckMessage] = []
    for connection in of_postgresql(databases):
        from leadrush.gate.postgresql.policies import POLICIES, state

        errors += [
            Error(
                f"Row-level security of {name} in {connection.alias!r} is not what it should be.",
                hint="Run `leadrush up` (or migrate), which puts it right.",
                id="gate.E013",
            )
            for name, (forced, found) in state(connection).items()
            if not forced or found != set(POLICIES)
        ]
    return errors


def uses_mean_what_was_published(app_configs: Any, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """The code means by each use what the statement in force says; else that use stays closed."""
    table = Version._meta.db_table
    if "default" not in (databases or ()) or table not in connections["default"].introspection.table_names():
        return []
    row = Version.objects.order_by("-number").first()
    text = parsed(row) if row else None
    return [
        Warning(
            f"{use.name} means {use.purpose} for {use.recipient}; version {text.number}, in force, says "
            f"{text.use(use.name).purpose} for {text.use(use.name).recipient}.",
            hint="What is given now is closed to it: publish a new version, or call the new use otherwise.",
            id="gate.W014",
        )
        for use in uses.all()
        if text and text.sense(use.name) not in (None, (use.purpose, use.recipient))
    ]


def of_postgresql(databases: Any) -> list[Any]:
    """Return the PostgreSQL connections among the aliases to be checked."""
    return [connections[alias] for alias in databases or () if connections[alias].vendor == "postgresql"]


STANDING = (
    engines_in_use,
    every_view_has_a_door,
    every_socket_has_a_door,
    every_task_has_a_use,
    every_command_has_a_use,
    personal_tables_have_a_mask,
    nobody_goes_past,
)
OF_DATABASES = (role_is_bound, rows_are_secured, uses_mean_what_was_published)
