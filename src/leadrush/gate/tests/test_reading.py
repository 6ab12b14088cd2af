"""Reading SQL by itself: which texts are understood, and what is refused rather than guessed at."""

# ruff: noqa: E501 - SQL reads best on one line
from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from leadrush import gate
from leadrush.gate import reading
from leadrush.gate.reading import read
from leadrush.gate.tests.conftest import POSTGRESQL, READ, House
from leadrush.gate.tokens import Unread, tokens

VALUE = 1 << READ.bit
PERSONAL = {"house_note", "house_page"}
BOTH = [False, True]
dialects = pytest.mark.parametrize("postgresql", BOTH, ids=["SQLite", "PostgreSQL"])


def told(sql: str, postgresql: bool) -> tuple[set[str], list[str], bool]:
    """Read a text in which `{x}` stands for the condition on the alias x."""
    for alias in ("house_note", "house_page", "n", "o", "p", "N", "é", "set", "offset"):
        sql = sql.replace("{" + alias + "}", f'("{alias}"."mask" & {VALUE}) <> 0')
    return read(sql, PERSONAL.__contains__, VALUE, postgresql=postgresql)


NOTE, PAGE = {"house_note"}, {"house_page"}
HELD = {
    "SELECT 1 FROM house_note WHERE {house_note}": NOTE,
    "SELECT 1 FROM house_note o JOIN house_page n ON {n} WHERE {o}": NOTE | PAGE,
    "SELECT 1 FROM house_note o LEFT OUTER JOIN house_page n ON {n} WHERE {o}": NOTE | PAGE,
    "SELECT 1 FROM a RIGHT JOIN b JOIN house_note n ON {n} ON a.id = b.id": NOTE,
    "SELECT 1 FROM a FULL OUTER JOIN b ON 1 = 1 JOIN house_note n ON {n}": NOTE,
    "SELECT 1 FROM a CROSS JOIN house_note n WHERE {n}": NOTE,
    "SELECT 1 FROM a JOIN b USING (id), house_note n WHERE {n}": NOTE,
    "SELECT 1 FROM a JOIN b ON a.id = b.id, house_note n WHERE {n}": NOTE,
    "SELECT 1 FROM a RIGHT JOIN b ON 1 = 1, house_note n JOIN house_page p ON {p} WHERE {n}": NOTE | PAGE,
    "SELECT 1 FROM house_note n WHERE n.size IS DISTINCT FROM 5 AND {n}": NOTE,
    "SELECT 1 FROM house_note n WHERE {n} AND n.size IS DISTINCT FROM house_note.size": NOTE,
    "SELECT 1 FROM house_note n WHERE {n} ORDER BY size, text LIMIT 1": NOTE,
    "SELECT 1 FROM house_note n WHERE ({n} AND (size)) AND (id)": NOTE,
    "SELECT house_note.text, (house_note.size) FROM main.house_note WHERE {house_note} GROUP BY house_note.text": NOTE,
    "SELECT 1 FROM a WHERE id IN (SELECT id FROM house_note n WHERE {n}) OFFSET 3": NOTE,
    "(SELECT 1 FROM house_note n WHERE {n}) UNION (SELECT 1 FROM house_page p WHERE {p})": NOTE | PAGE,
    "SELECT 1 FROM house_note n WHERE {n} EXCEPT SELECT 1 FROM house_page p WHERE {p}": NOTE | PAGE,
    "WITH x AS (SELECT 1 FROM house_note n WHERE {n}) UPDATE a SET b = 1 FROM x": NOTE,
    "WITH x AS (SELECT 1 FROM house_note n WHERE {n}) INSERT INTO a SELECT 1 FROM x": NOTE,
    "UPDATE a SET b = n.size FROM c, house_note n WHERE {n}": NOTE,
    "EXPLAIN DELETE FROM house_note WHERE {house_note}": NOTE,
    "INSERT INTO a SELECT 1 FROM house_note n WHERE {n} ON CONFLICT (id) WHERE b = 1 DO UPDATE SET b = 1 WHERE a.b = 2": NOTE,
    "INSERT INTO house_note (id) SELECT id FROM house_page p WHERE {p} ON CONFLICT (id) WHERE size = 1 DO UPDATE SET size = 1 WHERE {house_note}": NOTE
    | PAGE,
    "INSERT INTO house_note AS n (id) VALUES (1), (2) ON CONFLICT DO NOTHING": NOTE,
    "VALUES (1), ((SELECT 1 FROM house_note n WHERE {n}))": NOTE,
    "SELECT CASE WHEN 1 = 1 THEN (SELECT 1 FROM house_note n WHERE {n}) END": NOTE,
    "SELECT 1 FROM house_note n WHERE {n};;": NOTE,
    "SELECT 1 FROM house_note n JOIN a ON 1 IS DISTINCT FROM 5 WHERE {n}": NOTE,
    "SELECT 1 FROM house_note AS n WHERE {n}": NOTE,
    "INSERT DO UPDATE SET size = house_note.size": set(),
}


@dialects
@pytest.mark.parametrize("sql", HELD)
def test_a_condition_in_its_place_holds_in(sql: str, postgresql: bool) -> None:
    touched, bare, _ = told(sql, postgresql)
    assert (touched, bare) == (HELD[sql], [])


OWN = {
    (True, "SELECT 1 FROM house_note * n WHERE {n}"): NOTE,
    (True, "SELECT 1 FROM ONLY house_note n WHERE {n}"): NOTE,
    (
        True,
        "SELECT 1 FROM a CROSS JOIN LATERAL (SELECT 1 FROM house_note n WHERE {n}) x, house_page p WHERE {p}",
    ): NOTE | PAGE,
    (True, "SELECT 1 FROM house_note WHERE {house_note} FOR NO KEY UPDATE OF house_note"): NOTE,
    (True, "SELECT 1 FROM house_note WHERE {house_note} FOR UPDATE OF house_note UNION SELECT 1"): NOTE,
    (True, "SELECT 1 FROM house_note set WHERE {set}"): NOTE,
    (False, "SELECT 1 FROM house_note offset WHERE {offset}"): NOTE,
    (False, "SELECT 1 FROM house_note 'n' WHERE {n}"): NOTE,
    (False, "SELECT 1 FROM [house_note] AS `n` WHERE {n}"): NOTE,
}


@pytest.mark.parametrize(("postgresql", "sql"), OWN)
def test_what_only_one_database_understands_is_read_as_it_reads_it(postgresql: bool, sql: str) -> None:
    assert told(sql, postgresql)[:2] == (OWN[postgresql, sql], [])


BARE = {
    "SELECT 1 FROM house_note n WHERE (1 = 1 OR 1 = 1 AND {n})": ["house_note"],
    "SELECT 1 FROM house_note n ON {n}": ["house_note"],
    "SELECT 1 FROM a JOIN house_note n ON": ["house_note"],
    "SELECT 1 FROM a JOIN house_note AS": ["house_note"],
    "SELECT 1 FROM house_note n, main.": ["house_note"],
    "SELECT 1 FROM house_note o JOIN a ON 1 IS DISTINCT FROM 5 JOIN house_note n ON 1 = 1 WHERE {o}": [
        "house_note"
    ],
    "SELECT (1 + case when 1 in (select id from house_note) then 1 end)": ["house_note"],
    "SELECT 1 FROM a RIGHT OUTER JOIN house_note n ON {n}": ["house_note"],
    "SELECT 1 FROM a NATURAL FULL JOIN house_note n ON {n}": ["house_note"],
    "SELECT 1 FROM a FULL OUTER JOIN house_note n ON {n}": ["house_note"],
    "SELECT 1 FROM a RIGHT JOIN (SELECT 1) s ON {n}, house_note n": ["house_note"],
    "SELECT 1 FROM house_note n JOIN (SELECT 1) s ON {n}": ["house_note"],
    "SELECT 1 FROM house_note n JOIN a ON 1 = 1 ON {n}": ["house_note"],
    "SELECT 1 FROM house_note n WHERE 1 IS DISTINCT FROM 5 UNION SELECT 1 FROM house_note n WHERE {n}": [
        "house_note"
    ],
    "SELECT 1 FROM house_note n WHERE 1 = 1UNION SELECT 1 FROM house_note n WHERE {n}": ["house_note"],
    "SELECT 1 FROM house_note n WHERE {n} UNION SELECT 1 FROM house_note n": ["house_note"],
    "SELECT 1 FROM a, house_note n UNION SELECT 1 FROM a WHERE {n}": ["house_note"],
    "SELECT 1 FROM house_note n WHERE (SELECT 1 UNION SELECT 2 WHERE 1 = 1 AND {n})": ["house_note"],
    "SELECT 1 FROM house_note n WHERE (VALUES (1) UNION SELECT 2 WHERE 1 = 1 AND {n})": ["house_note"],
    "SELECT 1 FROM house_note n WHERE size = 1 ORDER BY 1 AND {n}": ["house_note"],
    "SELECT 1 FROM house_note n WHERE size = 1 GROUP BY 1 HAVING 1 = 1 AND {n}": ["house_note"],
    "SELECT 1 FROM house_note n, house_page p WHERE size = 1 LIMIT 1 OFFSET 1 AND {n} AND {p}": [
        "house_note",
        "house_page",
    ],
    "SELECT (1 + CASE WHEN 1 IN (SELECT id FROM house_note) THEN 1 END)": ["house_note"],
    "SELECT CASE WHEN 1 IN (SELECT id FROM house_note) THEN 1 END": ["house_note"],
    "DELETE FROM a USING b, house_note n WHERE b.id = n.id": ["house_note"],
    "DELETE FROM a USING house_note n WHERE a.id = n.id": ["house_note"],
    "INSERT INTO a SELECT 1 FROM house_note n ON CONFLICT (id) DO UPDATE SET b = 1 WHERE {n}": ["house_note"],
    "INSERT INTO house_note (id) VALUES (1) ON CONFLICT (id) WHERE {house_note} DO UPDATE SET size = 1": [
        "house_note"
    ],
    "INSERT INTO house_note AS n (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET size = 1 WHERE size = 1": [
        "house_note"
    ],
    "UPDATE house_note AS n SET size = 1 WHERE size = 2": ["house_note"],
    'SELECT 1 FROM house_note "É", a "é" WHERE {é}': ["house_note"],
    'SELECT 1 FROM house_note n WHERE "n"."Mask" & 1 <> 0': ["house_note"],
}


@dialects
@pytest.mark.parametrize("sql", BARE)
def test_a_condition_elsewhere_does_not_hold_in(sql: str, postgresql: bool) -> None:
    assert told(sql, postgresql)[1] == BARE[sql]


ELSEWHERE = "Name house_note in a FROM of its own."
ODD = "Comments and escape strings are not read beside a personal table: leave them out."
UNREAD = {
    "SELECT 1 FROM (main.house_note n CROSS JOIN a)": ELSEWHERE,
    "SELECT 1 FROM ((a JOIN house_note))": ELSEWHERE,
    "SELECT 1 FROM a WHERE (id IN house_note)": ELSEWHERE,
    "SELECT 1 FROM a WHERE id IN main.house_note": ELSEWHERE,
    "SELECT ((SELECT 1) UNION SELECT 1 FROM house_note)": ELSEWHERE,
    "SELECT ((SELECT 1) UNION TABLE house_note)": ELSEWHERE,
    "SELECT 1 FROM (TABLE main.house_note) x": ELSEWHERE,
    "SELECT 1 UNION TABLE main.house_note": ELSEWHERE,
    "UPDATE OR IGNORE main.house_note SET size = 1": ELSEWHERE,
    "WITH house_note AS (SELECT 1) SELECT 1": ELSEWHERE,
    "SELECT 1 FROM a JOIN b ON b.offset, main.house_note": ELSEWHERE,
    "SELECT coalesce(1, house_note) FROM a": ELSEWHERE,
    "SELECT 1 FROM a ORDER BY house_note": ELSEWHERE,
    "UPDATE a SET name = 1, house_note = 1": ELSEWHERE,
    "SELECT 1 FROM a WHERE 1 = 1 UPDATE house_note": ELSEWHERE,
    "INSERT INTO a VALUES (1) ON CONFLICT DO UPDATE UPDATE house_note": ELSEWHERE,
    "SELECT text INTO b FROM house_note": "SELECT INTO copies rows out of the gate.",
    "INSERT OR REPLACE INTO house_note (id) VALUES (1)": "REPLACE would write over hidden rows of house_note: use ON CONFLICT.",
    "WITH x AS (SELECT 1) REPLACE INTO house_note SELECT 1": "REPLACE would write over hidden rows of house_note: use ON CONFLICT.",
    "REPLACE INTO house_note (id) VALUES (1)": "REPLACE is not for personal tables; migrations shape them.",
    "truncate house_note": "TRUNCATE is not for personal tables; migrations shape them.",
    "SELECT 1; SELECT 1 FROM house_note": "One statement at a time, where a personal table is named.",
    "SELECT (1 FROM house_note": "The parentheses do not match.",
    "SELECT 1) FROM house_note": ELSEWHERE,
    "SELECT 1 FROM house_note -- all": ODD,
    "SELECT 1 /* all */ FROM house_note": ODD,
    "SELECT E'\\'' FROM house_note": ODD,
    "SELECT U&'\\0041' FROM house_note": ODD,
    'SELECT 1 FROM house_note, U&"h\\006fuse_page"': ODD,
    "SELECT $a$ FROM house_note $a$": ODD,
}


@dialects
@pytest.mark.parametrize("sql", UNREAD)
def test_what_cannot_be_read_is_refused_with_what_to_do_instead(sql: str, postgresql: bool) -> None:
    if sql == "SELECT 1) FROM house_note":
        assert told(sql, postgresql)[1] == ["house_note"]
        return
    with pytest.raises(Unread) as refusal:
        told(sql, postgresql)
    assert str(refusal.value) == UNREAD[sql]


WORDS = (
    "do",
    "fetch",
    "for",
    "indexed",
    "offset",
    "over",
    "set",
    "tablesample",
    "values",
    "window",
    "'x'",
    '"x"',
)
MADE_UP = f"WITH t AS (SELECT {VALUE} AS mask) "
SMUGGLED = [
    "SELECT n.text FROM house_note o JOIN (house_note n CROSS JOIN house_author a) ON 1 = 1 WHERE {o}",
    "SELECT n.text FROM house_note o JOIN ({main}.house_note n CROSS JOIN house_author a) ON 1 = 1 WHERE {o}",
    "SELECT n.text FROM house_note o, house_author offset, house_note n WHERE {o}",
    "SELECT n.text FROM house_note o JOIN (SELECT 1 AS x) s ON x = 1, house_note n WHERE {o}",
    "SELECT n.text FROM house_note o JOIN (SELECT 1 AS offset) s ON s.offset, house_note n WHERE {o}",
    "WITH only AS (SELECT 1) SELECT n.text FROM house_note o, only JOIN house_note n ON 1 = 1 WHERE {o}",
    MADE_UP + 'SELECT text FROM house_note "É", t "é" WHERE {é}',
    MADE_UP + 'SELECT text FROM house_note "N", t n WHERE {n}',
    MADE_UP + "SELECT text FROM house_note `n``x`, t n WHERE {n}",
    MADE_UP + 'SELECT text FROM house_note [n""x], t "n""x" WHERE ("n""x"."mask" & ' + str(VALUE) + ") <> 0",
    MADE_UP + "SELECT text FROM house_note n\u00a0x, t n WHERE {n}",
    MADE_UP + "SELECT text FROM house_note n€, t n WHERE {n}",
    *(MADE_UP + f"SELECT text FROM house_note {word}, t house_note WHERE {{house_note}}" for word in WORDS),
    *(MADE_UP + f"SELECT (SELECT max(text) FROM house_note {word} WHERE {{house_note}}) FROM t house_note" for word in WORDS),
    "UPDATE OR IGNORE {main}.house_note SET text = (SELECT max(text) FROM house_note o WHERE {o}) RETURNING text",
    "UPDATE OR REPLACE house_note SET id = id + 1 WHERE {house_note} RETURNING 'secret'",
]  # fmt: skip


@pytest.mark.parametrize("sql", SMUGGLED)
def test_no_hidden_row_is_smuggled_past_the_condition_by(sql: str, house: House) -> None:
    before = house.texts()
    sql = sql.replace("{main}", "public" if POSTGRESQL else "main")
    for alias in ("house_note", "n", "o", "é"):
        sql = sql.replace("{" + alias + "}", f'("{alias}"."mask" & {VALUE}) <> 0')
    with pytest.raises((gate.Refused, DatabaseError)), transaction.atomic(), gate.using(READ.name):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            assert "secret" not in str(cursor.fetchall())
        raise DatabaseError  # it ran and showed nothing: as good as refused
    assert house.texts() == before


@pytest.mark.parametrize("word", sorted(reading.ON_POSTGRESQL if POSTGRESQL else reading.ON_SQLITE))
def test_a_word_that_is_not_read_as_an_alias_is_none_to_the_database(word: str, db: None) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'SELECT "{word.lower()}".id, "{word}".id FROM house_author {word}')
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'SELECT "{word.lower()}".id FROM house_author {word}, house_tag')


def test_names_are_read_as_the_database_reads_them() -> None:
    for sql, postgresql, aliases in (
        ('a A "A" "a""b" \'c\'\'d\'', True, ["a", "a", "A", 'a"b', "c'd"]),
        ('a A "A" [a""b] `c``d` É', False, ["a", "a", "A", 'a""b', "c`d", "é"]),
        ("a_1$ b\u00a0c _d 12ef 1.5e6", False, ["a_1$", "b\u00a0c", "_d", "", "ef", "", "e6"]),
    ):
        assert [token.alias for token in tokens(sql, postgresql)] == aliases


@dialects
def test_only_an_insert_or_a_new_mask_of_one_table_is_let_past_the_policies_rows(postgresql: bool) -> None:
    for sql, writes in (
        ("INSERT INTO house_note (id) VALUES (1)", True),
        ("insert into house_note (id) values (1)", True),
        ("INSERT INTO house_note (id) SELECT 1 FROM house_page WHERE {house_page}", False),
        ("INSERT INTO house_note (id) SELECT 1 FROM house_author", True),
        ("UPDATE house_note SET mask = 1 WHERE {house_note}", True),
        ("UPDATE house_note SET size = 2, mask = 1 WHERE {house_note}", True),
        ("UPDATE house_note SET mask = 1", True),
        ("UPDATE house_note SET size = 1 WHERE {house_note} AND mask = 1", False),
        ("UPDATE house_note SET size = mask WHERE {house_note}", False),
        ("UPDATE house_note SET mask = 1 FROM house_page WHERE {house_note} AND {house_page}", False),
        ("UPDATE house_note SET size = 1", False),
        ("DELETE FROM house_note WHERE {house_note} AND mask = 1", False),
        ("SELECT mask = 1 FROM house_note WHERE {house_note}", False),
        ("SELECT 1", False),
    ):
        assert told(sql, postgresql)[2] == writes, sql


def test_a_list_of_a_thousand_is_read_like_a_list_of_one() -> None:
    many, one = (tokens(f"a IN ({', '.join(['%s'] * number)})", False) for number in (1000, 1))
    assert many == one
    assert [token.text for token in one[2].group] == ["%s"]
