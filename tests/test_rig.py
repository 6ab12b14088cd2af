"""The ground of all other tests: if one of these fails, a green run says little."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.db import connections, router

POSTGRESQL = os.environ.get("TEST_DATABASES") == "postgresql"


def test_a_test_that_names_no_database_may_use_all_three(db: None) -> None:
    for alias in ("default", "keys", "ledger"):
        with connections[alias].cursor() as cursor:
            cursor.execute("select 1")
            assert cursor.fetchone() == (1,)


def test_the_engine_under_test_is_the_one_asked_for(db: None) -> None:
    vendors = {connections[alias].vendor for alias in connections}
    assert vendors == {"postgresql" if POSTGRESQL else "sqlite"}


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite has no roles")
def test_the_role_under_test_is_bound_by_row_level_security(db: None) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("select rolsuper, rolbypassrls from pg_roles where rolname = current_user")
        assert cursor.fetchone() == (False, False)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_transactional_test_finds_what_migrations_put_there_and_nothing_else(
    transactional_db: None, turn: int
) -> None:
    assert Permission.objects.exists()
    assert not Group.objects.filter(name="left behind").exists()
    Group.objects.create(name="left behind")
    Permission.objects.all().delete()


def test_threads_see_what_another_has_committed(transactional_db: None) -> None:
    Group.objects.create(name="written by the first")
    seen: list[str] = []

    def look() -> None:
        seen.extend(Group.objects.values_list("name", flat=True))
        connections.close_all()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert "written by the first" in seen


def test_tables_lie_in_the_database_their_model_names(db: None) -> None:
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    made = MigrationLoader(None).project_state().models
    models = [m for m in apps.get_models() if (m._meta.app_label, m._meta.model_name) in made]
    assert models
    for alias in connections:
        with connections[alias].cursor() as cursor:
            there = set(connections[alias].introspection.table_names(cursor))
        ours = {m._meta.db_table for m in models if router.allow_migrate_model(alias, m)}
        others = {m._meta.db_table for m in models} - ours
        # Migrating an app elsewhere may bring along empty tables of what it depends on, never the reverse.
        assert ours <= there, f"missing in {alias}: {ours - there}"
        if alias != "default":
            assert Session._meta.db_table in others


def test_a_killed_run_leaves_no_postgresql_behind() -> None:
    from tests.rig import cluster

    code = (
        "import sys, time; from pathlib import Path; from tests.rig import cluster, folders\n"
        "folder = folders.run_folder() / 'data'; cluster.init(folder); running = cluster.Cluster(folder)\n"
        "print(running._process.pid, flush=True); time.sleep(60)"
    )
    cluster.binaries()
    run = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    server = int(run.stdout.readline())
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.kill(server, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("PostgreSQL outlived the run that started it")
