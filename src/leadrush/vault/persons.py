"""The person: a number without a name. Staff are persons too, with a role."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.translation import gettext_lazy as _

STAND_IN = "people.invalid"
"""The domain of every pseudonymous address; RFC 2606 keeps `.invalid` from ever resolving."""


class Role(models.TextChoices):
    """What a person may do in the console; each role may do all that those before it may."""

    NONE = "", _("Visitor")
    READER = "reader", _("Reader")
    HOST = "host", _("Host")
    EDITOR = "editor", _("Editor")
    OWNER = "owner", _("Owner")


ORDER = list(Role)


class Persons(BaseUserManager["Person"]):
    """What Django asks of a sign-in model; persons are made by `vault.welcome` and nowhere else."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(pk=username or "")


# Wagtail's pictures point at a person, and their manager is among what is published without types.
class Person(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """Somebody whom data is about. This row holds nothing about them: no name, no address, no password."""

    password = None  # type: ignore[assignment]  # there are none: a code or a passkey signs in
    last_login = None  # when somebody was here is personal: sign-ins are held, declared and erasable

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    role = models.CharField(max_length=8, choices=Role.choices, blank=True, default=Role.NONE)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    is_active = models.BooleanField(default=True)

    objects = Persons()

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        # Few of many work here, and every page that says who used what looks for them.
        indexes: ClassVar = [models.Index(fields=["role"], name="person_role")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def email(self) -> str:
        """The stand-in that third-party tables hold; the mail room resolves it at the last step."""
        return f"{self.id}@{STAND_IN}"

    @property
    def first_name(self) -> str:
        """What third-party pages greet this person by: the role, since there is no name here."""
        return str(Role(self.role).label)

    def get_full_name(self) -> str:
        """Return what third-party pages call this person: the role, and four digits of the number."""
        return f"{self.first_name} {self.id.hex[:4]}"

    @property
    def is_staff(self) -> bool:
        """Whether this person has any role: Django and Wagtail ask."""
        return self.role != Role.NONE

    def may(self, role: str) -> bool:
        """Say whether this person's role reaches `role` (owner > editor > host > reader)."""
        return self.is_active and ORDER.index(Role(self.role)) >= ORDER.index(Role(role))

    def get_session_auth_hash(self) -> str:
        """Return what binds a session to this person; raising `session_epoch` ends all of them."""
        return self._epoch_hash(settings.SECRET_KEY)

    def get_session_auth_fallback_hash(self) -> Any:
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._epoch_hash(secret)

    def _epoch_hash(self, secret: str | bytes) -> str:
        message = f"session:{self.id}:{self.session_epoch}".encode()
        return hmac.new(force_bytes(secret), message, hashlib.sha256).hexdigest()

    def set_unusable_password(self) -> None:
        """Do nothing: Django's sign-in machinery asks for this, and there is no password to spoil."""

    def has_usable_password(self) -> bool:
        """Return False, always."""
        return False

    def check_password(self, raw_password: str | None) -> bool:
        """Return False, always."""
        return False


def person_id(stand_in: str) -> uuid.UUID | None:
    """Return whose stand-in this is (`<id>@people.invalid`, `<id>.new@people.invalid`), or None."""
    local, _at, domain = stand_in.partition("@")
    if domain != STAND_IN:
        return None
    try:
        return uuid.UUID(local.removesuffix(".new"))
    except ValueError:
        return None
