"""SQLite's own lock by itself: what it lets a statement do that did not come through the cursor."""

from __future__ import annotations

import sqlite3

import pytest
from django.db import connection

from leadrush import gate
from leadrush.gate.judging import EVERYTHING
from leadrush.gate.sqlite3.base import Flag
from leadrush.gate.tests.conftest import OTHER as SEES_ALL
from leadrush.gate.tests.conftest import POSTGRESQL, House

READ, UPDATE = sqlite3.SQLITE_READ, sqlite3.SQLITE_UPDATE
INSERT, DELETE = sqlite3.SQLITE_INSERT, sqlite3.SQLITE_DELETE
YES, NO = sqlite3.SQLITE_OK, sqlite3.SQLITE_DENY


@pytest.mark.parametrize("table", ["house_note", "HOUSE_NOTE"])
def test_rows_of_personal_tables_are_neither_read_nor_written(table: str) -> None:
    flag = Flag()
    assert [flag.authorize(action, table, "text", "main", None) for action in (READ, UPDATE)] == [NO, NO]
    assert [flag.authorize(action, table, None, "main", None) for action in (INSERT, DELETE)] == [NO, NO]
    # Keys are for the database's own checks of references; counting names no column.
    for column in ("id", "ID", "author_id"):
        assert flag.authorize(READ, table, column) == YES
        assert flag.authorize(UPDATE, table, column) == NO
    assert flag.authorize(READ, table, "") == NO


def test_other_tables_and_other_actions_are_not_asked_about() -> None:
    flag = Flag()
    for action in (READ, UPDATE, INSERT, DELETE):
        assert flag.authorize(action, "house_author", "name") == YES
        assert flag.authorize(action, None, None) == YES
    for action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_CREATE_INDEX, sqlite3.SQLITE_PRAGMA):
        assert flag.authorize(action, "house_note", None) == YES


def test_what_came_through_the_cursor_may_touch_its_own_tables_and_no_other() -> None:
    flag = Flag()
    flag.tables = frozenset({"house_note"})
    assert flag.authorize(READ, "house_note", "text") == flag.authorize(DELETE, "house_note", None) == YES
    assert flag.authorize(READ, "house_page", "text") == NO
    flag.tables = EVERYTHING
    assert flag.authorize(READ, "house_page", "text") == YES


@pytest.mark.skipif(POSTGRESQL, reason="PostgreSQL has row-level security in place of this")
def test_the_driver_neither_empties_nor_fills_a_personal_table(house: House) -> None:
    driver = connection.connection
    for sql in ("DELETE FROM house_note", "INSERT INTO house_note DEFAULT VALUES"):
        with pytest.raises(sqlite3.DatabaseError, match=r"prohibited|not authorized"):
            driver.execute(sql)
    assert len(house.texts()) == 3


@pytest.mark.skipif(POSTGRESQL, reason="PostgreSQL's driver has no rows to fetch here, and says so")
def test_a_cursor_that_wrote_many_open_rows_is_not_held_to_the_use_it_read_under_before(house: House) -> None:
    with connection.cursor() as cursor:
        with gate.using(SEES_ALL.name):
            cursor.execute(f"SELECT text FROM house_note WHERE {gate.condition('house_note')}")
        cursor.executemany("INSERT INTO house_author (name) VALUES (%s)", [("Dan",), ("Eve",)])
        assert cursor.fetchall() == []
