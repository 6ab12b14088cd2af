"""Each promise of this room, broken by hand in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from leadrush import gate, statement, vault
from leadrush.accountability.models import Counted, Notice
from leadrush.gate import rooms
from leadrush.vault.models import Person


def somebody_else_gets_it() -> None:
    """A version comes into force in which a use goes to another company."""
    force = gate.force()
    sold = force.clause("helping")
    terms = tuple(replace(term, recipients=frozenset({"Boats Ltd"})) for term in sold.terms)
    clauses = tuple(replace(one, terms=terms) if one == sold else one for one in force.clauses)
    gate.publish(replace(force, number=force.number + 1, clauses=clauses))
    for person in Person.objects.values_list("pk", flat=True):
        vault.fold(person)


def a_version_is_edited() -> None:
    """Somebody edits the text of a published version."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gate_version SET text = replace(text, 'We do not share', 'We do share') WHERE number = 1"
        )


def a_check_is_left_out() -> None:
    """A worker takes a clause again and again, at last shortly before others are due, and never counts it."""
    now = timezone.now()
    Counted.objects.filter(clause="sealed").update(
        at=now - timedelta(hours=1), begun_at=now + timedelta(minutes=4)
    )


def nobody_is_told() -> None:
    """A version that keeps letters for a day less is published, and nobody is told."""
    force = gate.force()
    days = {"messages": {"days": 29}}
    gate.publish(
        statement.Version.draw_up(
            rooms.all(), number=force.number + 1, published=force.published, filled=days
        )
    )
    before, row = gate.Version.objects.order_by("number")
    now = timezone.now()
    Notice.objects.create(version=row, before=before, begun_at=now, done_at=now)


WAYS = {
    "notice": nobody_is_told,
    "nobody-else": somebody_else_gets_it,
    "versions": a_version_is_edited,
    "evidence": a_check_is_left_out,
}
