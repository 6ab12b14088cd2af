"""Each way to read through the ORM: it gives what the use may see, and without a use it gives nothing."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.admin import AdminSite, ModelAdmin
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.models import (
    Avg,
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    Max,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber, Upper
from django.db.models.manager import BaseManager
from django.db.models.sql import Query
from django.test import RequestFactory

from leadrush import gate
from leadrush.gate.tests.conftest import READ, House
from leadrush.gate.tests.house.models import Author, Letter, Note, Page, Short, Tag

Way = Callable[[House], Any]


def texts(rows: Any) -> list[str]:
    return sorted(row.text for row in rows)


# --- one table ---------------------------------------------------------------------------------------

ONE_TABLE: dict[str, tuple[Way, Any]] = {
    "get": (lambda h: Note.objects.get(pk=h.seen).text, "seen"),
    "get of a hidden row": (lambda h: Note.objects.filter(pk=h.hidden).first(), None),
    "first and last": (lambda h: (Note.objects.first().text, Note.objects.last().text), ("seen", "seen")),  # type: ignore[union-attr]
    "earliest": (lambda h: Note.objects.earliest("-size").text, "seen"),
    "filter": (lambda h: texts(Note.objects.filter(size__gt=0)), ["seen"]),
    "filter with OR": (lambda h: texts(Note.objects.filter(Q(size=1) | Q(size__gt=1))), ["seen"]),
    "filter with NOT": (lambda h: texts(Note.objects.filter(~Q(text="x"))), ["seen"]),
    "filter with XOR": (lambda h: texts(Note.objects.filter(Q(size=1) ^ Q(size=20))), ["seen"]),
    "exclude": (lambda h: texts(Note.objects.exclude(text="x")), ["seen"]),
    "in a list": (lambda h: texts(Note.objects.filter(pk__in=[h.seen, h.hidden])), ["seen"]),
    "in a range": (lambda h: texts(Note.objects.filter(size__range=(0, 999))), ["seen"]),
    "values": (lambda h: list(Note.objects.values("text")), [{"text": "seen"}]),
    "values list": (lambda h: list(Note.objects.values_list("text", flat=True)), ["seen"]),
    "only": (lambda h: texts(Note.objects.only("size")), ["seen"]),
    "defer": (lambda h: texts(Note.objects.defer("text")), ["seen"]),
    "order by": (lambda h: texts(Note.objects.order_by("-text")), ["seen"]),
    "slice": (lambda h: texts(Note.objects.order_by("-size")[:2]), ["seen"]),
    "distinct": (lambda h: list(Note.objects.values_list("text", flat=True).distinct()), ["seen"]),
    "reverse": (lambda h: texts(Note.objects.order_by("pk").reverse()), ["seen"]),
    "count": (lambda h: Note.objects.count(), 1),
    "length": (lambda h: len(Note.objects.all()), 1),
    "exists": (lambda h: Note.objects.filter(text__startswith="secret").exists(), False),
    "contains": (lambda h: Note.objects.contains(Note(pk=h.hidden)), False),
    "aggregate": (lambda h: Note.objects.aggregate(s=Sum("size"), a=Avg("size")), {"s": 1, "a": 1.0}),
    "aggregate over a slice": (
        lambda h: Note.objects.order_by("-size")[:3].aggregate(s=Sum("size")),
        {"s": 1},
    ),
    "annotate": (lambda h: [n.up for n in Note.objects.annotate(up=Upper("text"))], ["SEEN"]),
    "alias": (lambda h: texts(Note.objects.alias(n=F("size") + 1).filter(n__gt=0)), ["seen"]),
    "case and when": (
        lambda h: list(
            Note.objects.annotate(k=Case(When(size__gt=5, then=F("text")), default=Value("-"))).values_list(
                "k", flat=True
            )
        ),
        ["-"],
    ),
    "group by": (
        lambda h: list(Note.objects.values_list("author__name").annotate(n=Count("pk"))),
        [("Ann", 1)],
    ),
    "group by with having": (
        lambda h: list(Note.objects.values("author_id").annotate(n=Sum("size")).filter(n__gt=5)),
        [],
    ),
    "window": (
        lambda h: list(
            Note.objects.annotate(n=Window(RowNumber(), order_by="-size")).values_list("text", "n")
        ),
        [("seen", 1)],
    ),
    "filter on a window": (
        lambda h: texts(
            Note.objects.annotate(n=Window(Count("pk"), partition_by="author_id")).filter(Q(n=1) | Q(n=2))
        ),
        ["seen"],
    ),
    "dates": (lambda h: list(Note.objects.values_list(Coalesce("text", Value("")), flat=True)), ["seen"]),
    "in bulk": (lambda h: sorted(Note.objects.in_bulk([h.seen, h.hidden])) == [h.seen], True),
    "iterator": (lambda h: texts(Note.objects.iterator(chunk_size=1)), ["seen"]),
    "refresh from the database": (lambda h: refreshed(Note(pk=h.seen)).text, "seen"),
    "union": (lambda h: texts(Note.objects.filter(size=1).union(Note.objects.filter(size=20))), ["seen"]),
    "union all": (
        lambda h: texts(Note.objects.filter(size=1).union(Note.objects.exclude(size=1), all=True)),
        ["seen"],
    ),
    "intersection": (
        lambda h: texts(Note.objects.all().intersection(Note.objects.filter(size__gt=0))),
        ["seen"],
    ),
    "difference": (
        lambda h: texts(Note.objects.all().difference(Note.objects.filter(size__lt=0))),
        ["seen"],
    ),
    "ordered union of values": (
        lambda h: list(
            Note.objects.values_list("text").union(Page.objects.values_list("text")).order_by("text")
        ),
        [("page of a secret",), ("seen",), ("seen page",)],
    ),
}


def refreshed(row: Any) -> Any:
    row.refresh_from_db()
    return row


# --- several tables ----------------------------------------------------------------------------------


def prefetched(rows: Any) -> list[list[str]]:
    return [sorted(note.text for note in row.notes.all()) for row in rows.order_by("name")]


SEVERAL: dict[str, tuple[Way, Any]] = {
    "related manager": (lambda h: texts(h.ann.notes.all()), ["seen"]),
    "related manager's count": (lambda h: (h.ann.notes.count(), h.bob.notes.count()), (1, 0)),
    "reverse foreign key in a filter": (
        lambda h: list(Author.objects.filter(notes__size__gt=5).values_list("name", flat=True)),
        [],
    ),
    "reverse foreign key without a filter": (
        lambda h: sorted(Author.objects.filter(notes__isnull=False).values_list("name", flat=True)),
        ["Ann"],
    ),
    "reverse foreign key that is null": (
        lambda h: sorted(Author.objects.filter(notes__isnull=True).values_list("name", flat=True)),
        ["Bob", "Cid"],
    ),
    "foreign key followed": (lambda h: letters_seen(h), {"about 1": "seen"}),
    "many to many": (lambda h: texts(Tag.objects.get().notes.all()), ["seen"]),
    "many to many in a filter": (
        lambda h: list(Tag.objects.filter(notes__text__startswith="secret")),
        [],
    ),
    "many to many backwards": (
        lambda h: [list(note.tags.values_list("name", flat=True)) for note in Note.objects.all()],
        [["green"]],
    ),
    "prefetch related": (
        lambda h: prefetched(Author.objects.prefetch_related("notes")),
        [["seen"], [], []],
    ),
    "prefetch with a queryset": (
        lambda h: prefetched(
            Author.objects.prefetch_related(Prefetch("notes", Note.objects.filter(size__gt=0)))
        ),
        [["seen"], [], []],
    ),
    "prefetch of pages through notes": (
        lambda h: [
            sorted(page.text for page in note.pages.all())
            for author in Author.objects.prefetch_related("notes__pages").order_by("name")
            for note in author.notes.all()
        ],
        [["seen page"]],
    ),
    "select related": (
        lambda h: [(x.subject, x.note.text) for x in Letter.objects.select_related("note")],
        [("about 1", "seen")],
    ),
    "select related two steps": (
        lambda h: [p.note.author.name for p in Page.objects.select_related("note__author")],
        ["Ann"],
    ),
    "values across a join": (
        lambda h: list(Letter.objects.values_list("note__text", flat=True)),
        ["seen"],
    ),
    "values of a reverse join": (
        lambda h: sorted(Author.objects.values_list("name", "notes__text"), key=str),
        [("Ann", "seen"), ("Bob", None), ("Cid", None)],
    ),
    "F across a join": (
        lambda h: list(Letter.objects.annotate(t=F("note__text")).values_list("t", flat=True)),
        ["seen"],
    ),
    "F across a join in a filter": (
        lambda h: list(
            Letter.objects.filter(note__size__gte=F("note__size")).values_list("subject", flat=True)
        ),
        ["about 1"],
    ),
    "order by a join": (
        lambda h: list(Letter.objects.order_by("-note__text").values_list("subject", flat=True)),
        ["about 1"],
    ),
    "count across a join": (
        lambda h: sorted(Author.objects.annotate(n=Count("notes")).values_list("name", "n")),
        [("Ann", 1), ("Bob", 0), ("Cid", 0)],
    ),
    "sum across two joins": (
        lambda h: Author.objects.aggregate(n=Sum("notes__size"), m=Max("notes__pages__number")),
        {"n": 1, "m": 1},
    ),
    "filtered aggregate": (
        lambda h: sorted(
            Author.objects.annotate(n=Count("notes", filter=Q(notes__size__gt=0))).values_list("n", flat=True)
        ),
        [0, 0, 1],
    ),
    "exclude across a join": (
        lambda h: sorted(Author.objects.exclude(notes__text="secret").values_list("name", flat=True)),
        ["Ann", "Bob", "Cid"],
    ),
    "exclude across two joins": (
        lambda h: sorted(Author.objects.exclude(notes__pages__number=3).values_list("name", flat=True)),
        ["Ann", "Bob", "Cid"],
    ),
    "exclude by a foreign key": (
        lambda h: sorted(Letter.objects.exclude(note__text="x").values_list("subject", flat=True)),
        ["about 1"],
    ),
    "filtered relation": (
        lambda h: sorted(
            Author.objects.annotate(
                big=FilteredRelation("notes", condition=Q(notes__size__gt=5))
            ).values_list("name", "big__text"),
            key=str,
        ),
        [("Ann", None), ("Bob", None), ("Cid", None)],
    ),
    "subquery": (
        lambda h: sorted(
            Author.objects.annotate(
                t=Subquery(Note.objects.filter(author=OuterRef("pk")).order_by("-size").values("text")[:1])
            ).values_list("name", "t"),
            key=str,
        ),
        [("Ann", "seen"), ("Bob", None), ("Cid", None)],
    ),
    "exists subquery": (
        lambda h: list(
            Author.objects.filter(Exists(Note.objects.filter(author=OuterRef("pk")))).values_list(
                "name", flat=True
            )
        ),
        ["Ann"],
    ),
    "query inside IN": (
        lambda h: list(
            Author.objects.filter(pk__in=Note.objects.values("author")).values_list("name", flat=True)
        ),
        ["Ann"],
    ),
    "join of a personal table to itself": (
        lambda h: list(Note.objects.filter(author__notes__size=20).values_list("text", flat=True)),
        [],
    ),
}

# --- other doors of the ORM --------------------------------------------------------------------------


def bare_queryset() -> Any:
    return models.QuerySet(model=Note)


def bare_manager() -> Any:
    manager = BaseManager.from_queryset(models.QuerySet)()
    manager.model = Note
    return manager


def serialized(rows: Any) -> list[str]:
    return sorted(row["fields"]["text"] for row in json.loads(serializers.serialize("json", rows)))


def dumped(*labels: str) -> list[str]:
    out = StringIO()
    call_command("dumpdata", *labels, stdout=out)
    return sorted(row["fields"]["text"] for row in json.loads(out.getvalue()))


def in_admin() -> list[str]:
    return texts(ModelAdmin(Note, AdminSite()).get_queryset(RequestFactory().get("/")))


def by_query() -> list[Any]:
    query = Query(Note)
    query.add_fields(["text"])
    return list(query.get_compiler(connection=connection).results_iter())


def letters_seen(house: House) -> dict[str, str]:
    found = {}
    for letter in Letter.objects.all():
        try:
            found[letter.subject] = letter.note.text
        except Note.DoesNotExist:
            continue
    return found


OTHERS: dict[str, tuple[Way, Any]] = {
    "base manager": (lambda h: texts(Note._base_manager.all()), ["seen"]),
    "default manager": (lambda h: texts(Note._default_manager.all()), ["seen"]),
    "bare manager": (lambda h: texts(bare_manager().all()), ["seen"]),
    "queryset built by hand": (lambda h: texts(bare_queryset()), ["seen"]),
    "proxy model": (lambda h: texts(Short.objects.all()), ["seen"]),
    "sql.Query": (lambda h: [tuple(row) for row in by_query()], [("seen",)]),
    "using a named database": (lambda h: texts(Note.objects.using("default")), ["seen"]),
    "pickled query": (lambda h: texts(unpickled(Note.objects.all().query)), ["seen"]),
    "serializers": (lambda h: serialized(Note.objects.all()), ["seen"]),
    "serializers over an iterator": (lambda h: serialized(Note.objects.iterator()), ["seen"]),
    "dumpdata": (lambda h: dumped("house.Note"), ["seen"]),
    "dumpdata of all, by the base manager": (
        lambda h: [t for t in dumped("house.Note", "--all") if "secret" in t],
        [],
    ),
    "a model admin's queryset": (lambda h: in_admin(), ["seen"]),
    "explain": (lambda h: bool(Note.objects.filter(text="secret").explain()), True),
}


def unpickled(query: Any) -> Any:
    rows = Note.objects.all()
    rows.query = pickle.loads(pickle.dumps(query))
    return rows


ALL = {**ONE_TABLE, **SEVERAL, **OTHERS}


@pytest.mark.parametrize("name", ALL)
def test_a_use_reads_what_it_may_and_nothing_else_by(name: str, house: House) -> None:
    walk, expected = ALL[name]
    with gate.using(READ.name):
        assert walk(house) == expected


@pytest.mark.parametrize("name", ALL)
def test_without_a_use_nothing_is_read_by(name: str, house: House) -> None:
    walk, _ = ALL[name]
    # dumpdata and the admin wrap what they catch; the sentence that says what to do must come through.
    with pytest.raises(Exception, match=r"is closed here, because no use is in force") as caught:
        walk(house)
    assert isinstance(caught.value, gate.NoUse | CommandError)
