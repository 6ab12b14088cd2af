"""In which words visits are told: in the menu, on a page's foot, where a use is written down."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from leadrush import ledger
from leadrush.console import screens
from leadrush.look import regions
from leadrush.people import choice
from leadrush.vault import erasing, rights
from leadrush.visits import joining, middleware, remembering
from leadrush.visits.models import Browser


def register() -> None:
    """Register what other parts show of visits; called once, when the app is ready."""
    regions.fill("count", "visits/count.html", middleware.word)
    regions.fill("foot", "visits/request.html", _request)
    regions.fill("me", "visits/me.html", _me)
    choice.follows(remembering.answered)
    choice.explains(remembering.CLAUSE, "visits/choice.html")
    erasing.ends(Browser, joining.ends)
    screens.register(screens.Screen("visits", _("Visits"), "visits:desk", role="reader", order=90))
    rights.form(joining.WHERE, _("Button “Join the visits of this browser to me”"))
    ledger.deed("visits.own", _("to show you your visits"))
    ledger.deed("visits.join", _("to join the visits of a browser to you"))


def _request(request: HttpRequest) -> dict[str, Any] | None:
    visit = getattr(request, "visit", None)
    return {"name": visit.name} if visit else None


def _me(request: HttpRequest) -> dict[str, Any] | None:
    return {"remembered": bool(remembering.number_of(request))}
