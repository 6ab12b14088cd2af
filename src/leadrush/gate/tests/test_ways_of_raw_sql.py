"""Raw SQL: it carries the condition where the gate can see it hold, or it does not run."""

# ruff: noqa: E501 - SQL reads best on one line
from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.expressions import RawSQL

from leadrush import gate
from leadrush.gate.tests.conftest import OTHER, POSTGRESQL, READ, House
from leadrush.gate.tests.house.models import Author, Note

C = "{note}"  # stands for the condition on house_note; {n} for that on the alias n
REFUSED = {
    "a plain select": "SELECT text FROM house_note",
    "a quoted name": 'SELECT "text" FROM "house_note"',
    "capital letters": "select TEXT from HOUSE_NOTE",
    "a star": "SELECT * FROM house_note",
    "a count": "SELECT count(*) FROM house_note",
    "a schema": "SELECT text FROM " + ("public" if POSTGRESQL else "main") + ".house_note",
    "a comma join": "SELECT n.text FROM house_author, house_note n",
    "a join": "SELECT n.text FROM house_author a JOIN house_note n ON n.author_id = a.id",
    "a join that asks for somebody else": (
        "SELECT n.text FROM house_note n JOIN house_note o ON (o.id = n.id AND {o})"
    ),
    "a left join whose ON speaks of the left": (
        "SELECT n.text FROM house_note n LEFT JOIN house_author a ON (a.id = n.author_id AND {n})"
    ),
    "a join of a subquery whose ON speaks of the left": (
        "SELECT n.text FROM house_note n LEFT JOIN (SELECT 1 AS x) s ON {n}"
    ),
    "a right join whose ON speaks of the right": (
        "SELECT n.text FROM house_author a RIGHT JOIN house_note n ON (a.id = n.author_id AND {n})"
    ),
    "a full join": "SELECT n.text FROM house_author a FULL JOIN house_note n ON {n}",
    "parentheses around a join": "SELECT n.text FROM (house_note n CROSS JOIN house_author a) WHERE {n}",
    "a subquery in FROM": "SELECT text FROM (SELECT text FROM house_note) x",
    "a mask made up in a subquery": f"SELECT text FROM (SELECT *, {1 << 60} AS mask FROM house_note) n WHERE {{n}}",
    "a subquery in SELECT": "SELECT (SELECT max(text) FROM house_note)",
    "a subquery in WHERE": "SELECT name FROM house_author WHERE id IN (SELECT author_id FROM house_note)",
    "a condition inside, for outside": (
        "SELECT text FROM house_note WHERE id IN (SELECT id FROM house_note WHERE {note})"
    ),
    "a condition outside, for inside": (
        "SELECT text FROM house_note WHERE {note} AND id IN (SELECT id FROM house_note)"
    ),
    "IN and a table's name": "SELECT name FROM house_author WHERE id IN house_note",
    "a common table expression": "WITH x AS (SELECT text FROM house_note) SELECT text FROM x",
    "a table's name given to something else": "WITH house_note AS (SELECT 1 AS text) SELECT text FROM house_note",
    "a delete that returns": "DELETE FROM house_note RETURNING text",
    "an update that returns": "UPDATE house_note SET size = 2 RETURNING text",
    "union all": "SELECT text FROM house_note WHERE {note} UNION ALL SELECT text FROM house_note",
    "union, the other side": "SELECT text FROM house_note UNION SELECT text FROM house_note WHERE {note}",
    "OR 1=1": "SELECT text FROM house_note WHERE {note} OR 1=1",
    "OR before": "SELECT text FROM house_note WHERE 1=1 OR {note}",
    "OR in parentheses": "SELECT text FROM house_note WHERE ({note} OR 1=1)",
    "OR behind an AND": "SELECT text FROM house_note WHERE {note} AND 1=1 OR 1=1",
    "OR behind a function that is also a join's word": (
        "SELECT text FROM house_note WHERE {note} AND left(text, 1) = 'x' OR 1=1"
    ),
    "NOT": "SELECT text FROM house_note WHERE NOT {note}",
    "NOT in parentheses": "SELECT text FROM house_note WHERE NOT ({note})",
    "equals false": "SELECT text FROM house_note WHERE ({note}) = (1=0)",
    "is not null": "SELECT text FROM house_note WHERE ({note}) IS NOT NULL",
    "CASE around it": "SELECT text FROM house_note WHERE CASE WHEN 1=1 AND {note} AND 1=1 THEN 1=1 ELSE 1=1 END",
    "a function around it": "SELECT text FROM house_note WHERE coalesce(NULL, {note})",
    "BETWEEN that eats the AND": "SELECT text FROM house_note WHERE 1 BETWEEN 0 AND {note}",
    "the condition as a string": "SELECT text FROM house_note WHERE '{note}' <> ''",
    "the condition in a comment": "SELECT text FROM house_note /* WHERE {note} */",
    "the condition behind dashes": "SELECT text FROM house_note -- WHERE {note}",
    "a comment in the name's place": "SELECT text FROM/**/house_note",
    "another use's bit": f'SELECT text FROM house_note WHERE ("house_note"."mask" & {1 << 61}) <> 0',
    "all bits": 'SELECT text FROM house_note WHERE ("house_note"."mask" & -1) <> 0',
    "the condition in HAVING": "SELECT text FROM house_note GROUP BY text, mask HAVING {note}",
    "the condition in SELECT": "SELECT text, {note} FROM house_note",
    "the condition in ORDER BY": "SELECT text FROM house_note ORDER BY {note}",
    "two statements": "SELECT 1; SELECT text FROM house_note",
    "two statements with a condition": "SELECT text FROM house_note WHERE {note}; SELECT text FROM house_note",
    "update": "UPDATE house_note SET text = 'x'",
    "update or ignore": "UPDATE OR IGNORE house_note SET text = 'x'",
    "delete": "DELETE FROM house_note",
    "insert or replace": "INSERT OR REPLACE INTO house_note (id, text) VALUES (1, 'x')",
    "replace into": "REPLACE INTO house_note (id, text) VALUES (1, 'x')",
    "insert over a conflict": (
        "INSERT INTO house_note (id, text, size, mask) VALUES (1, 'x', 1, 1) "
        "ON CONFLICT (id) DO UPDATE SET text = 'x'"
    ),
    "insert from itself": "INSERT INTO house_note (text, size, mask) SELECT text, 1, 1 FROM house_note",
    "copying into the open": "INSERT INTO house_author (name) SELECT text FROM house_note",
    "a table made from it": "CREATE TABLE house_copy AS SELECT text FROM house_note",
    "a temporary view": "CREATE TEMP VIEW house_view AS SELECT text FROM house_note",
    "select into": "SELECT text INTO house_copy FROM house_note WHERE {note}",
    "TABLE": "TABLE house_note",
    "TABLE in parentheses": "SELECT * FROM (TABLE house_note) x",
    "explain": "EXPLAIN SELECT text FROM house_note",
    "truncate": "TRUNCATE house_note",
    "drop": "DROP TABLE house_note",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON house_note BEGIN SELECT 1; END",
    "lock": "LOCK TABLE house_note",
    "copy to": "COPY house_note TO STDOUT",
}
ALLOWED = {
    "a condition": "SELECT text FROM house_note WHERE {note}",
    "a condition and more": "SELECT text FROM house_note WHERE {note} AND (size > 0 OR size < 0)",
    "more and a condition": "SELECT text FROM house_note WHERE size BETWEEN 0 AND 900 AND {note} ORDER BY text",
    "a condition in parentheses": "SELECT text FROM house_note WHERE (({note}) AND size > 0)",
    "an alias": "SELECT n.text FROM house_note AS n WHERE {n} LIMIT 5",
    "an inner join": "SELECT n.text FROM house_author a JOIN house_note n ON (n.author_id = a.id AND {n})",
    "a join held by WHERE": (
        "SELECT n.text FROM house_author a JOIN house_note n ON n.author_id = a.id WHERE {n}"
    ),
    "union all": (
        "SELECT text FROM house_note WHERE {note} UNION ALL SELECT text FROM house_note WHERE {note} AND 1=0"
    ),
    "a common table expression": "WITH x AS (SELECT text FROM house_note WHERE {note}) SELECT text FROM x",
    "a subquery": "SELECT text FROM (SELECT n.text FROM house_note n WHERE {n}) x WHERE 1=1 OR 1=0",
    "a semicolon at the end": "SELECT text FROM house_note WHERE {note};",
    "a group": "SELECT text FROM house_note WHERE {note} GROUP BY text HAVING (count(*) > 0 OR 1=1)",
}


def filled(sql: str, use: Any = READ) -> str:
    bit = 1 << use.bit
    for name, alias in (("note", "house_note"), ("n", "n"), ("o", "o")):
        sql = sql.replace("{" + name + "}", f'("{alias}"."mask" & {bit}) <> 0')
    return sql


@pytest.mark.parametrize("name", REFUSED)
def test_raw_sql_does_not_run_with(name: str, house: House) -> None:
    before = house.texts()
    with gate.using(READ.name), connection.cursor() as cursor, pytest.raises(gate.Refused):
        cursor.execute(filled(REFUSED[name]))
    with connection.cursor() as cursor, pytest.raises(gate.NoUse):
        cursor.execute(filled(REFUSED[name]))
    assert house.texts() == before


@pytest.mark.parametrize("name", ALLOWED)
def test_raw_sql_with_the_condition_reads_what_it_may_as(name: str, house: House) -> None:
    sql = filled(ALLOWED[name])
    with gate.using(READ.name), connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.fetchall() == [("seen",)]
    with gate.using(OTHER.name), connection.cursor() as cursor, pytest.raises(gate.Refused):
        cursor.execute(sql)  # the same text, remembered from before, under a use that it was not written for
    with connection.cursor() as cursor, pytest.raises(gate.NoUse):
        cursor.execute(sql)


def test_the_gates_own_words_for_raw_sql_are_the_ones_it_asks_for(house: House) -> None:
    with gate.using(READ.name), connection.cursor() as cursor:
        cursor.execute(f"SELECT text FROM house_note AS n WHERE {gate.condition('n')} AND size < %s", [999])
        assert cursor.fetchall() == [("seen",)]
        cursor.execute(f"UPDATE house_note SET text = 'x' WHERE {gate.condition('house_note')}")
        assert cursor.rowcount == 1
        cursor.execute(
            "INSERT INTO house_note (id, text, size, mask) VALUES (%s, 'y', 1, 1) "
            f"ON CONFLICT (id) DO UPDATE SET text = 'y' WHERE {gate.condition('house_note')}",
            [house.hidden],
        )
        assert cursor.rowcount == 0
    with pytest.raises(gate.NoUse):
        gate.condition("house_note")


WITHIN_THE_ORM = {
    "raw()": lambda: list(Note.objects.raw("SELECT id, text FROM house_note")),
    "extra(tables)": lambda: list(
        Author.objects.extra(tables=["house_note"], select={"t": "house_note.text"})
    ),
    "extra(select)": lambda: list(Author.objects.extra(select={"t": "SELECT max(text) FROM house_note"})),
    "extra(where) after the condition": lambda: list(
        Author.objects.extra(where=["id IN (SELECT author_id FROM house_note)"])
    ),
    "RawSQL": lambda: list(
        Author.objects.annotate(t=RawSQL("SELECT max(text) FROM house_note", [])).values_list("t")
    ),
    "RawSQL in a personal query": lambda: list(
        Note.objects.annotate(t=RawSQL("SELECT max(text) FROM house_note", [])).values_list("t")
    ),
    "RawSQL that opens its parentheses": lambda: list(
        Note.objects.extra(where=["1=1) OR (1=1"]).values_list("text")
    ),
}


@pytest.mark.parametrize("name", WITHIN_THE_ORM)
def test_raw_sql_inside_the_orm_does_not_run_as(name: str, house: House) -> None:
    with gate.using(READ.name), pytest.raises(gate.Refused):
        WITHIN_THE_ORM[name]()
    with pytest.raises(gate.NoUse):
        WITHIN_THE_ORM[name]()


def test_raw_queries_that_carry_the_condition_read_what_they_may(house: House) -> None:
    with gate.using(READ.name):
        sql = f"SELECT id, text FROM house_note WHERE {gate.condition('house_note')}"
        assert [note.text for note in Note.objects.raw(sql)] == ["seen"]
        assert [n.t for n in Author.objects.annotate(t=RawSQL(f"SELECT max(text) FROM ({sql}) x", []))] == [
            "seen"
        ] * 3


def test_many_rows_at_once_need_a_use_as_well(house: House) -> None:
    sql = "INSERT INTO house_note (text, size, mask) VALUES (%s, 1, %s)"
    with connection.cursor() as cursor, pytest.raises(gate.NoUse):
        cursor.executemany(sql, [("a", 1), ("b", 1)])
    with gate.using(READ.name), connection.cursor() as cursor:
        cursor.executemany(sql, [("a", 0), ("b", 0)])
    with gate.using(READ.name), connection.cursor() as cursor, pytest.raises(gate.Refused):
        cursor.executemany("UPDATE house_note SET text = %s", [("a",), ("b",)])


def test_a_view_that_hides_the_table_is_closed_by_the_database_itself(house: House) -> None:
    with gate.shaping(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP VIEW house_view AS SELECT text FROM house_note")
    seen: list[Any] = []
    for use in (READ.name, OTHER.name):
        with gate.using(use), transaction.atomic():
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SELECT text FROM house_view")
                    seen += cursor.fetchall()
            except DatabaseError:
                continue
    assert seen == []


def test_shaping_reads_no_rows(house: House) -> None:
    seen: list[Any] = []
    with gate.shaping(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute("SELECT text FROM house_note")
                seen += cursor.fetchall()
        except DatabaseError:
            pass
        with pytest.raises(gate.NoUse):
            list(Note.objects.all())
        if POSTGRESQL:  # what is asked while tables are shaped may have values of its own
            cursor.execute("SELECT id FROM house_note WHERE id = %s", [house.seen])
            assert cursor.fetchall() == []
    assert seen == []
