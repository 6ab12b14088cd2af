"""Masks of many rows at once: rows that were given alike, by persons who chose alike, are decided once.

A table of a million rows has a few dozen such classes: the version and the clause that a row was given under,
whether its giving is confirmed, and what its person chose. Persons who chose nothing share one.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import and_
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from leadrush import statement
from leadrush.gate import uses
from leadrush.gate.versions import version_of
from leadrush.vault import collects
from leadrush.vault.models import Choice, Given, Item

USE = "house.keep"
AT_ONCE = 500
"""Keys in one question; SQLite takes no more than some thousand values."""

Class = tuple[int, str, bool, bool]
"""How something was given: its version's key, its clause, whether it is confirmed, and whether the law alone
keeps it, after everything else of its person was erased."""
Said = tuple[tuple[str, bool, int], ...]
"""What somebody chose: use, answer, and the key of the version that it was said under; in order."""

CLASS = ("giving__version_id", "giving__clause", "sure", "by_law")
HOW: dict[str, Any] = {
    "sure": ExpressionWrapper(Q(giving__confirmed_at__isnull=False), output_field=BooleanField()),
    "by_law": ExpressionWrapper(Q(giving__kept_at__isnull=False), output_field=BooleanField()),
}


def keep_only() -> int:
    """Return the mask of what no giving carries any longer: housekeeping may see it, to erase it."""
    return 1 << uses.get(USE).bit


def under(
    text: statement.Version,
    categories: Iterable[str],
    classes: Iterable[Class],
    choices: Mapping[str, statement.Choice],
) -> int:
    """Return the mask that one version gives: the bits that any of the givings allows.

    Housekeeping reaches every row, whatever a version says of it: a row that it does not see can be neither
    closed nor erased.
    """
    categories = tuple(categories)
    folded = keep_only()
    for version, clause, confirmed, by_law in classes:
        folded |= statement.mask_of(
            categories=categories,
            given=version_of(version),
            force=text,
            choices=choices,
            uses=[use for use in uses.all() if of_law(text, use.name, categories)] if by_law else uses.all(),
            confirmed=confirmed,
            under=clause,
        )
    return folded


def of_law(text: statement.Version, use: str, categories: Iterable[str]) -> bool:
    """Say whether the law asks for this use of all these: of what an erased person leaves, no other is."""
    terms = [text.term(category, use) for category in categories]
    return all(term is not None and term.basis is statement.Basis.LAW for term in terms)


class Masks:
    """The masks that these versions allow, all of them together; each question is decided once."""

    def __init__(self, texts: Sequence[statement.Version]) -> None:
        self.texts = texts
        self._known: dict[tuple[tuple[str, ...], frozenset[Class], Said], int] = {}

    def of(self, categories: tuple[str, ...], classes: frozenset[Class], said: Said = ()) -> int:
        """Return the mask of a row of these categories that rests on givings of these classes."""
        key = (categories, classes, said)
        found = self._known.get(key)
        if found is None:
            choices = {use: statement.Choice(answer, version_of(version)) for use, answer, version in said}
            each = (under(text, categories, classes, choices) for text in self.texts)
            found = self._known[key] = reduce(and_, each)
        return found


def said_by(persons: Iterable[uuid.UUID] | None = None) -> dict[uuid.UUID, Said]:
    """Return what each of these persons chose, or everybody who chose something; one question.

    A yes that somebody typed for an address they may not own waits until it is confirmed; it also must not
    bury an earlier yes or no of the person's own. A no counts at once.
    """
    rows = Choice.objects.exclude(
        answer=True, giving__isnull=False, giving__confirmed_at__isnull=True
    ).order_by("id")
    if persons is not None:
        rows = rows.filter(person__in=list(persons))
    newest: dict[uuid.UUID, dict[str, tuple[bool, int]]] = defaultdict(dict)
    for person, use, answer, version in rows.values_list("person_id", "use", "answer", "version_id"):
        newest[person][use] = (answer, version)
    return {person: tuple((use, *newest[person][use]) for use in sorted(newest[person])) for person in newest}


def differing(persons: Sequence[uuid.UUID], masks: Masks) -> Iterator[tuple[QuerySet[Any], int, int]]:
    """Yield the rows of these persons whose mask is another one: the rows, their mask, and what it should be.

    Nobody may change what these persons gave and chose meanwhile: whoever asks holds their rows.
    """
    said = said_by(persons)
    for declared in collects.gated():
        if declared.model is not Item:
            yield from _held(declared, persons, masks, said)
    yield from _items(persons, masks, said)


def _held(
    declared: collects.Collects, persons: Sequence[uuid.UUID], masks: Masks, said: dict[uuid.UUID, Said]
) -> Iterator[tuple[QuerySet[Any], int, int]]:
    rows = declared.model._default_manager.filter(person__in=persons)
    found = rows.annotate(**HOW).values_list("giving_id", "person_id", "mask", *CLASS).distinct().order_by()
    wrong: dict[tuple[int, int], list[uuid.UUID]] = defaultdict(list)
    for giving, person, mask, *given in found:
        true = masks.of(declared.categories, frozenset([tuple(given)]), said.get(person, ()))
        if mask != true:
            wrong[mask, true].append(giving)
    for (mask, true), givings in wrong.items():
        for some in _some(givings):
            yield rows.filter(giving__in=some, mask=mask), mask, true


def _items(
    persons: Sequence[uuid.UUID], masks: Masks, said: dict[uuid.UUID, Said]
) -> Iterator[tuple[QuerySet[Any], int, int]]:
    """An item may be used where any of the live givings that it rests on allows it."""
    rests: dict[int, set[Class]] = defaultdict(set)
    given = Given.objects.filter(item__person__in=persons, giving__ended_at__isnull=True).annotate(**HOW)
    for item, *how in given.values_list("item_id", *CLASS):
        rests[item].add(tuple(how))
    wrong: dict[tuple[int, int], list[int]] = defaultdict(list)
    rows = Item.objects.filter(person__in=persons)
    for pk, person, category, mask in rows.values_list("pk", "person_id", "category", "mask"):
        true = masks.of((category,), frozenset(rests[pk]), said.get(person, ()))
        if mask != true:
            wrong[mask, true].append(pk)
    for (mask, true), items in wrong.items():
        for some in _some(items):
            yield Item.objects.filter(pk__in=some, mask=mask), mask, true


def _some(keys: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


# --- counting -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alike:
    """Rows that were given alike and have one mask: how many, whose, the mask, and what it should be."""

    count: int
    mask: int
    true: int
    persons: Callable[[], set[uuid.UUID]]


def alike(masks: Masks) -> Iterator[Alike]:
    """Yield all rows about persons, those alike together; a question or two a table, however many rows.

    Nobody is held: what its person changes meanwhile may look wrong.
    """
    said = said_by()
    for declared in collects.gated():
        if declared.model is not Item:
            yield from _alike_held(declared, masks, said)
    yield from _alike_items(masks, said)


def _alike_held(declared: collects.Collects, masks: Masks, said: dict[uuid.UUID, Said]) -> Iterator[Alike]:
    rows = declared.model._default_manager.annotate(**HOW).order_by()
    chose = Exists(Choice.objects.filter(person=OuterRef("person")))
    silent = rows.filter(~chose)
    counted = silent.values_list("mask", *CLASS).annotate(count=Count("pk"))
    for mask, *given, count in counted:
        true = masks.of(declared.categories, frozenset([tuple(given)]))
        these = silent.filter(mask=mask, **dict(zip(CLASS, given, strict=True)))
        yield Alike(count, mask, true, partial(_persons, these))
    each = rows.filter(chose).values_list("person_id", "mask", *CLASS).annotate(count=Count("pk"))
    for person, mask, *given, count in each.iterator(chunk_size=2000):
        true = masks.of(declared.categories, frozenset([tuple(given)]), said.get(person, ()))
        yield Alike(count, mask, true, partial(set, [person]))


def _alike_items(masks: Masks, said: dict[uuid.UUID, Said]) -> Iterator[Alike]:
    rests: dict[int, frozenset[Class]] = {}
    joined: dict[tuple[frozenset[Class], Class], frozenset[Class]] = {}
    given = Given.objects.filter(giving__ended_at__isnull=True).annotate(**HOW)
    nothing: frozenset[Class] = frozenset()
    for item, *how in given.values_list("item_id", *CLASS).iterator(chunk_size=2000):
        before, one = rests.get(item, nothing), tuple(how)
        key = (before, one)
        if key not in joined:
            joined[key] = before | {one}
        rests[item] = joined[key]
    found: Counter[tuple[str, int, frozenset[Class], Said]] = Counter()
    whose: dict[tuple[str, int, frozenset[Class], Said], set[uuid.UUID]] = defaultdict(set)
    for pk, person, category, mask in Item.objects.values_list(
        "pk", "person_id", "category", "mask"
    ).iterator(chunk_size=2000):
        kind = (category, mask, rests.get(pk, nothing), said.get(person, ()))
        found[kind] += 1
        whose[kind].add(person)
    for kind, count in found.items():
        category, mask, classes, answers = kind
        yield Alike(count, mask, masks.of((category,), classes, answers), partial(set, whose[kind]))


def _persons(rows: QuerySet[Any]) -> set[uuid.UUID]:
    return set(rows.values_list("person_id", flat=True))
