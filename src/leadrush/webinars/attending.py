"""Who comes: the host's list, where each look is written down for each person on it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, QuerySet, Value, When

from leadrush import ledger, vault
from leadrush.vault.folding import remember_choices
from leadrush.vault.giving import EMAIL, EMAIL_CATEGORY
from leadrush.vault.models import Item
from leadrush.webinars.models import TAKEN, Answer, Registration, Seat, Seen, Webinar

WHAT = "webinars.registrants"
CATEGORIES = (EMAIL_CATEGORY, "lr:Registration", "lr:Answer")


@dataclass(frozen=True)
class Row:
    """One who comes, as the host sees them: `place` is where they stand in the line, 0 for a seat.

    `address` is empty where it may not be shown; `helps` says whether they hold it with the host.
    """

    registration: int
    helps: bool
    state: str
    state_words: str
    place: int
    address: str
    answers: tuple[tuple[str, str], ...]
    at: datetime
    confirmed: bool


def listed(webinar: Webinar) -> QuerySet[Registration]:
    """Return those with a seat in the order they came, then the line in its order. Needs `webinars.host`."""
    seats_first = Case(When(state__in=TAKEN, then=Value(0)), default=Value(1))
    found: QuerySet[Registration] = (
        Registration.objects.filter(webinar=webinar)
        .exclude(state=Seat.GIVEN_UP)
        .select_related("giving")
        .order_by(seats_first, "position", "at", "pk")
    )
    return found


def look(webinar: Webinar, registrations: Sequence[Registration], *, before: int = 0) -> list[Row]:
    """Open the addresses and answers of these registrations: one entry, written before the first opens.

    `before` is how many stand in the line before the first of these who waits.

    Each person on the list gets a row of the look, so that their own page shows it. Clause `webinar-host`.
    """
    if not registrations:
        return []
    entry, batch = _write_down(webinar, registrations)
    persons = {registration.person_id for registration in registrations}
    items = list(Item.objects.filter(person__in=persons, kind=EMAIL))
    opened = vault.open_items(items, what=WHAT, about=webinar.about, batch=batch, entry=entry)
    addresses = {item.person_id: opened[item.pk] for item in items}
    answers = _answers(webinar, registrations, batch, entry)
    waiting = [registration.pk for registration in registrations if registration.state == Seat.WAITING]
    return [
        Row(
            registration=registration.pk,
            helps=registration.helps,
            state=registration.state,
            state_words=registration.get_state_display(),
            place=before + waiting.index(registration.pk) + 1 if registration.pk in waiting else 0,
            address=addresses.get(registration.person_id, ""),
            answers=tuple(answers.get(registration.pk, ())),
            at=registration.at,
            confirmed=registration.giving.confirmed,
        )
        for registration in registrations
    ]


def _write_down(webinar: Webinar, registrations: Sequence[Registration]) -> tuple[ledger.Entry, str]:
    batch = f"webinars.look:{uuid.uuid4().hex}"
    entry = vault.note(
        categories=CATEGORIES, what=WHAT, about=webinar.about, count=len(registrations), batch=batch
    )
    seen = [
        Seen(
            person_id=registration.person_id,
            giving=registration.giving,
            registration=registration,
            entry=entry.pk,
        )
        for registration in registrations
    ]
    remember_choices(row.giving for row in seen)
    Seen.objects.bulk_create(seen)
    return entry, batch


def _answers(
    webinar: Webinar, registrations: Sequence[Registration], batch: str, entry: ledger.Entry
) -> dict[int, list[tuple[str, str]]]:
    rows = list(
        Answer.objects.filter(registration__in=[registration.pk for registration in registrations])
        .select_related("question")
        .order_by("question__order", "question_id")
    )
    texts = vault.unseal(
        [(row.person_id, row.sealed) for row in rows],
        context=Answer.CONTEXT,
        category="lr:Answer",
        what=WHAT,
        about=webinar.about,
        batch=batch,
        entry=entry,
    )
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row, text in zip(rows, texts, strict=True):
        found[row.registration_id].append((row.question.text, text))
    return found
