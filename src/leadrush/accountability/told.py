"""How this room's uses are told on “What we hold about you”, and what stands there about a new version."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from leadrush import ledger
from leadrush.accountability import questions
from leadrush.look import regions
from leadrush.vault import rights
from leadrush.vault.models import Person


def register() -> None:
    """Register words, and the part of a person's own page; called once, when the app is ready."""
    rights.form(questions.WHERE, _("When you answered about a new version"), asks=True)
    ledger.program("statement.notice", _("The program that tells of new versions"))
    ledger.program("statement.mail", _("The program that tells of new versions"))
    ledger.deed("accountability.changed", _("to tell you of a new version of this statement"))
    ledger.deed("accountability.draft", _("to show a colleague who saved the draft of the statement"))
    regions.fill("me", "accountability/me.html", on_own_page)


def on_own_page(request: HttpRequest) -> dict[str, Any] | None:
    """Return what a person's own page says of new versions: what they were told, and may answer."""
    if not isinstance(request.user, Person):
        return None
    standing = questions.standing(request.user)
    return {"standing": standing} if standing else None
