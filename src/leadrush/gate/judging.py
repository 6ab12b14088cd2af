"""The verdict on one statement: which personal tables it touches, and whether it may run now.

Verdicts are remembered by (text, use), so that a statement seen before costs one look into a dictionary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from leadrush.gate import tables
from leadrush.gate.reading import read
from leadrush.gate.tables import HELD
from leadrush.gate.tokens import Unread
from leadrush.gate.use import SHAPING, Door, NoUse, Refused, explain, in_force
from leadrush.gate.words import WRITING

MOST = 4096  # remembered texts, for each kind of database
EVERYTHING: frozenset[str] = frozenset({"*"})
FIRST = re.compile(r"[\s(;]*(\w*)")
# What schema editors and the flush of test databases send; a SELECT among them sees keys and no more.
CHANGES_ROWS = frozenset({"INSERT", "UPDATE", "DELETE", "WITH"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a statement touches; `value` is what PostgreSQL's policies are told (0: nothing)."""

    tables: frozenset[str]
    value: int


def first_word(sql: str) -> str:
    """Return the word that a statement begins with, in capitals; empty where it begins with a sign."""
    return next(FIRST.finditer(sql)).group(1).upper()


class Judge:
    """Judges statements for one kind of database."""

    def __init__(self, *, postgresql: bool) -> None:
        self.postgresql = postgresql
        self.seen: dict[tuple[str, int], Verdict | None] = {}
        self.forget()
        tables.watch(self.forget)

    def forget(self) -> None:
        """Drop every verdict: the register of tables has changed."""
        self.seen.clear()
        names = "|".join(re.escape(name) for name in sorted(HELD))
        self.names = re.compile(names or "(?!)", re.IGNORECASE)

    def verdict(self, sql: str, door: Door | None) -> Verdict | None:
        """Return what `sql` touches under the open door, None where it touches nothing personal.

        Raises `NoUse` and `Refused`.
        """
        value = door.value if door is not None else 0
        try:
            return self.seen[sql, value]
        except KeyError:
            pass
        if SHAPING.get():
            return self.shape(sql)
        found = self.judge(sql, value)
        if len(self.seen) >= MOST:
            self.seen.clear()
        self.seen[sql, value] = found
        return found

    def shape(self, sql: str) -> Verdict | None:
        """Let tables be made and emptied, whatever they hold."""
        if not self.names.search(sql):
            return None
        word = first_word(sql)
        if word == "SELECT":
            return Verdict(frozenset(), 0)
        return Verdict(EVERYTHING, WRITING if word in CHANGES_ROWS else 0)

    def judge(self, sql: str, value: int) -> Verdict | None:
        """Read the text; only texts that pass come back."""
        if not self.names.search(sql):
            return None
        if first_word(sql) == "PRAGMA":
            return None  # it names tables, and shows their shape but not their rows
        try:
            touched, bare, writes = read(sql, HELD.__contains__, value, postgresql=self.postgresql)
        except Unread as unread:
            if not value:
                raise NoUse(explain("A personal table")) from None
            raise Refused(str(unread)) from None
        if not touched:
            return None
        if not value:
            raise NoUse(explain(f"The table {', '.join(sorted(touched))}"))
        if bare:
            raise Refused(
                f"This SQL reads {', '.join(sorted(set(bare)))} without the condition of the use in force. "
                "Join it by AND, in parentheses beside any OR: "
                f'f"... WHERE {{gate.condition("{bare[0]}")}} AND (...)".'
            )
        return Verdict(frozenset(touched), WRITING if writes else value)


JUDGES = {"sqlite": Judge(postgresql=False), "postgresql": Judge(postgresql=True)}


def spelled(sql: Any, connection: Any) -> str:
    """Return as text what psycopg also takes as bytes, or composed: what is judged is what runs."""
    return sql.decode() if isinstance(sql, bytes) else str(sql.as_string(connection))


def judged(vendor: str, sql: str) -> tuple[Verdict | None, Door | None]:
    """Return the verdict on `sql`, and the door that its rows belong to; neither where none are personal."""
    door = in_force()
    verdict = JUDGES[vendor].verdict(sql, door)
    return verdict, None if verdict is None else door
