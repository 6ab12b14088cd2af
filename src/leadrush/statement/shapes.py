"""The shape of what is read: which keys a table needs, which it may have, and what stands under each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadrush.statement.clauses import Faulty

TEXT = "a text"
WHOLE = "a whole number"
YES_NO = "true or false"
TEXTS = "a list of texts"
TABLE = "a table"
TABLES = "a list of tables"
DAYS = "a whole number of days or a slot's name"
DAYS_KEPT = "a whole number of days or nothing"


def _is(value: object, kind: str) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return {
        TEXT: isinstance(value, str),
        WHOLE: whole,
        YES_NO: isinstance(value, bool),
        TEXTS: isinstance(value, list) and all(isinstance(one, str) for one in value),
        TABLE: isinstance(value, dict),
        TABLES: isinstance(value, list) and all(isinstance(one, dict) for one in value),
        DAYS: whole or isinstance(value, str),
        DAYS_KEPT: whole or value is None,
    }[kind]


def shaped(
    data: object, what: str, needs: Mapping[str, str], may: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the table when its keys are these and what stands under each is of its kind.

    `needs` and `may` map a key to one of this module's kinds. Raises `Faulty`, naming `what` and the key.
    """
    if not isinstance(data, dict):
        raise Faulty(f"{what} is not {TABLE}")
    kinds = {**needs, **(may or {})}
    if unknown := [str(key) for key in data if key not in kinds]:
        raise Faulty(f"{what}: {unknown[0]} is not a key here; there are {', '.join(kinds)}")
    if missing := [key for key in needs if key not in data]:
        raise Faulty(f"{what}: {missing[0]} is missing")
    for key, value in data.items():
        if not _is(value, kinds[key]):
            raise Faulty(f"{what}: {key} is {value!r}: write {kinds[key]}")
    return data
