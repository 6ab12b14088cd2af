"""What stands on the overview: figures, lists and charts that rooms register, none knowing another.

Register in `AppConfig.ready`:

    overview.figure("webinars.coming", _("Webinars to come"), coming, order=30)
    overview.listing(
        "webinars.next", _("Next webinars"), next_webinars, use="webinars.seats",
        empty=(_("No webinar is planned"), _("The next ones stand here, with their seats.")),
        more=(_("Plan one"), "webinars:plan"), order=50,
    )

`coming()` returns `Told(3, note="the next on Thursday")`, or None to be left out; `next_webinars()` returns
`[Row(title, url=..., num="184 of 300", below="Thursday, 19:00"), ...]`, at most ten or so. A source that
reads a personal table names its `use`: it is called inside `gate.using(use, actor=the member of staff)`, and
what it returns is plain text, never a person. One without `use` reads no personal table. Links that whoever
looks may not open are shown as words. Use `chart(...)` for a drawn one (`look.charts.Bars`), `block(...)` for
anything else: a template of the room's own (inside the `<section>`, below its title), drawn with `told`.

Count what is there. An estimate, an average of nothing and a goal stand nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django_stubs_ext import StrOrPromise

from leadrush import gate
from leadrush.console.access import allows, role_of
from leadrush.look.charts import Bars

WHAT = "console.overview"


@dataclass(frozen=True)
class Told:
    """What a figure says: a number, or a number with words; below it a note, and where it leads."""

    value: int | str
    note: StrOrPromise = ""
    url: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a list: what it is (a link with `url`), a figure at its end, and more below."""

    title: StrOrPromise
    url: str = ""
    num: int | str = ""
    below: StrOrPromise = ""


@dataclass(frozen=True)
class Piece:
    """Something registered: what it is called, what it reads and under which use, and its place."""

    slug: str
    title: StrOrPromise
    source: Callable[[], Any]
    use: str = ""
    order: int = 100
    role: str = "reader"
    wide: bool = False
    template: str = ""
    empty: tuple[StrOrPromise, StrOrPromise] = ("", "")
    more: tuple[StrOrPromise, str] = ("", "")
    caption: StrOrPromise = ""


@dataclass(frozen=True)
class Shown:
    """A piece as one page shows it: what its source told, and the link beside its title."""

    piece: Piece
    told: Any
    more_words: StrOrPromise = ""
    more_url: str = ""


@dataclass
class _Pieces:
    figures: dict[str, Piece] = field(default_factory=dict)
    charts: dict[str, Piece] = field(default_factory=dict)
    blocks: dict[str, Piece] = field(default_factory=dict)


_pieces = _Pieces()


def figure(
    slug: str,
    title: StrOrPromise,
    source: Callable[[], Told | None],
    *,
    use: str = "",
    order: int = 100,
    role: str = "reader",
) -> None:
    """Add a figure to the line on top, or replace the one of this slug; a source's None leaves it out."""
    _pieces.figures[slug] = Piece(slug, title, source, use=use, order=order, role=role)


def chart(
    slug: str,
    title: StrOrPromise,
    source: Callable[[], Bars | None],
    *,
    empty: tuple[StrOrPromise, StrOrPromise],
    use: str = "",
    order: int = 100,
    role: str = "reader",
    caption: StrOrPromise = "",
) -> None:
    """Add a chart; None from the source says that there is nothing to draw, and `empty` stands there."""
    _pieces.charts[slug] = Piece(
        slug, title, source, use=use, order=order, role=role, empty=empty, caption=caption
    )


def listing(
    slug: str,
    title: StrOrPromise,
    source: Callable[[], Sequence[Row]],
    *,
    empty: tuple[StrOrPromise, StrOrPromise],
    use: str = "",
    more: tuple[StrOrPromise, str] = ("", ""),
    order: int = 100,
    role: str = "reader",
    wide: bool = False,
) -> None:
    """Add a list. `empty` is a title and a sentence that says what will arrive there; `more` is words and the
    name of an address, shown to whoever may open it."""
    _pieces.blocks[slug] = Piece(
        slug, title, source, use=use, order=order, role=role, wide=wide, empty=empty, more=more
    )


def block(
    slug: str,
    title: StrOrPromise,
    template: str,
    source: Callable[[], Mapping[str, Any] | None],
    *,
    use: str = "",
    more: tuple[StrOrPromise, str] = ("", ""),
    order: int = 100,
    role: str = "reader",
    wide: bool = False,
) -> None:
    """Add a piece with a form of its own: `template` is drawn with what the source returns, as `told`."""
    _pieces.blocks[slug] = Piece(
        slug, title, source, use=use, order=order, role=role, wide=wide, template=template, more=more
    )


def figures(request: HttpRequest) -> list[Shown]:
    """Return the figures for whoever looks, each counted under its use; links they may not open are words."""
    found = _read(_pieces.figures, request)
    return [
        replace(shown, told=replace(shown.told, url=open_to(request, shown.told.url)))
        for shown in found
        if shown.told is not None
    ]


def charts(request: HttpRequest) -> list[Shown]:
    """Return the charts for whoever looks, each counted under its use."""
    return _read(_pieces.charts, request)


def blocks(request: HttpRequest) -> list[Shown]:
    """Return the lists and blocks for whoever looks, each read under its use."""
    found = []
    for shown in _read(_pieces.blocks, request):
        if shown.piece.template and shown.told is None:
            continue
        told = shown.told
        if not shown.piece.template:
            told = [replace(row, url=open_to(request, row.url)) for row in told]
        words, name = shown.piece.more
        try:
            url = open_to(request, reverse(name)) if name else ""
        except NoReverseMatch:
            url = ""
        found.append(replace(shown, told=told, more_words=words, more_url=url))
    return found


def open_to(request: HttpRequest, url: str) -> str:
    """Return the address when whoever looks may open the screen behind it, else an empty one."""
    try:
        needed = getattr(resolve(url.partition("?")[0].partition("#")[0]).func, "staff", "") if url else ""
    except Resolver404:
        return url
    return url if not needed or allows(role_of(request), needed) else ""


def _read(pieces: Mapping[str, Piece], request: HttpRequest) -> list[Shown]:
    role = role_of(request)
    actor = gate.Actor("staff", str(request.user.pk))
    found = []
    for piece in sorted(pieces.values(), key=lambda piece: (piece.order, piece.slug)):
        if not allows(role, piece.role):
            continue
        with gate.using(piece.use, actor=actor, what=WHAT) if piece.use else nullcontext():
            found.append(Shown(piece, piece.source()))
    return found
