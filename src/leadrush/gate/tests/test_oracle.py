"""The oracle: a gated house answers like a house from which the hidden rows were deleted.

The answers with everything in place are taken under a use; then the hidden rows are really deleted (nothing
checks the keys that pointed at them), and the same questions are asked under the use that sees all.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from operator import and_, or_
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Avg, Count, Exists, F, Max, Min, OuterRef, Q, Subquery, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadrush import gate
from leadrush.gate.tests.conftest import HIDDEN, OTHER, READ, SEEN
from leadrush.gate.tests.house.models import Author, Letter, Note, Page, Tag
from leadrush.gate.tests.shapes import SHAPES, rows
from tests.rig import sampling


def fill(seed: int = 7) -> None:
    """Make a house at random, where half of what is personal is hidden, notes and pages each for itself."""
    chance = random.Random(seed)
    authors = [Author.objects.create(name=name) for name in "ABCDEFGHI"]
    tags = [Tag.objects.create(name=name) for name in "xyz"]
    with gate.using(OTHER.name):
        notes = Note.objects.bulk_create(
            Note(
                author=chance.choice([*authors[:8], None]),
                text=f"note {number % 5}",
                size=chance.randrange(9),
                mask=chance.choice([SEEN, HIDDEN]),
            )
            for number in range(24)
        )
        Page.objects.bulk_create(
            Page(
                note=chance.choice(notes),
                number=chance.randrange(4),
                text=f"page {number}",
                mask=chance.choice([SEEN, HIDDEN]),
            )
            for number in range(30)
        )
        for note in notes:
            note.tags.set(chance.sample(tags, chance.randrange(3)))
        Letter.objects.bulk_create(
            Letter(note=chance.choice(notes), spare=chance.choice([*notes, None]), subject=f"letter {number}")
            for number in range(20)
        )


@contextmanager
def without_hidden_rows() -> Iterator[None]:
    """Really delete what is hidden, for a while; ask under the use that sees all that is left."""
    with gate.using(OTHER.name), transaction.atomic():
        # References are checked at the commit, which never comes.
        for model in (Page, Note):
            model.objects.filter(mask=HIDDEN)._raw_delete("default")
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", SHAPES)
def test_a_gated_house_answers_like_one_without_the_hidden_rows_to(name: str, db: Any) -> None:
    fill()
    with gate.using(READ.name):
        gated = SHAPES[name]()
    with without_hidden_rows():
        assert gated == SHAPES[name]()


def test_the_oracle_would_notice(db: Any) -> None:
    fill()
    with gate.using(OTHER.name):
        everything = {name: ask() for name, ask in SHAPES.items()}
    with without_hidden_rows():
        same = [name for name, ask in SHAPES.items() if ask() == everything[name]]
    assert len(SHAPES) >= 40
    assert len(same) <= 8, same


# --- questions that nobody thought of ----------------------------------------------------------------

PATHS: dict[Any, list[str]] = {
    Author: ["notes__size", "notes__pages__number", "notes__tags__pk", "notes__letters__pk", "pk"],
    Note: ["size", "pages__number", "author__pk", "author__notes__size", "tags__pk", "letters__pk"],
    Letter: ["note__size", "spare__size", "note__pages__number", "note__author__notes__size", "pk"],
    Tag: ["notes__size", "notes__author__pk", "notes__pages__number"],
    Page: ["number", "note__size", "note__author__pk", "note__pages__number"],
}
TESTS = ["", "__gt", "__lte", "__in", "__isnull"]
SUMS = {"Count": Count, "Sum": Sum, "Max": Max, "Min": Min, "Avg": Avg}


@st.composite
def conditions(draw: Any, model: Any) -> Q:
    path, test = draw(st.sampled_from(PATHS[model])), draw(st.sampled_from(TESTS))
    value: Any = draw(st.integers(0, 5))
    value = {"__in": [value, value + 2], "__isnull": bool(value % 2)}.get(test, value)
    found = Q(**{path + test: value})
    return ~found if draw(st.booleans()) else found


@st.composite
def questions(draw: Any) -> Any:
    """Draw a function that asks: filters and excludes, joined anyhow, then values, sums or a subquery."""
    model = draw(st.sampled_from(list(PATHS)))
    steps = []
    for _ in range(draw(st.integers(0, 3))):
        parts = draw(st.lists(conditions(model), min_size=1, max_size=3))
        steps.append((draw(st.booleans()), reduce(draw(st.sampled_from([and_, or_])), parts)))
    path, other = draw(st.sampled_from(PATHS[model])), draw(st.sampled_from(PATHS[model]))
    end = draw(
        st.sampled_from(["values", "annotate", "aggregate", "count", "exists", "subquery", "in", "order"])
    )
    sums = draw(st.sampled_from(sorted(SUMS)))

    def ask() -> Any:
        found = model.objects.all()
        for keep, condition in steps:
            found = found.filter(condition) if keep else found.exclude(condition)
        if end == "values":
            return rows(found.values_list("pk", path, other))
        if end == "annotate":
            return rows(found.annotate(answer=SUMS[sums](path)).values_list("pk", "answer"))
        if end == "aggregate":
            return found.aggregate(answer=SUMS[sums](path))["answer"]
        if end == "count":
            return found.distinct().count()
        if end == "exists":
            return rows(model.objects.filter(Exists(found.filter(pk=OuterRef("pk")))).values_list("pk"))
        if end == "in":
            return rows(model.objects.exclude(pk__in=found.values("pk")).values_list("pk"))
        if end == "order":
            return list(found.order_by(F(path).asc(nulls_last=True), "pk").values_list("pk", path)[:9])
        inner = found.filter(pk=OuterRef("pk")).order_by(path, other).values(path)[:1]
        return rows(model.objects.annotate(answer=Subquery(inner)).values_list("pk", "answer"))

    return ask


@settings(
    max_examples=sampling.examples(0.6),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(asks=st.lists(questions(), min_size=8, max_size=8))
def test_a_gated_house_answers_like_one_without_the_hidden_rows_to_anything(db: Any, asks: list[Any]) -> None:
    with transaction.atomic():
        fill()
        with gate.using(READ.name):
            gated = [ask() for ask in asks]
        with without_hidden_rows():
            really = [ask() for ask in asks]
        transaction.set_rollback(True)
    assert gated == really
