"""The verdict by itself: what PostgreSQL's policies are told, and what is said about SQL that is closed."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from psycopg.adapt import Dumper
from psycopg.sql import SQL, Composable, Identifier, Literal

from leadrush import gate
from leadrush.gate import judging, tables
from leadrush.gate.judging import EVERYTHING, Judge, Verdict
from leadrush.gate.tests.conftest import READ, House
from leadrush.gate.tests.house.models import Note
from leadrush.gate.words import WRITING

BIT = 1 << READ.bit


def gated(alias: str) -> str:
    """The condition on an alias."""
    return f'("{alias}"."mask" & {BIT}) <> 0'


NOTE = gated("house_note")


@pytest.fixture(params=[False, True], ids=["SQLite", "PostgreSQL"])
def judge(request: pytest.FixtureRequest) -> Iterator[Judge]:
    """A judge of its own, who has seen nothing."""
    made = Judge(postgresql=request.param)
    made.forget()
    yield made
    tables._watchers.remove(made.forget)


def test_policies_are_told_the_use_of_what_is_read_and_that_an_insert_or_a_new_mask_is_judged_already(
    judge: Judge,
) -> None:
    held = frozenset({"house_note"})
    for sql, value in (
        (f"SELECT text FROM house_note WHERE {NOTE}", BIT),
        (f"UPDATE house_note SET size = 1 WHERE {NOTE}", BIT),
        (f"UPDATE house_note SET size = 1, mask = 3 WHERE {NOTE}", WRITING),
        (f"DELETE FROM house_note WHERE {NOTE}", BIT),
        ("INSERT INTO house_note (text) VALUES ('x')", WRITING),
        (f"INSERT INTO house_note (text) SELECT text FROM house_note WHERE {NOTE}", BIT),
    ):
        assert judge.judge(sql, BIT) == Verdict(held, value), sql
    assert judge.judge("SELECT 1", BIT) is None
    assert judge.judge("PRAGMA table_info(house_note)", 0) is None
    assert judge.judge("pragma table_info(house_note)", 0) is None


def test_while_tables_are_shaped_rows_can_be_changed_and_not_be_read(judge: Judge) -> None:
    assert judge.shape("SELECT id FROM house_note") == Verdict(frozenset(), 0)
    assert judge.shape("CREATE TABLE house_note (id int)") == Verdict(EVERYTHING, 0)
    for text in ("( ; house_note", "-- house_note", '"house_note"'):
        assert judge.shape(text) == Verdict(EVERYTHING, 0), text
    for word in ("INSERT INTO", "update", "DELETE FROM", "WITH"):
        assert judge.shape(f"{word} house_note") == Verdict(EVERYTHING, WRITING), word
    assert judge.shape("DELETE FROM django_site") is None


def test_sql_without_the_condition_is_refused_with_what_to_write(judge: Judge) -> None:
    sql = "SELECT 1 FROM house_note AS n, house_page AS p, house_note AS m"
    with pytest.raises(gate.Refused) as refusal:
        judge.judge(sql, BIT)
    assert str(refusal.value) == (
        "This SQL reads house_note, house_page without the condition of the use in force. Join it by AND, "
        'in parentheses beside any OR: f"... WHERE {gate.condition("house_note")} AND (...)".'
    )


def test_sql_that_cannot_be_read_is_closed_without_a_use_and_refused_with_one(judge: Judge) -> None:
    sql = "SELECT * INTO copied FROM house_note"
    with pytest.raises(gate.NoUse, match=r"^A personal table is closed here, because no use is in force"):
        judge.judge(sql, 0)
    with pytest.raises(gate.Refused, match=r"^SELECT INTO copies rows out of the gate\.$"):
        judge.judge(sql, BIT)
    with pytest.raises(gate.NoUse, match=r"^The table house_note, house_page is closed here"):
        judge.judge("SELECT 1 FROM house_page, house_note", 0)


@pytest.mark.parametrize(
    "where",
    [
        f"size BETWEEN 1 BETWEEN 0 AND 1 AND {NOTE}",
        f"size BETWEEN 0 AND {NOTE}",
        f"size = 1 AND size BETWEEN 1 BETWEEN 0 AND 1 AND {NOTE}",
    ],
)
def test_a_condition_that_is_the_end_of_a_range_is_no_condition(judge: Judge, where: str) -> None:
    with pytest.raises(gate.Refused, match="without the condition"):
        judge.judge(f"SELECT text FROM house_note WHERE {where}", BIT)


def test_a_condition_after_ranges_counts(judge: Judge) -> None:
    for where in (f"size BETWEEN 0 AND 1 AND {NOTE}", f"size BETWEEN 1 BETWEEN 0 AND 1 AND 2 AND {NOTE}"):
        assert judge.judge(f"SELECT text FROM house_note WHERE {where}", BIT) is not None


ALLOWED = {
    "a schema's name": f"SELECT text FROM main.house_note WHERE {NOTE}",
    "a schema's name and an alias": f"SELECT text FROM main.house_note n WHERE {gated('n')}",
    "a quoted alias": f'SELECT text FROM house_note "n" WHERE {gated("n")}',
    "parentheses around all of it": f"(SELECT text FROM house_note WHERE {NOTE})",
    "texts that look like the beginning of a group": f"SELECT '(', 'CASE' FROM house_note WHERE {NOTE}",
    "another table behind a comma": "SELECT 1 FROM house_author a JOIN house_note "
    f"ON {NOTE}, house_page p WHERE {gated('p')}",
    "an alias after AS": f"SELECT text FROM house_note AS n WHERE {gated('n')}",
    "an upsert that leaves hidden rows": "INSERT INTO house_note (id, text) VALUES (1, 'x') "
    f"ON CONFLICT (id) DO UPDATE SET text = 'y' WHERE {NOTE}",
    "capital letters": f"SELECT TEXT FROM HOUSE_NOTE WHERE {NOTE}",
    "two ON of their own": f"SELECT 1 FROM house_author a JOIN house_note ON {NOTE} "
    f"JOIN house_page p ON {gated('p')}",
}
REFUSED = {
    "an upsert over hidden rows": "INSERT INTO house_note (id, text) VALUES (1, 'x') "
    "ON CONFLICT (id) DO UPDATE SET text = 'y'",
    "an upsert whose condition chooses the index": "INSERT INTO house_note (id, text) VALUES (1, 'x') "
    f"ON CONFLICT (id) WHERE {NOTE} DO UPDATE SET text = 'y'",
    "a condition in the ON of another join": f"SELECT 1 FROM house_author JOIN house_note JOIN house_page "
    f"ON 1 = 1 ON {gated('house_page')} WHERE {NOTE}",
    "capital letters": "SELECT TEXT FROM HOUSE_NOTE",
    "the alias of another": f"SELECT text FROM house_note n WHERE {NOTE}",
    "the outer side of a join": f"SELECT 1 FROM house_author RIGHT JOIN house_note ON {NOTE}",
}


@pytest.mark.parametrize("sql", ALLOWED.values(), ids=ALLOWED)
def test_sql_with_the_condition_in_its_place_runs(judge: Judge, sql: str) -> None:
    assert judge.judge(sql, BIT) is not None


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED)
def test_sql_with_the_condition_elsewhere_is_refused(judge: Judge, sql: str) -> None:
    with pytest.raises(gate.Refused, match="without the condition"):
        judge.judge(sql, BIT)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("DROP TABLE house_note", "DROP is not for personal tables; migrations shape them."),
        (
            "SELECT 1 /* all */ FROM house_note",
            "Comments and escape strings are not read beside a personal table: leave them out.",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(judge: Judge, sql: str, words: str) -> None:
    with pytest.raises(gate.Refused) as refusal:
        judge.judge(sql, BIT)
    assert str(refusal.value) == words


def test_a_query_inside_the_brackets_of_an_array_is_read_where_brackets_are_no_quotes() -> None:
    sql = "SELECT ARRAY[(SELECT text FROM house_note)]"
    with pytest.raises(gate.Refused, match="without the condition"):
        judging.Judge(postgresql=True).judge(sql, BIT)
    # For SQLite this is the name of a column.
    assert judging.Judge(postgresql=False).judge(sql, BIT) is None


def test_what_is_remembered_does_not_grow_for_ever(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MOST", 3)
    remembered = []
    for number in range(7):
        judge.verdict(f"SELECT {number}", None)
        judge.verdict(f"SELECT {number}", None)
        remembered.append(len(judge.seen))
    assert remembered == [1, 2, 3, 1, 2, 3, 1]


def test_the_text_that_is_judged_is_the_text_that_runs_however_it_was_composed() -> None:
    class ForItsConnection(Composable):
        def as_bytes(self, context: Any = None) -> bytes:
            return f"SELECT text FROM {context.table}".encode()

    assert judging.spelled(b"SELECT 1 FROM house_note", None) == "SELECT 1 FROM house_note"
    assert judging.spelled(SQL("SELECT {}").format(Identifier("a")), None) == 'SELECT "a"'
    there = SimpleNamespace(connection=None, table="house_note")
    assert judging.spelled(ForItsConnection("x"), there) == "SELECT text FROM house_note"


class Bit:
    """What only one connection knows how to write."""


class Written(Dumper):
    def dump(self, obj: Any) -> bytes:
        return str(BIT).encode()

    quote = dump


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's driver takes text alone")
def test_composed_sql_and_bytes_are_judged_and_run(house: House) -> None:
    connection.ensure_connection()
    connection.connection.adapters.register_dumper(Bit, Written)
    mine = SQL("(house_note.mask & {}) <> 0").format(Literal(Bit()))
    read = SQL("SELECT text FROM {} WHERE ").format(Identifier("house_note"))
    write = SQL("UPDATE house_note SET size = %s WHERE ")
    for ask, change in (
        (read + mine, write + mine),
        (f"SELECT text FROM house_note WHERE {NOTE}".encode(), (write + SQL(NOTE)).as_bytes()),
    ):
        with connection.cursor() as cursor:
            with gate.using(READ.name):
                cursor.execute(ask)
                assert cursor.fetchall() == [("seen",)]
                cursor.executemany(change, [(2,), (3,)])
            for run in (lambda: cursor.execute(ask), lambda: cursor.executemany(change, [(4,)])):  # noqa: B023
                with pytest.raises(gate.NoUse):
                    run()
    with gate.using(READ.name):
        assert Note.objects.get().size == 3
