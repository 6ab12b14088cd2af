"""`{% load visits %}`: times as one says them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import template

from leadrush.look import numbers
from leadrush.visits import reports, tables

register = template.Library()


@register.filter
def duration(seconds: float) -> str:
    """Write seconds as `1 m 52 s`."""
    return reports.duration(seconds)


@register.filter
def cells(row: tables.Row, table: tables.Table) -> Iterator[tuple[str, str]]:
    """Give the cells of a line as they are read, each with the code of its column."""
    for (code, _title), value in zip(table.columns, row.cells, strict=False):
        yield code, cell(code, value)


def cell(code: str, value: Any) -> str:
    """Return one number as it is read: a time, a share or a count; a stroke where there is none."""
    if value is None:
        return "—"
    if code == "seconds":
        return reports.duration(value)
    return numbers.percent(value) if code == "share" else numbers.number(value)
