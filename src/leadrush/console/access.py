"""Who may open which screen of the back office: one decorator, no checks anywhere else.

Put it outside the gate's door, so that the door never opens for somebody without the role:

    @console.staff("reader")
    @gate.door("people.help", staff=True)
    def person(request): ...

The door's mark on the view stays visible through the decorator, for the system check that every view has one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

# Least first; each may do what those before it may.
ROLES = ("reader", "host", "editor", "owner")

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def allows(role: str, needed: str) -> bool:
    """Say whether a person of `role` (empty for none) may open what needs `needed`."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)


def role_of(request: HttpRequest) -> str:
    """Return the role of whoever is signed in, empty for nobody and for a person without one."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return ""
    return str(getattr(person, "role", ""))


def staff(role: str) -> Callable[[View[P]], View[P]]:
    """Guard a view: it opens for this role and those above it (owner, editor, host, reader).

    Whoever is not signed in is sent to sign in and comes back; a person without the role gets a page that
    says so, with status 403. Raises ValueError for a role that does not exist.
    """
    if role not in ROLES:
        raise ValueError(f"{role!r} is not one of {', '.join(ROLES)}")

    def guard(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if not allows(role_of(request), role):
                raise PermissionDenied(
                    _("This page is for those who run the site, in the role “%(role)s” or above.")
                    % {"role": role_words(role)}
                )
            response = view(request, *args, **kwargs)
            # A screen of the back office is never kept by a proxy or shown again from the browser's store.
            if isinstance(response, HttpResponse):
                response.headers.setdefault("Cache-Control", "private, no-store")
            return response

        guarded.staff = role  # type: ignore[attr-defined]
        return guarded

    return guard


def role_words(role: str) -> str:
    """Return a role in words."""
    return {"reader": _("reader"), "host": _("host"), "editor": _("editor"), "owner": _("owner")}.get(
        role, ""
    )


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page and back; what was sent is not kept, so it goes back to the page itself."""
    if request.method != "GET":
        messages.info(request, _("You were signed out in between. Nothing was stored; send it again."))
    back = request.get_full_path() if request.method == "GET" else request.path
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?next={quote(back)}")
