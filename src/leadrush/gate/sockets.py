"""Doors of sockets: a consumer says which uses its messages open, as a view's door does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

from django.conf import settings
from django.urls import URLPattern

from leadrush.gate.doors import each
from leadrush.gate.use import Actor, Refused, using

Consumer = TypeVar("Consumer", bound=type)


@dataclass(frozen=True, slots=True)
class Sign:
    """What is written on a socket's door: the uses that its messages may open, and what it is called."""

    uses: tuple[str, ...]
    what: str


def socket(*use_names: str, what: str) -> Callable[[Consumer], Consumer]:
    """Put a door on a consumer: `@gate.socket("live.room", "live.host", what="live.socket")`.

    The consumer opens one of these uses for each act by `opened`. Raises ValueError without a use.
    """
    if not use_names:
        raise ValueError("A socket says its uses: socket('room.use', what='room.socket').")

    def decorate(consumer: Consumer) -> Consumer:
        consumer.door = Sign(use_names, what)  # type: ignore[attr-defined]
        return consumer

    return decorate


def opened(consumer: Any, use_name: str, actor: Actor) -> using:
    """Open one of the uses on a consumer's door, for who acts. Raises `Refused` for one that is not on it."""
    sign = getattr(type(consumer), "door", None)
    if sign is None or use_name not in sign.uses:
        raise Refused(f"{type(consumer).__name__} has no door for the use {use_name!r}.")
    return using(use_name, actor=actor, what=sign.what)


def patterns() -> list[URLPattern]:
    """Return where sockets are served: `urlpatterns` of the module that the setting `SOCKETS` names."""
    return list(each(import_module(settings.SOCKETS).urlpatterns))


def consumer_of(pattern: URLPattern) -> Any:
    """Return the consumer behind a pattern; what is no consumer stands for itself."""
    return getattr(pattern.callback, "consumer_class", pattern.callback)
