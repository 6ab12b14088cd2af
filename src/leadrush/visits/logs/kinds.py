"""What the parts of lines are: page, browser, country, source; asked once for all lines that share it.

The same words as of a page that this site sends itself: see `observing`. All of it is in memory, and gone
with the connection.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from leadrush.visits import countries, observing, pages, programs, sources
from leadrush.visits.logs import formats

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ESCAPED = re.compile(r"(?:\\x[0-9A-Fa-f]{2})+")
VERSION = re.compile(
    r"(AppleWebKit|Chrome|CriOS|Edg|Firefox|FxiOS|Gecko|OPR|Safari|Version|rv:)([/ ]?)[\d.]+"
)
AGENT = 500  # letters of a User-Agent that are looked at


def name_pages(con: DuckDBPyConnection) -> None:
    """Make the table `pages` of the paths that this site knows, and what each is called."""
    paths = [path for (path,) in _distinct(con, "path", "parsed WHERE wanted")]
    named = {path: page for path in paths if (page := pages.shown(unquote(plain(path))))}
    _table(con, "pages", path=list(named), page=list(named.values()))


def name_agents(con: DuckDBPyConnection) -> None:
    """Make the table `agents`: which kind of program each is, or which browser on which system and device."""
    found = _distinct(con, "agent, mute", "parsed JOIN pages USING (path) WHERE wanted")
    named = [_agent(agent, mute) for agent, mute in found]
    _table(
        con,
        "agents",
        agent=[agent for agent, _mute in found],
        mute=[mute for _agent, mute in found],
        program=[program for program, *_kinds in named],
        software=[software for _program, software, _system, _device in named],
        system=[system for _program, _software, system, _device in named],
        device=[device for *_kinds, device in named],
    )


@lru_cache(maxsize=8192)
def _agent(agent: str, mute: bool) -> tuple[str, str, str, str]:
    agent = plain(agent)[:AGENT]
    if not agent and not mute:
        # This log does not say who asked: that is nobody's doing, and no sign of a program.
        return "", "", "", ""
    # Browsers differ most in their version, by which nobody tells a program; to look takes long.
    if program := programs.kind(VERSION.sub(r"\1\g<2>1", agent)):
        return program, "", "", ""
    return "", *observing.kinds(agent)


def name_countries(con: DuckDBPyConnection) -> None:
    """Make the table `countries` of the addresses of `seen`."""
    found = _distinct(con, "address", "seen WHERE program = ''") if countries.known() else []
    there = [address for (address,) in found]
    _table(con, "countries", address=there, country=[countries.of(address) for address in there])


def name_sources(con: DuckDBPyConnection) -> None:
    """Make the table `sources`: where `seen` came from, or which page of this site was before."""
    own = urlsplit(settings.SITE_URL).hostname or ""
    found = _distinct(con, "referrer, query", "seen WHERE program = ''")
    there = [plain(referrer) for referrer, _query in found]
    before = [sources.inside(referrer, own) for referrer in there]
    there_are = {page for (page,) in _distinct(con, "page", "seen WHERE status < 400")}
    said = [pages.shown(unquote(path)) if path else "" for path in before]
    named = [
        sources.read(referrer, query, own) for referrer, (_referrer, query) in zip(there, found, strict=True)
    ]
    _table(
        con,
        "sources",
        referrer=[referrer for referrer, _query in found],
        query=[query for _referrer, query in found],
        said=[page if page in there_are else "" for page in said],
        source=[source.name for source in named],
        sort=[source.kind for source in named],
        page_there=[source.page for source in named],
        medium=[source.medium for source in named],
        campaign=[source.campaign for source in named],
    )


def plain(text: str) -> str:
    r"""Return what a server meant that wrote `\x22` for a quotation mark, or `\"`."""
    if "\\" in text:
        text = ESCAPED.sub(lambda found: _bytes(found[0]).decode("utf-8", "replace"), text)
    return text.replace(formats.QUOTE, '"').replace(formats.BACKSLASH, "\\")


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


def _distinct(con: DuckDBPyConnection, columns: str, where: str) -> list[Any]:
    return con.execute(f"SELECT DISTINCT {columns} FROM {where}").fetchall()


def _table(con: DuckDBPyConnection, name: str, **columns: list[Any]) -> None:
    put = ", ".join(
        f"unnest(CAST(${number} AS {'BOOLEAN' if column == 'mute' else 'VARCHAR'}[])) AS {column}"
        for number, column in enumerate(columns, 1)
    )
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT {put}", list(columns.values()))
