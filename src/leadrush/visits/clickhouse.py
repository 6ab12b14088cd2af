"""ClickHouse, where one machine is outgrown: the same questions, asked of a server.

`VISITS_URL` names it and an empty database in it (`https://user:word@host:8443/visits`); the user may make
tables. What lies there is a copy of the days' files: `bringing` also says what erasing means there.
"""

from __future__ import annotations

import http.client
import json
import os
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import IO, Any
from urllib.parse import unquote, urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from leadrush.visits import dialect

SAME = {
    "join_use_nulls": "1",
    "aggregate_functions_null_for_empty": "1",
    "prefer_column_name_to_alias": "1",
    "session_timezone": "UTC",
    "output_format_json_quote_64bit_integers": "0",
    "output_format_json_quote_denormals": "1",
    "readonly": "2",
}
"""Settings under which it answers as SQL says, and only answers."""
PATIENCE = 60.0  # seconds for an answer
MEMORY = 241
"""The code of an answer for which there was not memory enough."""


class Away(RuntimeError):
    """The server cannot be reached."""


class Failed(RuntimeError):
    """The server did not do what it was asked; `code` is ClickHouse's own number, 0 where it gave none."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


def named() -> bool:
    """Say whether questions go to ClickHouse."""
    return bool(settings.VISITS_URL)


@dataclass(frozen=True)
class Server:
    """Where it listens, and as whom this site comes."""

    secure: bool
    host: str
    port: int
    user: str
    word: str
    database: str

    def send(
        self,
        sql: str,
        parameters: dict[str, str] | None = None,
        *,
        body: IO[bytes] | None = None,
        within: float = PATIENCE,
    ) -> bytes:
        """Return the answer to one statement; `body` is what an INSERT takes in. Raises `Away`, `Failed`."""
        said = {"database": self.database, "wait_end_of_query": "1", **(parameters or {})}
        if body is not None:
            said["query"] = sql
        kind = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        login = b64encode(f"{self.user}:{self.word}".encode()).decode()
        length = os.fstat(body.fileno()).st_size if body is not None else len(sql.encode())
        headers = {"Authorization": f"Basic {login}", "Content-Length": str(length)}
        try:
            # Neither a proxy nor a redirect is followed: this goes to that machine or nowhere.
            with closing(kind(self.host, self.port, timeout=within)) as connection:
                connection.request("POST", "/?" + urlencode(said), body or sql.encode(), headers)
                answer = connection.getresponse()
                found = answer.read()
        except (OSError, http.client.HTTPException) as fault:
            raise Away(f"ClickHouse at {self.host}:{self.port} cannot be reached: {fault}") from None
        if answer.status != 200:
            code = answer.headers.get("X-ClickHouse-Exception-Code", "0")
            raise Failed(int(code) if code.isdigit() else 0, found.decode("utf-8", "replace")[:300].strip())
        return found


def server() -> Server:
    """Return the server that `VISITS_URL` names. Raises `ImproperlyConfigured`."""
    said = urlsplit(settings.VISITS_URL)
    database = said.path.strip("/")
    if said.scheme not in ("http", "https") or not said.hostname or not database:
        raise ImproperlyConfigured("VISITS_URL is like https://user:word@host:8443/database.")
    secure = said.scheme == "https"
    return Server(
        secure=secure,
        host=said.hostname,
        port=said.port or (8443 if secure else 8123),
        user=unquote(said.username or "default"),
        word=unquote(said.password or ""),
        database=database,
    )


def ask(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return what a question in DuckDB's words finds, in Python's types. Raises `Away`, `Failed`."""
    given = [_parameter(value) for value in parameters]
    text = dialect.transpile(sql, tuple(kind for kind, _value in given))
    values = {f"param_p{number}": value for number, (_kind, value) in enumerate(given)}
    answer = server().send(f"{text} FORMAT JSONCompactEachRowWithNamesAndTypes", {**SAME, **values})
    _names, types, *rows = map(json.loads, answer.splitlines())
    readers = [_reader(kind) for kind in types]
    return [tuple(read(value) for read, value in zip(readers, row, strict=True)) for row in rows]


def _parameter(value: Any) -> tuple[str, str]:
    match value:
        case bool():
            return "Bool", str(value).lower()
        case int():
            return "Int64", str(value)
        case float():
            return "Float64", repr(value)
        case datetime():
            return "DateTime64(6)", value.isoformat(" ")
        case date():
            return "Date", value.isoformat()
        case str():
            text = value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
            return "String", text
    raise TypeError(f"ClickHouse is not asked with a {type(value).__name__}")


@cache
def _reader(kind: str) -> Callable[[Any], Any]:
    """Return what makes Python's value of one of JSON's, for a type of ClickHouse."""
    for around in ("Nullable(", "LowCardinality("):
        if kind.startswith(around):
            inner = _reader(kind[len(around) : -1])
            return lambda value: None if value is None else inner(value)
    if kind == "Date":
        return date.fromisoformat
    if kind.startswith("DateTime64("):
        return datetime.fromisoformat
    if kind.startswith("Float"):
        return float
    if kind in ("String", "Bool", "Nothing") or kind.startswith(("Int", "UInt")):
        return lambda value: value
    raise TypeError(f"nothing here reads ClickHouse's {kind}")
