"""Shapes of queries, each written once, to be asked of a gated house and of one that never held more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, Length, Rank, RowNumber

from leadrush.gate.tests.house.models import Author, Letter, Note, Page, Short, Tag


def rows(found: Any) -> list[Any]:
    """Return rows in an order of their own, so that databases may answer in any."""
    return sorted((tuple(row) if isinstance(row, tuple | list) else row for row in found), key=repr)


def tree(authors: Any) -> list[Any]:
    return [
        (a.name, rows((n.text, rows(p.text for p in n.pages.all())) for n in a.notes.all())) for a in authors
    ]


SHAPES: dict[str, Callable[[], Any]] = {
    "all": lambda: rows(Note.objects.values_list("pk", "text", "size")),
    "filter": lambda: rows(Note.objects.filter(size__gt=3).values_list("pk")),
    "or": lambda: rows(Note.objects.filter(Q(size__lt=2) | Q(text__contains="1")).values_list("pk")),
    "not": lambda: rows(Note.objects.filter(~Q(size__lt=5)).values_list("pk")),
    "exclude": lambda: rows(Note.objects.exclude(text__endswith="3").values_list("pk")),
    "order and slice": lambda: list(Note.objects.order_by("-size", "pk").values_list("pk")[2:7]),
    "count": lambda: Note.objects.count(),
    "aggregate": lambda: Note.objects.aggregate(Sum("size"), Min("size"), Max("size"), Avg("size")),
    "distinct": lambda: rows(Note.objects.values_list("size").distinct()),
    "group": lambda: rows(Note.objects.values_list("size").annotate(n=Count("pk"))),
    "group by author": lambda: rows(Note.objects.values_list("author__name").annotate(n=Sum("size"))),
    "having": lambda: rows(
        Author.objects.annotate(n=Count("notes")).filter(n__gt=1).values_list("name", "n")
    ),
    "having or": lambda: rows(
        Author.objects.annotate(n=Count("notes")).filter(Q(n__gt=2) | Q(name="B")).values_list("name", "n")
    ),
    "left join": lambda: rows(Author.objects.values_list("name", "notes__text")),
    "two left joins": lambda: rows(Author.objects.values_list("name", "notes__text", "notes__pages__text")),
    "null on the right": lambda: rows(Author.objects.filter(notes=None).values_list("name")),
    "not null on the right": lambda: rows(Author.objects.exclude(notes=None).values_list("name")),
    "filter across": lambda: rows(Author.objects.filter(notes__size=4).values_list("name")),
    "two filters across": lambda: rows(
        Author.objects.filter(notes__size=4).filter(notes__size=2).values_list("name")
    ),
    "exclude across": lambda: rows(Author.objects.exclude(notes__size=4).values_list("name")),
    "exclude across two": lambda: rows(Author.objects.exclude(notes__pages__number=1).values_list("name")),
    "exclude and filter across": lambda: rows(
        Author.objects.filter(notes__size__gt=1).exclude(notes__text__contains="2").values_list("name")
    ),
    "many to many": lambda: rows(Tag.objects.filter(notes__size__gt=3).values_list("name")),
    "exclude many to many": lambda: rows(Tag.objects.exclude(notes__size__gt=3).values_list("name")),
    "count many to many": lambda: rows(Tag.objects.annotate(n=Count("notes")).values_list("name", "n")),
    "count distinct across two": lambda: rows(
        Author.objects.annotate(n=Count("notes", distinct=True), p=Count("notes__pages")).values_list(
            "n", "p"
        )
    ),
    "filtered count": lambda: rows(
        Author.objects.annotate(n=Count("notes", filter=Q(notes__size__gt=2))).values_list("name", "n")
    ),
    "filtered relation": lambda: rows(
        Author.objects.annotate(r=FilteredRelation("notes", condition=Q(notes__size__gt=2))).values_list(
            "name", "r__size"
        )
    ),
    "subquery": lambda: rows(
        Author.objects.annotate(
            t=Subquery(Note.objects.filter(author=OuterRef("pk")).order_by("-size", "pk").values("text")[:1])
        ).values_list("name", "t")
    ),
    "exists": lambda: rows(
        Author.objects.filter(Exists(Note.objects.filter(author=OuterRef("pk"), size=1))).values_list("name")
    ),
    "not exists": lambda: rows(
        Author.objects.filter(~Exists(Note.objects.filter(author=OuterRef("pk"), size=1))).values_list("name")
    ),
    "in a query": lambda: rows(
        Author.objects.filter(pk__in=Note.objects.values("author")).values_list("name")
    ),
    "not in a query": lambda: rows(
        Author.objects.exclude(pk__in=Note.objects.filter(size=2).values("author")).values_list("name")
    ),
    "to itself": lambda: rows(Note.objects.filter(author__notes__size=F("size")).values_list("pk")),
    "union": lambda: rows(Note.objects.values_list("text").union(Page.objects.values_list("text"), all=True)),
    "intersection": lambda: rows(
        Note.objects.values_list("size").intersection(Page.objects.values_list("number"))
    ),
    "difference": lambda: rows(
        Note.objects.values_list("size").difference(Page.objects.values_list("number"))
    ),
    "window": lambda: rows(
        Note.objects.annotate(
            n=Window(RowNumber(), partition_by="author", order_by=["size", "pk"])
        ).values_list("pk", "n")
    ),
    "filter on a window": lambda: rows(
        Note.objects.annotate(n=Window(Rank(), partition_by="author", order_by="-size"))
        .filter(n=1)
        .values_list("pk")
    ),
    "case": lambda: rows(
        Note.objects.annotate(c=Case(When(pages__number=1, then=Value("a")), default=Value("b"))).values_list(
            "pk", "c"
        )
    ),
    "coalesce across": lambda: rows(
        Author.objects.annotate(n=Coalesce(Sum("notes__size"), 0)).values_list("name", "n")
    ),
    "length across": lambda: rows(Author.objects.annotate(n=Length("notes__text")).values_list("name", "n")),
    "open table by a personal one": lambda: rows(
        Letter.objects.filter(note__size__lt=4).values_list("subject")
    ),
    "open table without a personal one": lambda: rows(
        Letter.objects.exclude(note__size__lt=4).values_list("pk")
    ),
    "nullable key": lambda: rows(Letter.objects.values_list("pk", "spare__text")),
    "nullable key excluded": lambda: rows(Letter.objects.exclude(spare__size=2).values_list("pk")),
    "select related": lambda: rows(
        (x.pk, x.note.text, x.spare and x.spare.text) for x in Letter.objects.select_related("note", "spare")
    ),
    "prefetch": lambda: tree(Author.objects.order_by("pk").prefetch_related("notes__pages")),
    "prefetch of some": lambda: tree(
        Author.objects.order_by("pk").prefetch_related(
            Prefetch("notes", Note.objects.filter(size__gt=1)), "notes__pages"
        )
    ),
    "proxy": lambda: rows(Short.objects.filter(author__name="A").values_list("pk")),
    "page by its note's author": lambda: rows(
        Page.objects.filter(note__author__name="A").values_list("text")
    ),
}
