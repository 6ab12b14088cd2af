"""The ground that figures stand on: the three databases of a site, and a plain one beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.apps import apps
from django.db import connections

from bench import settings
from tests.rig import cluster

GROUND = settings.GROUND
NAME = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[GROUND]
# As a site runs: what is committed survives a power cut. The rest is that of the private cluster.
LASTING = {
    "fsync=off": "fsync=on",
    "synchronous_commit=off": "synchronous_commit=on",
    "full_page_writes=off": "full_page_writes=on",
    "shared_buffers=64MB": "shared_buffers=512MB",
}


@contextmanager
def sqlite() -> Iterator[None]:
    """Stand on files that were migrated once and are copied from a template."""
    from tests.rig.sqlite import Files

    files = Files()
    try:
        yield
    finally:
        files.close()


@contextmanager
def postgresql() -> Iterator[None]:
    """Stand on a private PostgreSQL that ends with this process."""
    from tests.rig.postgresql import Databases, Server

    server = Server()
    # The template was made without syncing, for tests; from here on this one works as a site's does.
    server.cluster.stop()
    cluster.OPTIONS = tuple(LASTING.get(option, option) for option in cluster.OPTIONS)  # type: ignore[assignment]
    server.cluster = cluster.Cluster(server.cluster.folder)
    try:
        Databases("bench")
        server.cluster.run("create database test_bench_plain")
        place("plain", "test_bench_plain", server.cluster.socket)
        yield
    finally:
        for connection in connections.all():
            connection.close()
        server.close()


def place(alias: str, name: str, socket: str) -> None:
    """Say where a database lies that the rig knows nothing of."""
    for known in (connections.settings[alias], connections[alias].settings_dict):
        known.update(NAME=name, HOST=socket, USER=cluster.ROLE, PASSWORD="", PORT="")


def take_one_lock_off() -> None:
    """Copy the filled database, and take row-level security off the copy's personal tables."""
    from leadrush.gate import tables

    default = connections["default"].settings_dict
    connections["default"].close()
    reached = cluster.Reached(default["HOST"])
    reached.run(f"create database test_bench_one_lock template {default['NAME']}")
    off = [f'alter table "{name}" disable row level security' for name in tables.all()]
    reached.run(*off, dbname="test_bench_one_lock")
    place("one_lock", "test_bench_one_lock", default["HOST"])


def make_plain() -> None:
    """Make the plain tables, and those that are plain in LeadRush too."""
    from leadrush.webinars.models import Picture, Question, Series, Webinar

    tables: list[Any] = [*apps.get_app_config("plain").get_models(), Series, Webinar, Question, Picture]
    with connections["plain"].schema_editor() as editor:
        for model in tables:
            editor.create_model(model)


def publish() -> None:
    """Put version 1 of the statement in force, made of the installed rooms' clauses with their defaults."""
    from leadrush import gate, statement
    from leadrush.gate import rooms

    gate.publish(statement.Version.draw_up(rooms.all(), number=1, published=date(2026, 1, 1)))


def settle() -> None:
    """Let each database look at itself once, so that none does so while it is measured."""
    for alias in connections:
        with connections[alias].cursor() as cursor:
            if connections[alias].vendor == "postgresql":
                cursor.execute("VACUUM ANALYZE")
            else:
                cursor.execute("ANALYZE")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def prepared(size: int) -> Iterator[None]:
    """Stand on databases that hold `size` invented persons each."""
    from bench import filling, webinars
    from bench.shelves import models as shelves

    with postgresql() if GROUND == "postgresql" else sqlite():
        make_plain()
        shelves.make()
        publish()
        filling.fill(size)
        webinars.plan()
        if GROUND == "postgresql":
            take_one_lock_off()
        settle()
        yield
