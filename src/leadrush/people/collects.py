"""What signing in takes, and what the tables of others hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadrush.people.models import SignIn
from leadrush.vault.collects import Collects


def _shows(rows: list[SignIn]) -> Mapping[Any, str]:
    return {row.pk: _("%(browser)s") % {"browser": row.browser} for row in rows}


COLLECTS = [
    Collects(
        model=SignIn,
        categories=("lr:SignIn",),
        clause="sign-ins",
        title=gettext_lazy("Where you are signed in"),
        fields={
            "started": gettext_lazy("Since which day"),
            "browser": gettext_lazy("What kind of browser"),
            "session": gettext_lazy("A digest that finds the session, to end it"),
        },
        shows=_shows,
        correct=lambda row: "people:sessions",
        loses=gettext_lazy("You are signed out there."),
    ),
]

GROUND = {
    "people.Asked": "a code, sealed, under a number that may be nobody's; gone within seconds",
    "people.Joining": "two numbers, while two records of one person are made one",
    "sessions.Session": "the state of one browser, sealed, found by a digest of its cookie",
    "mfa.Authenticator": "the public half of a passkey and the day it was added, under a number; it opens "
    "nothing without the device, is shown and removed at /me/passkeys/, and goes with the person's row",
}

NOTHING = {
    "account.EmailAddress": "stays empty: addresses are the vault's, and sign-in asks the vault",
    "account.EmailConfirmation": "stays empty: codes lie in the sealed session",
}
