"""The question about this browser: one cookie holds the answer, alike for everybody. Clause `one-cookie`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from leadrush.look import marks
from leadrush.people.ways import back

COOKIE = "choice"
CLAUSE = "one-cookie"
YES, NO = "yes", "no"
DAYS = 180
"""How long the answer is kept; then we ask again."""


Follow = Callable[[HttpRequest, HttpResponseBase, str], None]
_follows: list[Follow] = []
_explained: dict[str, str] = {}


def follows(act: Follow) -> None:
    """Register what follows an answer: called with the request, the response that keeps it, and the word."""
    _follows.append(act)


def explains(clause: str, template: str) -> None:
    """Register the words that say what a yes means, where the statement in force has a clause."""
    _explained[clause] = template


def explained() -> str:
    """Return the template of those words; an empty text where a yes means nothing further."""
    force = marks.version()
    if force is None:
        return ""
    return next((words for clause, words in _explained.items() if force.number_of(clause) is not None), "")


def says_no_by_itself(request: HttpRequest) -> bool:
    """Say whether the browser itself says no (Global Privacy Control), so that nobody is asked."""
    return request.headers.get("Sec-GPC") == "1"


def answer_of(request: HttpRequest) -> str:
    """Return `yes`, `no`, or nothing for a browser that has not answered. A no of its own comes first."""
    if says_no_by_itself(request):
        return NO
    given = request.COOKIES.get(COOKIE, "")
    return given if given in (YES, NO) else ""


def answer(request: HttpRequest, response: HttpResponseBase, said: str) -> None:
    """Keep an answer in the browser: one word, the same for everybody; then do what follows from it."""
    kept = YES if said == YES and not says_no_by_itself(request) else NO
    response.set_cookie(
        COOKIE,
        kept,
        max_age=DAYS * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    for act in _follows:
        act(request, response, kept)


def question(request: HttpRequest) -> dict[str, Any] | None:
    """Return what the question needs on this page, or None where there is nothing to ask, or no clause to."""
    force = marks.version()
    if force is None or force.number_of(CLAUSE) is None:
        return None
    if answer_of(request) or request.path.startswith("/choice/"):
        return None
    return {"then": back(request, request.get_full_path()), "days": DAYS, "explained": explained()}
