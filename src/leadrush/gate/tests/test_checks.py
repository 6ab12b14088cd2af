"""The system checks find what would leave the gate open."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, connections, models
from django.http import HttpResponse
from django.test.utils import isolate_apps, override_settings
from django.urls import path

from leadrush import gate
from leadrush.gate import checks, tables, tasks
from leadrush.gate.tests.conftest import POSTGRESQL, READ
from leadrush.gate.tests.house.models import Note

urlpatterns = [
    path("a/", lambda _: HttpResponse(), name="bare"),
    path("b/", gate.door("tests.unknown")(lambda _: HttpResponse())),
    path("c/", gate.door(READ.name)(lambda _: HttpResponse())),
]


def ids(check: Any, **options: Any) -> list[str]:
    return [message.id for message in check(None, **options)]


def test_the_site_itself_has_no_way_past_the_gate(db: Any) -> None:
    assert ids(checks.engines_in_use) == []
    assert ids(checks.nobody_goes_past) == []
    assert ids(checks.personal_tables_have_a_mask) == []
    for check in checks.OF_DATABASES:
        assert ids(check, databases=list(connections)) == []


def test_an_engine_past_the_gate_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "ENGINE", "django.db.backends.sqlite3")
    assert ids(checks.engines_in_use) == ["gate.E001"]


def test_a_cursor_that_was_replaced_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "make_cursor", lambda cursor: SimpleNamespace())
    assert ids(checks.engines_in_use) == ["gate.E002"]


@override_settings(ROOT_URLCONF=__name__)
def test_a_view_without_a_door_or_with_an_unknown_use_is_found() -> None:
    assert ids(checks.every_view_has_a_door) == ["gate.E003", "gate.E004"]


class Bare:
    """A socket whose consumer says no use."""


@gate.socket("tests.unknown", READ.name, what="tests.socket")
class Unknown:
    """A socket whose consumer says a use that no room declares."""


@gate.socket(READ.name, what="tests.socket")
class Declared:
    """A socket with a door."""


def test_a_socket_without_a_door_or_with_an_unknown_use_fails_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ids(checks.every_socket_has_a_door) == []
    callbacks = [SimpleNamespace(consumer_class=one) for one in (Bare, Unknown, Declared)]
    served = [SimpleNamespace(callback=one, pattern="live/") for one in callbacks]
    monkeypatch.setattr(checks.sockets, "patterns", lambda: served)
    assert ids(checks.every_socket_has_a_door) == ["gate.E015", "gate.E016"]
    with pytest.raises(SystemCheckError, match=r"gate\.E015"):
        call_command("check", tags=["gate"])


def test_a_socket_opens_no_use_that_is_not_on_its_door() -> None:
    actor = gate.Actor("program", "tests")
    with gate.opened(Declared(), READ.name, actor):
        assert gate.current().what == "tests.socket"
    for one, use in ((Declared(), "house.keep"), (Bare(), READ.name)):
        with pytest.raises(gate.Refused):
            gate.opened(one, use, actor)
    with pytest.raises(ValueError):
        gate.socket(what="tests.socket")


def test_a_task_without_a_use_or_with_an_unknown_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_TASKS", {})
    gate.task("tests.a", use=None, every=1)(lambda: None)
    gate.task("tests.b", use="tests.unknown", every=1)(lambda: None)
    gate.task("tests.c", use=READ.name, every=1)(lambda: None)
    gate.task("tests.d", use=None, every=1, why="it counts")(lambda: None)
    assert ids(checks.every_task_has_a_use) == ["gate.E005", "gate.E006"]


def test_a_command_without_a_use_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "get_commands", lambda: {"x": "leadrush.house", "y": "django.core"})
    monkeypatch.setattr(checks, "load_command_class", lambda app, name: gate.Command())
    assert ids(checks.every_command_has_a_use) == ["gate.E007"]


@isolate_apps("leadrush.gate.tests.house")
def test_a_child_of_a_personal_table_is_refused_and_found(monkeypatch: pytest.MonkeyPatch, db: Any) -> None:
    monkeypatch.setattr(tables, "HELD", tables.HELD)

    class Child(Note):
        more = models.TextField()

        class Meta:
            app_label = "house"

    try:
        monkeypatch.setattr(checks.apps, "get_models", lambda **_: [Child])
        assert ids(checks.personal_tables_have_a_mask) == ["gate.E010"]
        for ask in (
            lambda: list(Child.objects.values_list("more")),
            lambda: Child.objects.count(),
            lambda: Child(text="x", more="y").save(),
        ):
            with gate.using(READ.name), pytest.raises(gate.Refused) as refusal:
                ask()
            assert str(refusal.value) == (
                "The table house_child holds personal data without a mask of its own: "
                "give its model the columns of its parent instead of inheriting from a personal table."
            )
    finally:
        del tables.HELD["house_child"]
        for watcher in tables._watchers:
            watcher()


PAST = {
    "connection.connection.execute('x')": "connection.connection",
    "connections['keys'].connection.cursor()": "connection.connection",
    "from django import db\ndb.connection.connection": "connection.connection",
    "raw.backup(other)": ".backup()",
    "import sqlite3\nsqlite3.connect('x')": "sqlite3.connect()",
    "psycopg.Connection.connect('x')": "",
    "psycopg.connect('x')": "psycopg.connect()",
    "from psycopg import connect": "from psycopg import connect",
    "c.set_authorizer(None)": ".set_authorizer()",
    "c.blobopen('t', 'c', 1)": ".blobopen()",
    "from leadrush.gate.use import IN_FORCE": checks.SET_BY_HAND,
    "from leadrush.gate import shaping": checks.SET_BY_HAND,
    "gate.shaping()": checks.SET_BY_HAND,
    "signal.connect(receiver)": "",
    "connection.cursor()": "",
    "raw.backup(other)  # gate: copies for the owner, sealed as they lie": "",
    "raw.backup(other)  # gate: ": ".backup()",
}


@pytest.mark.parametrize("source", PAST)
def test_code_that_reaches_for_the_driver_is_found(source: str) -> None:
    assert [what for _, what in checks.ways_past(source)] == ([PAST[source]] if PAST[source] else [])


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite has no roles and no row-level security")
def test_unsecured_rows_are_found(db: Any) -> None:
    with gate.shaping(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE house_note NO FORCE ROW LEVEL SECURITY")
    assert ids(checks.rows_are_secured, databases=["default"]) == ["gate.E013"]


def test_code_that_means_another_use_than_the_statement_in_force_is_found(published: Any) -> None:
    assert ids(checks.uses_mean_what_was_published, databases=["default"]) == []
    changed, *others = published.uses
    for other in (replace(changed, purpose="Advertising"), replace(changed, recipient="Acme Mail")):
        number = gate.force().number + 1
        gate.publish(replace(published, number=number, uses=(other, *others)))
        (told,) = checks.uses_mean_what_was_published(None, databases=["default"])
        assert (told.id, told.msg) == (
            "gate.W014",
            f"{changed.name} means {changed.purpose} for {changed.recipient}; "
            f"version {number}, in force, says {other.purpose} for {other.recipient}.",
        )
        assert ids(checks.uses_mean_what_was_published, databases=["keys"]) == []
    words = replace(changed, title="something nicer", heading="market")
    gate.publish(replace(published, number=9, uses=(words, *others)))
    assert ids(checks.uses_mean_what_was_published, databases=["default"]) == []


def test_what_code_means_is_not_asked_before_there_is_a_statement(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ids(checks.uses_mean_what_was_published, databases=["default"]) == []
    monkeypatch.setattr(connection.introspection, "table_names", lambda: [])
    monkeypatch.setattr(checks.Version.objects, "order_by", None)
    assert ids(checks.uses_mean_what_was_published, databases=["default"]) == []


def test_the_checks_are_registered() -> None:
    found = {message.id for message in run_checks(tags=["gate"])}
    assert not found & {"gate.E001", "gate.E002", "gate.E011"}
