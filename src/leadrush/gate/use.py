"""The use in force: what personal data is being read for, right now, in this thread or task.

Pure Python: the database engines import this module, and an engine that imports models is a circle.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar, Token
from dataclasses import dataclass
from inspect import CO_ASYNC_GENERATOR, CO_GENERATOR
from types import FrameType, TracebackType
from typing import Any

from leadrush.gate import uses
from leadrush.gate.uses import Use

YIELDS = CO_GENERATOR | CO_ASYNC_GENERATOR
# Generators whose caller waits at the `yield` on purpose: `@contextmanager`, and the fixtures of tests.
WAITING = frozenset({"contextlib", "_pytest.fixtures", "_pytest.compat", "pytest_asyncio.plugin"})


class Closed(RuntimeError):
    """The gate is closed to what was tried."""


class NoUse(Closed):
    """Personal data was asked for while no use was in force."""


class Unpublished(Closed):
    """No version of the statement is in force yet, so nothing may be used."""


class NotInForce(Closed, LookupError):
    """The statement in force does not have the clause that this stands on."""


class Altered(Closed):
    """A published version is not what was published: somebody changed it behind the site's back."""


class Refused(Closed):
    """Personal data was asked for in a way, or for a use, that the gate does not let through."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `kind` is "person", "staff" or "program"; `id` a UUID as text, or a program's name."""

    kind: str
    id: str

    def __post_init__(self) -> None:
        if self.kind not in ("person", "staff", "program"):
            raise ValueError(f"An actor is a person, staff or a program, not {self.kind!r}.")


class Door:
    """An open use: which one, for whom, and whether it has ended.

    `bit` is the use's number (0..61) and `value` the same as a mask (1 << bit). A task that copied the
    context keeps the door but not the use: `ended` is set for everybody when the `with` is left. `notes` is
    for what others remember about this door, such as the ledger entries that it wrote.
    """

    __slots__ = ("_actor", "bit", "ended", "frame", "notes", "use", "value", "what")

    def __init__(self, use: Use, actor: Actor | Callable[[], Actor], what: str) -> None:
        self.use = use
        self.bit: int = use.bit
        self.value: int = 1 << use.bit
        self.what = what
        self.ended = False
        self.frame: FrameType | None = None
        self.notes: dict[Any, Any] = {}
        self._actor = actor

    @property
    def actor(self) -> Actor:
        """Who acts; asked for only when somebody wants to know, since it may cost a session."""
        if not isinstance(self._actor, Actor):
            self._actor = self._actor()
        return self._actor

    @property
    def away(self) -> bool:
        """Whether the generator that opened this use is waiting, so that its caller runs instead."""
        return self.frame is not None and self.frame.f_back is None

    def __repr__(self) -> str:
        return f"<Door {self.use.name}{' (ended)' if self.ended else ''}>"


IN_FORCE: ContextVar[Door | None] = ContextVar("leadrush.gate.in_force", default=None)
SHAPING: ContextVar[bool] = ContextVar("leadrush.gate.shaping", default=False)
NOBODY = Actor("program", "unnamed")


class using:
    """Open a use for the block: `with using("webinars.serve", actor=..., what="webinars.reminder") as door:`.

    Nested uses shadow the outer one, and its actor acts on where no other is named. Raises `Refused` for a
    name that no room has declared. Only a `with` opens a use: there is nothing to set and forget.
    """

    __slots__ = ("_door", "_token")

    def __init__(
        self, use_name: str, *, actor: Actor | Callable[[], Actor] | None = None, what: str = ""
    ) -> None:
        try:
            use = uses.get(use_name)
        except KeyError:
            raise Refused(
                f"There is no use named {use_name!r}. Declare it in the room's clauses/uses.toml, "
                "with a clause that allows it."
            ) from None
        if actor is None:
            outer = IN_FORCE.get()
            actor = outer._actor if outer is not None and not outer.ended else NOBODY
        self._door = Door(use, actor, what)
        self._token: Token[Door | None] | None = None

    def __enter__(self) -> Door:
        door = self._door
        if self._token is not None or door.ended:
            raise Refused(f"This use of {door.use.name!r} was opened already: write `with using(...)` again.")
        frame = sys._getframe(1)
        if frame.f_code.co_flags & YIELDS:
            waiting = frame.f_back is not None and frame.f_back.f_globals.get("__name__") in WAITING
            door.frame = None if waiting else frame
        self._token = IN_FORCE.set(door)
        return door

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._door.ended = True
        self._door.frame = None
        assert self._token is not None
        # A generator that was thrown away elsewhere ends in a context that never had this use.
        with suppress(ValueError):
            IN_FORCE.reset(self._token)


class shaping:
    """The state in which tables are made, altered and emptied; it reads nothing but keys.

    Only the gate's schema editors and the flush of test databases enter it: models stay closed in it.
    """

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = SHAPING.set(True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        SHAPING.reset(self._token)


def in_force() -> Door | None:
    """Return the open door, or None."""
    door = IN_FORCE.get()
    if door is None or door.ended or (door.frame is not None and door.away):
        return None
    return door


def current() -> Door:
    """Return the open door; raise `NoUse` where there is none."""
    door = in_force()
    if door is None:
        raise NoUse(explain("Personal data"))
    return door


def explain(what: str) -> str:
    """Say why `what` is closed, and what to do about it."""
    door = IN_FORCE.get()
    if door is None:
        why = "no use is in force"
    elif door.ended:
        why = f"the use {door.use.name!r} has ended"
    else:
        why = f"the use {door.use.name!r} belongs to a generator that is waiting"
    return (
        f"{what} is closed here, because {why}. Say what it is read for: declare the door "
        '(`@gate.door("room.use")`, `@gate.task(...)`, `gate.Command`), or open a use around this code '
        '(`with gate.using("room.use"):`).'
    )
