"""What goes to the driver meets the database's own lock; what no lock stops is written down here too."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from leadrush import gate
from leadrush.gate.tests.conftest import POSTGRESQL, READ, House
from leadrush.gate.tests.house.models import Author, Note

on_sqlite = pytest.mark.skipif(POSTGRESQL, reason="SQLite's own ways")
on_postgresql = pytest.mark.skipif(not POSTGRESQL, reason="PostgreSQL's own ways")


def rows_of(raw: Any, sql: str) -> list[Any]:
    return list(raw.execute(sql))


def copied(statement: str) -> list[Any]:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        return [bytes(line) for line in copy]


BOTH: dict[str, Callable[[], Any]] = {
    "the driver's connection": lambda: rows_of(connection.connection, "SELECT text FROM house_note"),
    "the driver's cursor": lambda: rows_of(
        connection.connection.cursor(), "SELECT text FROM house_note ORDER BY 1"
    ),
    "the cursor inside Django's": lambda: rows_of(
        connection.cursor().cursor, "SELECT text || '' FROM house_note n"
    ),
    "counting through the driver": lambda: [
        row for row in rows_of(connection.connection, "SELECT count(*) FROM house_note") if row[0]
    ],
    "returning through the driver": lambda: rows_of(
        connection.connection, "UPDATE house_note SET size = 5 RETURNING text"
    ),
    "deleting through the driver": lambda: rows_of(
        connection.connection, "DELETE FROM house_note RETURNING text"
    ),
}
SQLITE: dict[str, Callable[[], Any]] = {
    "a string that SQLite takes for a name": lambda: rows_of(
        connection.connection, "SELECT text FROM 'house_note'"
    ),
    "a name in brackets": lambda: rows_of(connection.connection, "SELECT text FROM [house_note]"),
}
COPIES: dict[str, Callable[[], Any]] = {
    "COPY TO": lambda: copied("COPY house_note (text) TO STDOUT"),
    "COPY of a query": lambda: copied("COPY (SELECT text FROM house_note) TO STDOUT"),
    "a prepared statement": lambda: rows_of(connection.connection, "SELECT text FROM house_note /* again */"),
    "dynamic SQL": lambda: rows_of(
        connection.connection,
        "SELECT query_to_xml('SELECT text FROM house_note', true, false, '')::text WHERE "
        "query_to_xml('SELECT text FROM house_note', true, false, '')::text LIKE '%secret%'",
    ),
}
WAYS = {**BOTH, **(COPIES if POSTGRESQL else SQLITE)}


@pytest.mark.parametrize("in_use", [False, True])
@pytest.mark.parametrize("name", WAYS)
def test_the_database_gives_no_personal_row_to(name: str, in_use: bool, house: House) -> None:
    before = house.texts()
    connection.ensure_connection()
    found: Any = []
    with transaction.atomic():
        block = gate.using(READ.name) if in_use else gate.shaping()
        try:
            with block, transaction.atomic():
                if in_use:
                    assert Note.objects.count() == 1  # the gated query just before leaves nothing behind
                found = WAYS[name]() or []
        except (DatabaseError, sqlite3.Error, *driver_errors()):
            connection.needs_rollback = False
    assert found == []
    assert house.texts() == before


def driver_errors() -> tuple[type[Exception], ...]:
    import psycopg

    return (psycopg.Error,)


@on_sqlite
@pytest.mark.parametrize(
    "script", ["DELETE FROM house_note", "CREATE TABLE house_copy AS SELECT text FROM house_note"]
)
def test_a_script_meets_the_authorizer(script: str, open_house: House) -> None:
    before = open_house.texts()
    for block in (gate.using(READ.name), gate.shaping()):
        with block, connection.cursor() as cursor, pytest.raises(sqlite3.DatabaseError):
            cursor.executescript(script)
    assert open_house.texts() == before


@on_sqlite
def test_keys_stay_readable_to_the_database_itself(house: House) -> None:
    raw = connection.connection
    assert len(rows_of(raw, "SELECT id, author_id, mask FROM house_note")) == 3
    connection.check_constraints()


@on_postgresql
def test_the_tables_of_this_database_have_forced_row_level_security(house: House) -> None:
    from leadrush.gate.postgresql.policies import POLICIES, protect, state

    found = state(connection)
    assert {"house_note", "house_page"} <= set(found)
    assert all(forced and policies == set(POLICIES) for forced, policies in found.values())
    assert protect(connection) == []


@on_postgresql
def test_protection_that_was_taken_away_is_put_back(house: House) -> None:
    from leadrush.gate.postgresql.policies import protect, state

    connection.check_constraints()
    whole = state(connection)["house_note"]
    for damage in (
        "ALTER TABLE house_note NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE house_note DISABLE ROW LEVEL SECURITY",
        "DROP POLICY gate_reads_1 ON house_note",
        "CREATE POLICY somebody ON house_note USING (true)",
    ):
        with gate.shaping(), connection.cursor() as cursor:
            cursor.execute(damage)
        assert state(connection)["house_note"] != whole
        assert protect(connection) == ["house_note"]
        assert state(connection)["house_note"] == whole


# --- not closed: what a developer with intent can still do ------------------------------------------


@on_sqlite
def test_not_closed_on_sqlite_the_authorizer_can_be_taken_away(house: House) -> None:
    """Stopped by review, and by the check for `set_authorizer` outside the gate."""
    raw = connection.connection
    raw.set_authorizer(None)
    try:
        assert len(rows_of(raw, "SELECT text FROM house_note WHERE 1=1")) == 3
    finally:
        raw.set_authorizer(connection.flag.authorize)


@on_sqlite
def test_not_closed_on_sqlite_a_connection_of_ones_own_and_backup(open_house: House) -> None:
    """Stopped by review, the check for `sqlite3.connect` and `.backup(`, sealed values."""
    own = sqlite3.connect(connection.settings_dict["NAME"])
    assert len(rows_of(own, "SELECT text FROM house_note")) == 3
    copy = sqlite3.connect(":memory:")
    own.backup(copy)
    own.close()
    assert len(rows_of(copy, "SELECT text FROM house_note")) == 3
    copy.close()


@on_sqlite
def test_not_closed_on_sqlite_a_blob_handle_asks_nobody(house: House) -> None:
    """Stopped by review, and by the check for `.blobopen(`; values are sealed in the vault."""
    with connection.connection.blobopen("house_note", "text", house.hidden, readonly=True) as blob:
        assert blob.read() == b"secret"


@on_postgresql
def test_not_closed_on_postgresql_any_sql_can_name_a_use(house: House) -> None:
    """Stopped by review, and by the check for `connection.connection`; values are sealed in the vault."""
    raw = connection.connection
    raw.execute("SELECT set_config('leadrush.use', '-1', true)")
    assert len(rows_of(raw, "SELECT text FROM house_note")) == 3


def test_not_closed_an_instance_already_in_memory(house: House) -> None:
    """Stopped by review; a door's block is short, and sealed values open only inside it."""
    with gate.using(READ.name):
        note = Note.objects.get(pk=house.seen)
    assert note.text == "seen"


def test_not_closed_keys_of_hidden_rows_in_open_tables(house: House) -> None:
    """A foreign key in an open table says that the row exists: keep such keys in personal tables."""
    assert Author.objects.count() == 3
    from leadrush.gate.tests.house.models import Letter

    assert house.hidden in Letter.objects.values_list("note_id", flat=True)
