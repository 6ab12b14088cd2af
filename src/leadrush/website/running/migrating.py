"""The tables of all three databases, brought to what the code expects."""

from __future__ import annotations

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_pre_migrate_signal
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.migrations.executor import MigrationExecutor


def labels_on(alias: str) -> list[str]:
    """Return the labels of the apps that keep a table in the database called `alias`, sorted."""
    return sorted({m._meta.app_label for m in apps.get_models() if router.allow_migrate_model(alias, m)})


def migrate_all(*, syncdb: bool = False, verbosity: int = 0) -> None:
    """Run every migration where its tables live; `syncdb` also makes tables of apps without migrations.

    A database apart from `default` gets only the apps that keep something in it: to note 200 migrations of
    others that do nothing there costs as much time as to run them. Those come first: data are never without
    the place of their keys.
    """
    for alias in connections:
        if alias != DEFAULT_DB_ALIAS:
            for label in labels_on(alias):
                call_command("migrate", label, database=alias, interactive=False, verbosity=verbosity)
    _others_first()
    call_command(
        "migrate", database=DEFAULT_DB_ALIAS, run_syncdb=syncdb, interactive=False, verbosity=verbosity
    )


def _others_first() -> None:
    """In a new database, make the tables of others before ours.

    Django goes by the alphabet, which puts Wagtail's hundred migrations last: each would draw all our models
    anew, since they and its own point at the same person. In this order a first start takes a quarter less.
    """
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.loader.applied_migrations:
        return
    others = {one.label for one in apps.get_app_configs() if not one.name.startswith("leadrush.")}
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] in others]
    plan = executor.migration_plan(targets)
    emit_pre_migrate_signal(0, False, DEFAULT_DB_ALIAS, plan=plan)
    executor.migrate(targets, plan)
