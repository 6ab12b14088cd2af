"""SQL cut into tokens, with parentheses and CASE ... END as groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKENS = (
    # As the databases do: few signs are space, and whatever is not ASCII is a letter.
    r"(?P<space>[ \t\n\r\f\v]+)|(?P<odd>--|/\*|\$\w*\$|[EeUuBbXx]'|[Uu]&['\"])|(?P<string>'(?:[^']|'')*')"
    r"|(?P<name>\"(?:[^\"]|\"\")*\"{more})|(?P<word>[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]*)"
    r"|(?P<number>[0-9][0-9.]*)|(?P<other>%s|%\(\w+\)s|<>|!=|.)"
)
POSTGRESQL = re.compile(TOKENS.replace("{more}", ""), re.DOTALL)
SQLITE = re.compile(TOKENS.replace("{more}", r"|`(?:[^`]|``)*`|\[[^\]]*\]"), re.DOTALL)
MANY = re.compile(r"%s(?:, ?%s)+")


class Unread(Exception):
    """The text names a personal table in a way that cannot be judged; the message says what to do instead."""


@dataclass(slots=True)
class Token:
    """One word, name, string or sign; `group` holds what stands between parentheses (or CASE and END)."""

    kind: str
    text: str = ""
    group: list[Token] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The word in capitals, so that keywords compare; empty for whatever is no bare word."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def table(self) -> str:
        """What this names, if it names a table: in small letters, which few databases tell apart."""
        return self.alias.lower()

    @property
    def alias(self) -> str:
        """The name itself: without quotes as it stands, or in small letters where it needs none."""
        if self.kind in ("name", "string"):
            quote = self.text[-1]
            return self.text[1:-1].replace(quote * 2, quote)
        return self.text.lower() if self.kind == "word" else ""


def tokens(sql: str, postgresql: bool) -> list[Token]:
    """Cut `sql` into tokens, with parentheses and CASE ... END as groups."""
    top: list[Token] = []
    stack: list[tuple[str, list[Token]]] = [("", top)]
    for match in (POSTGRESQL if postgresql else SQLITE).finditer(MANY.sub("%s", sql)):
        kind, text = str(match.lastgroup), match.group()
        if kind == "space":
            continue
        if kind == "odd":
            raise Unread("Comments and escape strings are not read beside a personal table: leave them out.")
        here = stack[-1][1]
        upper = text.upper()  # what is quoted has its quotes, and is none of these
        if upper in ("(", "CASE"):
            token = Token("group" if upper == "(" else "case")
            here.append(token)
            stack.append((upper, token.group))
        elif (upper == ")" and stack[-1][0] == "(") or (upper == "END" and stack[-1][0] == "CASE"):
            stack.pop()
        else:
            here.append(Token(kind, text))
    if len(stack) != 1:
        raise Unread("The parentheses do not match.")
    return top


def names(items: list[Token]) -> Iterator[str]:
    """Yield everything that could name a table."""
    for token in items:
        if token.kind in ("group", "case"):
            yield from names(token.group)
        else:
            yield token.table
