"""Read SQL as text and say whether each mention of a personal table carries the condition.

This judges raw SQL and compiled SQL alike, once for each text and use. It does not understand SQL; it knows
where a table can be named, and refuses what it does not know:

- every table in FROM, JOIN, UPDATE and DELETE needs the exact condition on its alias, as a conjunct of the
WHERE   of the same SELECT, or of its own ON (of an inner or left join);
- an OR beside the condition, NOT before it, CASE or a function around it: not a conjunct, refused;
- no comments, dollar quotes or escape strings beside a personal table, and one statement at a time;
- only SELECT, INSERT, UPDATE, DELETE, WITH, VALUES and EXPLAIN name personal tables at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from leadrush.gate.tables import MASK
from leadrush.gate.tokens import Token, Unread, dotted, names, tokens

READS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "EXPLAIN"})
QUERIES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "TABLE"})
CLAUSES = frozenset(
    [
        "SELECT",
        "FROM",
        "WHERE",
        "GROUP",
        "ORDER",
        "HAVING",
        "LIMIT",
        "OFFSET",
        "WINDOW",
        "FOR",
        "RETURNING",
        "FETCH",
        "SET",
        "VALUES",
    ]
)
# Words that end a WHERE or an ON, and words that cannot be the alias of the table before them.
ENDS = (CLAUSES - {"SET", "VALUES"}) | frozenset(
    [
        "WHERE",
        "ON",
        "JOIN",
        "LEFT",
        "RIGHT",
        "FULL",
        "INNER",
        "OUTER",
        "CROSS",
        "NATURAL",
        "UNION",
        "INTERSECT",
        "EXCEPT",
        "DO",
    ]
)
AFTER = ENDS | frozenset(["SET", "VALUES", "USING", "DEFAULT", "INDEXED", "NOT", "TABLESAMPLE", "AS"])
COMPOUND = frozenset({"UNION", "INTERSECT", "EXCEPT"})


@dataclass(slots=True)
class Mention:
    """A table in FROM, JOIN, UPDATE or DELETE; `own` is set once its own ON carries the condition."""

    table: str
    alias: str
    outer: bool = False
    own: bool = False


def split(items: list[Token]) -> Iterator[list[Token]]:
    """Split a clause at its ANDs; yield nothing where an OR makes each part optional."""
    parts: list[list[Token]] = [[]]
    between = 0
    for token in items:
        if token.key in ("OR", "XOR"):
            return
        if token.key == "BETWEEN":
            between += 1
        if token.key == "AND" and between:
            between -= 1
        elif token.key == "AND":
            parts.append([])
            continue
        parts[-1].append(token)
    yield from parts


def held_by(items: list[Token], value: int) -> set[str]:
    """Return the aliases whose condition is a conjunct of the clause `items`."""
    aliases: set[str] = set()
    for part in split(items):
        if len(part) == 1 and part[0].kind == "group":
            if not (part[0].group and part[0].group[0].key in QUERIES):
                aliases |= held_by(part[0].group, value)
        elif len(part) == 3 and part[0].kind == "group":
            left, sign, right = part
            if sign.text == "<>" and right.text == "0" and len(left.group) == 5:
                alias, dot, column, also, bit = left.group
                if (dot.text, column.table, also.text, bit.text) == (".", MASK, "&", str(value)):
                    aliases.add(alias.table)
    return aliases


class Reader:
    """Walks the groups of one statement and collects what lacks the condition."""

    def __init__(self, held: Callable[[str], bool], value: int) -> None:
        self.held = held
        self.value = value
        self.touched: set[str] = set()
        self.bare: list[str] = []
        self.reads = 0

    def walk(self, items: list[Token], in_from: bool = False) -> None:
        """Read one group: a query, or an expression that may hold queries."""
        first = items[0] if items else None
        if first is not None and first.key in QUERIES:
            self.query(items)
            return
        for index, token in enumerate(items):
            if token.kind in ("group", "case"):
                self.walk(token.group, in_from)
                continue
            read = in_from or (index and items[index - 1].key in ("IN", "FROM", "TABLE"))
            if read and self.held(token.table) and not dotted(items, index + 1):
                raise Unread(f"Name {token.table} in a FROM of its own, not within other parentheses.")

    def query(self, items: list[Token]) -> None:
        """Read a SELECT, INSERT, UPDATE or DELETE, with the parts that UNION and its like join."""
        mentions: list[Mention] = []
        where: set[str] = set()
        clause, outer, expect = "", False, False
        into: Mention | None = None
        index = 0
        while index < len(items):
            token = items[index]
            before = items[index - 1].key if index else ""
            key = token.key
            index += 1
            if token.kind in ("group", "case"):
                self.walk(token.group, in_from=expect)
                if expect:
                    mentions.append(Mention("", ""))
                expect = False
                continue
            if expect and key not in ("ONLY", "LATERAL") and token.kind in ("word", "name", "string"):
                table, alias, index = self.named(items, index - 1)
                expect = False
                if clause == "INTO":
                    into = Mention(table, alias) if self.held(table) else None
                    if into:
                        self.touched.add(table)
                    if into and before == "INTO" and "REPLACE" in (t.key for t in items[: index - 1]):
                        raise Unread(f"REPLACE would write over hidden rows of {table}: use ON CONFLICT.")
                elif self.held(table):
                    self.touched.add(table)
                    self.reads += 1
                    mentions.append(Mention(table, alias, outer))
                else:
                    mentions.append(Mention("", alias, outer))
                continue
            if key in COMPOUND:
                self.settle(mentions, where)
                mentions, where, clause = [], set(), ""
            elif key == "FROM" and before != "DISTINCT":
                clause, expect, outer = "FROM", True, False
            elif key == "UPDATE" and before == "DO":
                if into:
                    mentions.append(into)
            elif key == "UPDATE" and before not in ("FOR", "KEY"):
                clause, expect, outer = "UPDATE", True, False
            elif key == "INTO":
                if clause == "SELECT":
                    raise Unread("SELECT INTO copies rows out of the gate.")
                clause, expect = "INTO", True
            elif key == "JOIN":
                near = [t.key for t in items[max(0, index - 4) : index - 1]]
                clause, expect, outer = "FROM", True, "RIGHT" in near or "FULL" in near
            elif key == "USING" and clause == "FROM" and items[0].key == "DELETE":
                expect = True
            elif token.text == "," and clause in ("FROM", "ON"):
                clause, expect, outer = "FROM", True, False
            elif key == "CONFLICT" and before == "ON":
                self.settle(mentions, where)
                mentions, where, clause = [], set(), "CONFLICT"
            elif key in ("ON", "WHERE"):
                aliases = self.conjuncts(items, index)
                if (key == "WHERE" and clause != "CONFLICT") or (
                    key == "WHERE" and into and clause == "CONFLICT" and mentions
                ):
                    where |= aliases
                elif key == "ON" and clause == "FROM" and mentions:
                    last = mentions[-1]
                    last.own = not last.outer and last.alias in aliases
                if not (key == "ON" and index < len(items) and items[index].key == "CONFLICT"):
                    clause = key if clause != "CONFLICT" else clause
            elif key in CLAUSES and not (clause == "CONFLICT" and key == "SET"):
                clause = key
            elif self.held(token.table) and (
                before in ("IN", "TABLE")
                or (clause in ("", "FROM", "UPDATE", "INTO") and not dotted(items, index))
            ):
                raise Unread(f"Name {token.table} in a FROM of its own.")
        self.settle(mentions, where)

    def named(self, items: list[Token], index: int) -> tuple[str, str, int]:
        """Read `schema.table AS alias` at `index`; return the table, its alias and the index after it."""
        table = items[index].table
        index += 1
        while index + 1 < len(items) and items[index].text == ".":
            table = items[index + 1].table
            index += 2
        if index < len(items) and items[index].text == "*":
            index += 1
        if index < len(items) and items[index].key == "AS":
            index += 1
        elif index < len(items) and (items[index].kind not in ("word", "name") or items[index].key in AFTER):
            return table, table, index
        if index < len(items) and items[index].kind in ("word", "name", "string"):
            return table, items[index].table, index + 1
        return table, table, index

    def conjuncts(self, items: list[Token], index: int) -> set[str]:
        """Return the aliases that the WHERE or ON starting at `index` holds to the condition.

        An OR anywhere behind it on the same level, in this SELECT, spoils all of them: where a clause ends is
        guessed from words, and a wrong guess must refuse, not pass.
        """
        end = last = len(items)
        for at in range(index, len(items)):
            token = items[at]
            if token.key == "OR":
                return set()
            if token.key in COMPOUND:
                last = at
                break
            if end == len(items) and (
                (token.kind == "other" and token.text in ",;")
                or (token.key in ENDS and not (token.key == "FROM" and items[at - 1].key == "DISTINCT"))
            ):
                end = at
        return held_by(items[index : min(end, last)], self.value)

    def settle(self, mentions: list[Mention], where: set[str]) -> None:
        """Note each personal table of one SELECT that neither its WHERE nor its own ON holds."""
        self.bare += [m.table for m in mentions if m.table and not m.own and m.alias not in where]


def read(
    sql: str, held: Callable[[str], bool], value: int, *, postgresql: bool
) -> tuple[set[str], list[str], bool]:
    """Judge one text under a use's `value` (0 where none is open).

    Returns the personal tables that it reads or writes, those among them that lack the condition, and whether
    it sets the mask of a row and names no other table (an INSERT, or an UPDATE of the mask). Raises `Unread`.
    """
    items = tokens(sql, postgresql)
    while items and items[-1].text == ";":
        items.pop()
    named = any(held(name) for name in names(items))
    if not named:
        return set(), [], False
    if any(token.text == ";" and token.kind == "other" for token in items):
        raise Unread("One statement at a time, where a personal table is named.")
    first = items[0]
    if first.kind != "group" and first.key not in READS:
        raise Unread(f"{first.text.upper()} is not for personal tables; migrations shape them.")
    reader = Reader(held, value)
    reader.query(items)
    return reader.touched, reader.bare, writes(items, reader.reads)


def writes(items: list[Token], reads: int) -> bool:
    """Say whether this inserts, or sets the mask of, rows of one personal table and reads no other."""
    if items[0].key == "INSERT":
        return reads == 0
    if items[0].key != "UPDATE" or reads != 1:
        return False
    flat = [token.table for token in items]
    end = flat.index("where") if "where" in flat else len(flat)
    return any(column == MASK and items[at + 1].text == "=" for at, column in enumerate(flat[: end - 1]))
