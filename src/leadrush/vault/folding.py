"""Folding: terms and choices into the one mask that every query is held to.

A row's mask is computed when it is written, and again when its person chooses, confirms, or a version is
published. An item that rests on several givings may be used where any of them allows it. While a later
version is on its way, a mask allows what that one allows too, and no more.
"""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_
from typing import Any

from django.db import transaction
from django.db.models import Q

from leadrush import gate, statement
from leadrush.gate.versions import LOOK_AGAIN, version_of, view
from leadrush.vault import collects
from leadrush.vault.masks import USE, Masks, differing, keep_only, under
from leadrush.vault.models import Choice, Given, Giving, Held, Item
from leadrush.vault.turns import hold

CHOICES = "_choices"
"""Where a giving in memory remembers its person's choices, until one of them changes."""
LOOKED = "_looked"
"""Where a row in memory remembers how old the view was that its mask was folded from."""
LEASE = 2 * LOOK_AGAIN
"""For how long a view of the versions may be written from, in seconds; see `look_again`."""


def choices_of(person_id: uuid.UUID) -> dict[str, statement.Choice]:
    """Return the newest answer of a person for each use; one question."""
    return choices_of_each([person_id])[person_id]


def choices_of_each(persons: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[str, statement.Choice]]:
    """Return the newest answers of several persons, by person; one question for all."""
    found: dict[uuid.UUID, dict[str, statement.Choice]] = {person: {} for person in persons}
    rows = Choice.objects.filter(person__in=list(found)).order_by("id").select_related("giving")
    for row in rows:
        # A yes that somebody typed for an address they may not own waits until it is confirmed; it also must
        # not bury an earlier yes or no of the person's own. A no counts at once.
        if row.answer and row.giving is not None and not row.giving.confirmed:
            continue
        found[row.person_id][row.use] = statement.Choice(row.answer, version_of(row.version_id))
    return found


def remember_choices(givings: Iterable[Giving]) -> None:
    """Let these givings know their persons' choices, before a row is written for each; one question."""
    givings = list(givings)
    choices = choices_of_each({giving.person_id for giving in givings})
    for giving in givings:
        giving.__dict__[CHOICES] = choices[giving.person_id]


def mask(categories: Iterable[str], givings: Iterable[Giving], choices: dict[str, statement.Choice]) -> int:
    """Return the mask for data of these categories: the bits that any of the givings allows, by the version
    in force and by the one on its way."""
    return _mask(view().texts, categories, givings, choices)


def _mask(
    texts: Sequence[statement.Version],
    categories: Iterable[str],
    givings: Iterable[Giving],
    choices: dict[str, statement.Choice],
) -> int:
    classes = {(g.version_id, g.clause, g.confirmed, g.kept_at is not None) for g in givings}
    return reduce(and_, (under(text, categories, classes, choices) for text in texts))


def categories_of(row: Held) -> tuple[str, ...]:
    """Return what kinds of data a row is: as declared for its table, or an item's own."""
    return (row.category,) if isinstance(row, Item) else collects.of(type(row)).categories


def mask_for(row: Held) -> int:
    """Return the mask of a row that is about to be written, from its one giving."""
    # Rows that one action writes for one giving share the question about choices.
    known: Any = row.giving.__dict__.get(CHOICES)
    if known is None:
        known = row.giving.__dict__[CHOICES] = choices_of(row.giving.person_id)
    seen = view()
    row.__dict__[LOOKED] = seen.looked
    return _mask(seen.texts, categories_of(row), [row.giving], known)


def look_again(rows: Iterable[Held]) -> None:
    """Fold anew, in the transaction that wrote them, rows whose masks come from a view that has grown old.

    So a row that was not folded anew was written less than `LEASE` after its writer looked, however long the
    process stood still in between: `publishing` waits for that long, and for whoever writes then. Each is
    folded by itself: what an item rests on beside its giving is written after it.
    """
    now = time.monotonic()
    late = [row for row in rows if now - row.__dict__.pop(LOOKED, now) > LEASE]
    for row in sorted(late, key=lambda row: row.person_id):
        hold(row.person_id)
        row.giving.__dict__.pop(CHOICES, None)
        was, row.mask = row.mask, mask_for(row)
        del row.__dict__[LOOKED]
        if row.mask != was:
            with gate.using(USE, what="vault.fold"):
                type(row)._default_manager.filter(pk=row.pk).update(mask=row.mask)


def fold_all(persons: Sequence[uuid.UUID]) -> int:
    """Bring every mask of these persons up to date and return how many changed; whoever calls holds them."""
    with gate.using(USE, what="vault.fold"), transaction.atomic():
        return sum(rows.update(mask=true) for rows, _mask, true in differing(persons, Masks(view().texts)))


def fold(person_id: uuid.UUID) -> None:
    """Bring all masks of one person up to date, in the transaction of what changed. Clause `your-version`."""
    with gate.using(USE, what="vault.fold"), transaction.atomic():
        choices = choices_of(person_id)
        givings = {giving.id: giving for giving in Giving.objects.filter(person_id=person_id)}
        for declared in collects.gated():
            if declared.model is not Item:
                _fold_rows(declared, person_id, givings, choices)
        _fold_items(person_id, givings, choices)


def fold_opened(person_id: uuid.UUID, choices: dict[str, statement.Choice], opened: Iterable[str]) -> None:
    """Bring the masks of a person's rows up to date after a yes to these uses; not those of their items.

    A yes closes nothing, and opens only where the statement in force has a term for all that a row is: other
    tables need not be asked. After a no, `fold` asks them all.
    """
    tables = [
        declared
        for declared in collects.gated()
        if declared.model is not Item
        and any(all(gate.force().term(kind, use) for kind in declared.categories) for use in opened)
    ]
    if not tables:
        return
    with gate.using(USE, what="vault.fold"), transaction.atomic():
        givings = {giving.id: giving for giving in Giving.objects.filter(person_id=person_id)}
        for declared in tables:
            _fold_rows(declared, person_id, givings, choices)


def _fold_rows(
    declared: collects.Collects,
    person_id: uuid.UUID,
    givings: dict[uuid.UUID, Giving],
    choices: dict[str, statement.Choice],
) -> None:
    rows = declared.model._default_manager.filter(person_id=person_id)
    used = set(rows.values_list("giving_id", flat=True).distinct())
    by_mask: dict[int, list[uuid.UUID]] = defaultdict(list)
    for giving_id in used:
        by_mask[mask(declared.categories, [givings[giving_id]], choices)].append(giving_id)
    for folded, giving_ids in by_mask.items():
        rows.filter(giving_id__in=giving_ids).exclude(mask=folded).update(mask=folded)


def _fold_items(
    person_id: uuid.UUID, givings: dict[uuid.UUID, Giving], choices: dict[str, statement.Choice]
) -> None:
    rests: dict[int, list[Giving]] = defaultdict(list)
    given = Given.objects.filter(item__person_id=person_id).filter(Q(giving__ended_at__isnull=True))
    for item_id, giving_id in given.values_list("item_id", "giving_id"):
        rests[item_id].append(givings[giving_id])
    for item in Item.objects.filter(person_id=person_id):
        folded = mask([item.category], rests[item.pk], choices) if rests[item.pk] else keep_only()
        if folded != item.mask:
            Item.objects.filter(pk=item.pk).update(mask=folded)
