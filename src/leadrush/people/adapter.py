"""Where django-allauth asks us: persons instead of addresses, our words instead of its own.

allauth drives the sign-in (its stages, its code process, WebAuthn); it never sees an address. What it would
send or say goes nowhere, because the letters are the mailbox's and the words stand in our pages.
"""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from leadrush import look
from leadrush.people import sign_ins
from leadrush.vault.models import Person


class SignIn(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Signing in by code or passkey; there is nothing to sign up for, no password, and no address in here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        """Return the code alone: a passkey is another way in, never a second lock that shuts a person out."""
        return ["allauth.account.stages.LoginByCodeStage"]

    def is_login_by_code_required(self, login: Any) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return False: `proving.recently` asks before a page opens. allauth would park the whole form in the
        session, with whatever was typed into it."""
        return False

    def generate_login_code(self) -> str:
        return figures()

    def login(self, request: HttpRequest, user: Person) -> None:
        """Sign in and note it: since which day, in what kind of browser."""
        super().login(request, user)
        sign_ins.begin(request, user)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: letters go through the mailbox, which asks the gate."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: our pages say what happened."""


class Passkeys(DefaultMFAAdapter):  # type: ignore[misc]
    """What a device is told when it makes a passkey: the business's name and a number, no name or address."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": look.business().name}

    def get_public_key_credential_user_entity(self, user: Person) -> dict[str, Any]:
        name = look.business().name
        return {"id": user_pk_to_url_str(user).encode(), "display_name": name, "name": name}


def figures() -> str:
    """Return six random figures."""
    return f"{secrets.randbelow(10**6):06}"
