"""Heads: once a day, what the chain says of everything up to then, for others to keep."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from django.db import IntegrityError, connections, transaction

from leadrush.ledger import canonical, chaining
from leadrush.ledger.models import Head, Link

LAST_BEFORE = """
SELECT l.place FROM ledger_link l JOIN ledger_entry e ON e.id = l.entry
WHERE e.at < %s ORDER BY l.place DESC LIMIT 1
"""


def close(day: date, zone: tzinfo) -> Head | None:
    """Make the head of a day that is over in `zone`, unless it is there; return it.

    It binds every entry up to the last one of that day, also when it is made hours late. None while there is
    nothing to bind.
    """
    made = Head.objects.filter(day=day).first()
    if made is not None:
        return made
    chaining.chain()
    over = datetime.combine(day + timedelta(days=1), time(), zone)
    try:
        with transaction.atomic("ledger"):
            return _make(day, over)
    except IntegrityError:  # somebody else made it meanwhile
        return Head.objects.filter(day=day).first()


def _make(day: date, over: datetime) -> Head | None:
    before = Head.objects.order_by("-number").first()
    # A clock that was set back makes no head of less than is bound already.
    place = max(_last_before(over), before.place if before else 0)
    if not place:
        return None
    number = before.number + 1 if before else 1
    digest = canonical.head(
        bytes(before.digest) if before else canonical.BEGINNING,
        number,
        day,
        place,
        bytes(Link.objects.values_list("digest", flat=True).get(place=place)),
    )
    return Head.objects.create(number=number, day=day, place=place, digest=digest)


def _last_before(moment: datetime) -> int:
    connection = connections["ledger"]
    with connection.cursor() as cursor:
        cursor.execute(LAST_BEFORE, [connection.ops.adapt_datetimefield_value(moment)])
        row = cursor.fetchone()
    return int(row[0]) if row else 0
