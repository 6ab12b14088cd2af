"""ClickHouse's form of what is written once, for DuckDB: sqlglot knows most of it, the rest stands here.

What is put right gives another answer otherwise, or none. A function that neither knows fails there, loudly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ImproperlyConfigured

TABLE = "views"


@lru_cache(maxsize=512)
def transpile(sql: str, kinds: tuple[str, ...] = ()) -> str:
    """Return a question in ClickHouse's words.

    `kinds` are ClickHouse's types of the parameters, in the order of their question marks; they become
    `{p0: Int64}` and so on. Raises `ImproperlyConfigured` where sqlglot is not installed, and `ValueError`
    for what means one thing here and another there.
    """
    try:
        import sqlglot
    except ImportError:
        raise ImproperlyConfigured("VISITS_URL needs sqlglot: pip install 'leadrush[clickhouse]'.") from None
    tree = sqlglot.parse_one(_numbered(sql), read="duckdb")
    # From the leaves up: what holds something is put right when that is.
    for node in reversed(list(tree.walk())):
        put = _put_right(node, kinds)
        if put is not node:
            tree = put if node is tree else tree
            node.replace(put)
    return str(tree.sql(dialect="clickhouse"))


def _numbered(sql: str) -> str:
    """Return a question whose question marks are numbered in the order in which they are written."""
    import sqlglot

    mark = sqlglot.TokenType.PLACEHOLDER
    marks = [token for token in sqlglot.tokenize(sql, read="duckdb") if token.token_type == mark]
    for number, token in reversed(list(enumerate(marks))):
        sql = f"{sql[: token.start]}$p{number}{sql[token.end + 1 :]}"
    return sql


def _put_right(node: Any, kinds: tuple[str, ...]) -> Any:
    """Return a part of a question as ClickHouse means it."""
    from sqlglot import exp

    match node:
        case exp.Placeholder():
            return exp.Placeholder(this=node.name, kind=kinds[int(node.name[1:])])
        case exp.Table(this=exp.ReadParquet()):
            return _table(node)
        case exp.GroupConcat():
            return _joined(node)
        case exp.Median():
            # ClickHouse's own is drawn from a sample.
            return _call("quantileExactInclusive(0.5)", node.this)
        case exp.PercentileCont(this=value, expression=share):
            return _call(f"quantileExactInclusive({share})", value)
        case exp.PercentileDisc(this=value, expression=share):
            return _at(value, Fraction(str(share)))
        case exp.TimeToUnix():
            micro = _call("toUnixTimestamp64Micro", node.this)
            return exp.Div(this=micro, expression=exp.Literal.number(1_000_000))
        case exp.Lower() | exp.Upper():
            # ClickHouse's own know the Latin letters alone.
            return _call(f"{node.key}UTF8", node.this)
        case exp.Substring():
            return _call("substringUTF8", *(part for part in node.iter_expressions()))
        case exp.IntDiv():
            return _call("intDiv", node.this, node.expression)
        case exp.DataType(this=exp.DType.TIMESTAMPNTZ | exp.DType.TIMESTAMP):
            return exp.DataType.build("Nullable(DateTime64(6))", dialect="clickhouse")
        case exp.Cast(this=exp.Predicate() | exp.Connector() | exp.Not(), to=kind) if kind.is_type(
            *exp.DataType.TEXT_TYPES
        ):
            # A comparison is a number there; a column that is true or false is not.
            return exp.cast(exp.cast(node.this, "Nullable(Bool)", dialect="clickhouse"), kind)
        case exp.Cast(this=exp.Div() | exp.Avg()) if node.to.is_type(*exp.DataType.INTEGER_TYPES):
            raise ValueError(f"{node}: DuckDB rounds here and ClickHouse cuts; write floor or round.")
    return node


def _call(name: str, *parts: Any) -> Any:
    from sqlglot import exp

    return exp.Anonymous(this=name, expressions=list(parts))


def _at(value: Any, share: Fraction) -> Any:
    """Return the smallest value that so large a share is not above; ClickHouse's own may be one off."""
    from sqlglot import exp

    gathered = _call("arraySort", _call("groupArray", value))
    count = exp.Mul(this=exp.Literal.number(share.numerator), expression=_call("length", gathered.copy()))
    up = exp.Add(this=count, expression=exp.Literal.number(share.denominator - 1))
    return _call("arrayElement", gathered, _call("intDiv", up, exp.Literal.number(share.denominator)))


def _joined(node: Any) -> Any:
    """Return texts joined in an order: ClickHouse sorts what it gathered, since it gathers in none."""
    from sqlglot import exp

    value, order = node.this, []
    if isinstance(value, exp.Order):
        if any(one.args.get("desc") for one in value.expressions):
            raise ValueError(f"{node}: only the rising order is known in ClickHouse.")
        value, order = value.this, [one.this for one in value.expressions]
    gathered = _call("arraySort", _call("groupArray", exp.Tuple(expressions=[*order, value])))
    texts = _call("tupleElement", exp.to_identifier("one"), exp.Literal.number(len(order) + 1))
    each = exp.Lambda(this=texts, expressions=[exp.to_identifier("one")])
    separator = node.args.get("separator") or exp.Literal.string(",")
    return _call("arrayStringConcat", _call("arrayMap", each, gathered), separator)


def _table(node: Any) -> Any:
    """Return the days of these files out of the table."""
    from sqlglot import exp

    names = (PurePath(one.this).stem for one in node.this.find_all(exp.Literal))
    runs = " OR ".join(f"day BETWEEN '{first}' AND '{last}'" for first, last in _runs(names))
    inner = exp.select("*").from_(TABLE).where(runs, dialect="clickhouse")
    alias = node.args.get("alias")
    return inner.subquery(alias.this if alias else "days")


def _runs(texts: Iterable[str]) -> Iterator[tuple[date, date]]:
    """Yield days that follow each other as their first and their last one."""
    first = last = None
    for day in sorted(map(date.fromisoformat, texts)):
        if first and last and day > last + timedelta(days=1):
            yield first, last
            first = day
        first, last = first or day, day
    if first and last:
        yield first, last
