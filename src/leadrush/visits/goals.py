"""Goals: what a room hopes that visitors do. Declared when the room is ready, reached in its views.

`visits.goal("webinars.seat", _("A seat kept"))`, then `visits.reach(request, "webinars.seat")` in the view
that did it. What is written is that a visit came so far, never whose it was. A funnel is a row of pages and
goals.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True)
class Goal:
    """Something that a visit can reach; `aim` is false for a step on the way."""

    code: str
    title: Words
    aim: bool = True


@dataclass(frozen=True)
class Step:
    """One step of a funnel: pages whose address begins so, or a goal. `lost` says who did not go on."""

    title: Words
    page: str = ""
    goal: str = ""
    lost: Words = ""


@dataclass(frozen=True)
class Funnel:
    """Steps that follow each other within one visit."""

    code: str
    title: Words
    steps: tuple[Step, ...]


_goals: dict[str, Goal] = {}
_funnels: dict[str, Funnel] = {}


def goal(code: str, title: Words, *, aim: bool = True) -> None:
    """Declare a goal of a room; `code` begins with the room's name."""
    _goals[code] = Goal(code, title, aim)


def funnel(code: str, title: Words, *steps: Step) -> None:
    """Declare a funnel of a room. Raises `ValueError` for fewer than two steps or more than eight."""
    if not 2 <= len(steps) <= 8:
        raise ValueError(f"the funnel {code} has {len(steps)} steps: give it two to eight")
    _funnels[code] = Funnel(code, title, steps)


def all() -> list[Goal]:
    """Return every goal, in the order in which rooms declared them."""
    return list(_goals.values())


def funnels() -> list[Funnel]:
    """Return every funnel."""
    return list(_funnels.values())


def known(code: str) -> bool:
    """Say whether a goal is declared."""
    return code in _goals


def title(code: str) -> str:
    """Return what a goal is called, or its code where its room is gone."""
    return str(_goals[code].title) if code in _goals else code


def reach(request: HttpRequest, code: str) -> None:
    """Note that the visit at hand reached a goal; written with the answer. Raises `KeyError` for an unknown
    one."""
    if code not in _goals:
        raise KeyError(f"{code} is no goal: declare it with visits.goal when the room is ready")
    visit = getattr(request, "visit", None)
    if visit is not None and code not in visit.goals:
        visit.goals.append(code)
