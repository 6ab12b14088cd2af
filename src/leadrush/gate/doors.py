"""Doors of views: each says which use it opens, so that no page reads personal data by the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver

from leadrush.gate.use import Actor, using

WEBSITE = Actor("program", "website")


@dataclass(frozen=True, slots=True)
class Sign:
    """What is written on a view's door: its use, or why it needs none."""

    use: str | None
    why: str = ""
    staff: bool = False
    what: str = ""


def actor_of(person: Any, staff: bool) -> Actor:
    """Return who acts in a request: whoever is signed in, as staff where the door says so, or the website."""
    if person is None or not person.is_authenticated:
        return WEBSITE
    return Actor("staff" if staff else "person", str(person.pk))


def door(
    use_name: str | None, *, why: str = "", staff: bool = False, what: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Open a use for a view: `@gate.door("webinars.serve")`, sync or async, or around `View.as_view()`.

    A TemplateResponse is rendered inside the use. A streamed response is not: open a use for each part that
    it reads. `door(None, why="...")` is for a view that touches no personal table. Raises ValueError when
    neither a use nor a reason is given.
    """
    if use_name is None and not why:
        raise ValueError("A door without a use says why it needs none: door(None, why='...').")
    sign = Sign(use_name, why, staff, what)

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        through: Callable[..., Any]
        if iscoroutinefunction(view):

            @wraps(view)
            async def through(request: HttpRequest, *args: Any, **named: Any) -> Any:
                if use_name is None:
                    return await view(request, *args, **named)
                person = await request.auser() if hasattr(request, "auser") else None
                with using(use_name, actor=actor_of(person, staff), what=what):
                    response = await view(request, *args, **named)
                    if waits(response):
                        response = await sync_to_async(response.render)()
                    return response

        else:

            @wraps(view)
            def through(request: HttpRequest, *args: Any, **named: Any) -> Any:
                if use_name is None:
                    return view(request, *args, **named)

                def actor() -> Actor:
                    return actor_of(getattr(request, "user", None), staff)

                # Who acts is asked for by whoever writes it down: a page that nobody signs in for costs no
                # session.
                with using(use_name, actor=actor, what=what):
                    response = view(request, *args, **named)
                    return response.render() if waits(response) else response

        through.door = sign  # type: ignore[attr-defined]
        return through

    return decorate


def waits(response: Any) -> bool:
    """Say whether a response is one that is rendered later; rendering it again changes nothing."""
    return callable(getattr(response, "render", None))


def behind(patterns: Any, use_name: str | None, *, why: str = "") -> Any:
    """Put the views of an `include(...)` or a list of patterns behind one door, for parts that others wrote.

    Views that have a door of their own keep it. Returns what it was given.
    """
    listed = patterns[0] if isinstance(patterns, tuple) else patterns
    put = door(use_name, why=why)
    for pattern in each(getattr(listed, "urlpatterns", listed) or ()):
        if not hasattr(pattern.callback, "door"):
            pattern.callback = put(pattern.callback)
    return patterns


def each(urlpatterns: Iterable[Any]) -> Iterator[URLPattern]:
    """Yield every pattern that leads to a view, however deep it is included."""
    for pattern in urlpatterns:
        if isinstance(pattern, URLResolver):
            yield from each(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern


def undeclared_views(urlpatterns: Iterable[Any]) -> list[URLPattern]:
    """Return the patterns whose view has no door."""
    return [pattern for pattern in each(urlpatterns) if not hasattr(pattern.callback, "door")]
