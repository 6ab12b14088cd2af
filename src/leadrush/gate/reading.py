"""Read SQL as text and say whether each mention of a personal table carries the condition.

This judges raw SQL and compiled SQL alike, once for each text and use. It does not understand SQL; it knows
where a table can be named, and refuses what it does not know:

- every table in FROM, JOIN, UPDATE and DELETE needs the exact condition on its alias, as a conjunct of the
  WHERE of the same SELECT, or of its own ON (of an inner or left join);
- an OR beside the condition, NOT before it, CASE or a function around it: not a conjunct, refused;
- a personal table's name anywhere else is refused, unless a column of it follows: `name.column`;
- no comments, dollar quotes or escape strings beside a personal table, and one statement at a time;
- only SELECT, INSERT, UPDATE, DELETE, WITH, VALUES and EXPLAIN name personal tables at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from leadrush.gate.tables import MASK
from leadrush.gate.tokens import Token, Unread, names, tokens

READS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "EXPLAIN"})
QUERIES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "TABLE"})
COMPOUND = frozenset({"UNION", "INTERSECT", "EXCEPT"})
JOINS = frozenset({"JOIN", "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS", "NATURAL"})
LATE = frozenset({"GROUP", "ORDER", "HAVING", "LIMIT", "RETURNING"})
CLAUSES = LATE | {"SELECT", "SET", "VALUES", "OFFSET", "WINDOW", "FOR", "FETCH"}
# Words that end a WHERE or an ON.
ENDS = CLAUSES | JOINS | COMPOUND | {"FROM", "WHERE", "ON", "DO"}
# Words that stand behind a table and are not its alias: they cannot be one without AS in either database ...
NEVER = JOINS | COMPOUND | LATE | {"SELECT", "FROM", "WHERE", "ON", "USING", "DEFAULT", "NOT", "AS"}
# ... or in this one, or in this place. For the other database the same word is an alias.
ON_SQLITE = NEVER | {"SET", "VALUES", "INDEXED"}
ON_POSTGRESQL = NEVER | {"OFFSET", "WINDOW", "FOR", "FETCH", "DO", "TABLESAMPLE"}
CHANGING = ON_POSTGRESQL | {"SET", "VALUES"}
SIDES = frozenset({"RIGHT", "FULL"})
NAMES = frozenset({"word", "name", "string"})
NOTHING = [Token("other")] * 3


@dataclass(slots=True)
class Mention:
    """A table in FROM, JOIN, UPDATE or DELETE; `own` is set once its own ON carries the condition."""

    table: str = ""
    alias: str = ""
    own: bool = False


def split(items: list[Token]) -> Iterator[list[Token]]:
    """Split a clause at its ANDs; yield nothing where an OR makes each part optional."""
    parts: list[list[Token]] = [[]]
    between = 0
    for token in items:
        if token.key == "OR":
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
                if (dot.text, column.alias, also.text, bit.text) == (".", MASK, "&", str(value)):
                    aliases.add(alias.alias)
    return aliases


class Reader:
    """Walks the groups of one statement and collects what lacks the condition."""

    def __init__(self, held: Callable[[str], bool], value: int, postgresql: bool) -> None:
        self.held = held
        self.value = value
        self.postgresql = postgresql
        self.touched: set[str] = set()
        self.bare: list[str] = []
        self.reads = 0

    def walk(self, items: list[Token]) -> None:
        """Read one group: a query, or an expression that may hold queries."""
        if items and items[0].key in QUERIES:
            self.query(items)
            return
        for index, token in enumerate(items, 1):
            if token.kind in ("group", "case"):
                self.walk(token.group)
            else:
                self.elsewhere(items, index)

    def elsewhere(self, items: list[Token], index: int) -> None:
        """Refuse the name before `index` if it is a personal table's, unless it is a column's first half."""
        table = items[index - 1].table
        if self.held(table) and not (index < len(items) and items[index].text == "."):
            raise Unread(f"Name {table} in a FROM of its own.")

    def query(self, items: list[Token]) -> None:
        """Read a SELECT, INSERT, UPDATE or DELETE, with the parts that UNION and its like join."""
        mentions: list[Mention] = []
        where: set[str] = set()
        clause, outer, expect = "", True, False
        into = ""
        index = 0
        ahead = items + NOTHING
        while index < len(items):
            token = items[index]
            before = items[index - 1].key
            key = token.key
            index += 1
            if key in COMPOUND:
                self.settle(mentions, where)
                mentions, where, clause = [], set(), key
            elif token.kind in ("group", "case"):
                self.walk(token.group)
                if expect:
                    mentions.append(Mention())
                expect = False
            elif expect and token.kind in NAMES and not (self.postgresql and key == "ONLY"):
                table, alias, index = self.named(ahead, index - 1, clause)
                expect = False
                held = self.held(table)
                if held:
                    self.touched.add(table)
                if clause == "INTO":
                    into = table if held else ""
                    if held and any(one.key == "REPLACE" for one in items[:index]):
                        raise Unread(f"REPLACE would write over hidden rows of {table}: use ON CONFLICT.")
                else:
                    self.reads += held
                    mentions.append(Mention(table if held else "", alias))
            elif key == "FROM" and before != "DISTINCT":
                clause, expect = key, True
            elif key == "UPDATE" and before == "DO":
                # An upsert reads the row that it would write over, under the table's own name.
                mentions.append(Mention(into, into))
                clause = key
            elif key == "UPDATE" and not clause:
                clause, expect = key, True
            elif key == "INTO":
                if clause:
                    raise Unread("SELECT INTO copies rows out of the gate.")
                clause, expect = key, True
            elif key == "JOIN":
                outer = before in SIDES or (before == "OUTER" and items[index - 3].key in SIDES)
                clause, expect = "FROM", True
            elif (key == "USING" and clause == "FROM") or (token.text == "," and clause in ("FROM", "ON")):
                clause, expect = "FROM", True
            elif key == "ON" and ahead[index].key == "CONFLICT":
                self.settle(mentions, where)
                mentions, where, clause = [], set(), ahead[index].key
            elif key == "ON":
                if mentions and clause == "FROM" and not outer:
                    mentions[-1].own = mentions[-1].alias in self.conjuncts(items, index)
                clause = key
            elif key == "WHERE":
                # The first WHERE of an upsert chooses an index, the one behind DO UPDATE the rows.
                if clause != "CONFLICT":
                    where = self.conjuncts(items, index)
                clause = key
            elif key in CLAUSES:
                clause = key
            elif not (self.postgresql and clause == "FOR"):  # FOR UPDATE OF names what was read already
                self.elsewhere(items, index)
        self.settle(mentions, where)

    def named(self, items: list[Token], index: int, clause: str) -> tuple[str, str, int]:
        """Read `schema.table AS alias` at `index`; return the table, its alias and the index after it."""
        table = items[index]
        index += 1
        while items[index].text == ".":
            table = items[index + 1]
            index += 2
        if items[index].text == "*":
            index += 1
        reserved = CHANGING if clause != "FROM" else ON_POSTGRESQL if self.postgresql else ON_SQLITE
        behind = items[index]
        if behind.key == "AS":
            return table.table, items[index + 1].alias, index + 2
        if behind.kind in NAMES and behind.key not in reserved:
            return table.table, behind.alias, index + 1
        return table.table, table.alias, index

    def conjuncts(self, items: list[Token], index: int) -> set[str]:
        """Return the aliases that the WHERE or ON starting at `index` holds to the condition.

        An OR anywhere behind it on the same level, in this SELECT, spoils all of them: where a clause ends is
        guessed from words, and a wrong guess must refuse, not pass.
        """
        clause: list[Token] = []
        ended = False
        for before, token in pairwise(items[index - 1 :]):
            if token.key == "OR":
                return set()
            if token.key in COMPOUND:
                break
            ended |= token.text == "," or (token.key in ENDS and before.key != "DISTINCT")
            if not ended:
                clause.append(token)
        return held_by(clause, self.value)

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
    reader = Reader(held, value, postgresql)
    reader.query(items)
    return reader.touched, reader.bare, writes(items, reader.reads)


def writes(items: list[Token], reads: int) -> bool:
    """Say whether this inserts, or sets the mask of, rows of one personal table and reads no other."""
    if items[0].key == "INSERT":
        return reads == 0
    if items[0].key != "UPDATE" or reads != 1:
        return False
    for token, behind in pairwise(items):
        if token.key == "WHERE":
            return False
        if token.table == MASK and behind.text == "=":
            return True
    return False
