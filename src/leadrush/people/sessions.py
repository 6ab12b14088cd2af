"""Sessions at rest: sealed, and found by a digest, so that a copy of the table lets nobody in.

The browser's cookie holds the key; the table holds its HMAC. What a session remembers, a code among it, lies
under AES-256-GCM with a key of its own made from the master key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from leadrush.vault.keys import derived, open_with, seal_with

CONTEXT = "session"


class Sealed:
    """SESSION_SERIALIZER: JSON, sealed."""

    def dumps(self, obj: Any) -> bytes:
        """Return the sealed form of what a session remembers."""
        return seal_with(derived("sessions"), json.dumps(obj, separators=(",", ":")).encode(), CONTEXT)

    def loads(self, data: bytes) -> Any:
        """Open it. Raises `KeyFault`, which Django reads as an empty session."""
        return json.loads(open_with(derived("sessions"), data, CONTEXT))


def stored(session_key: str) -> str:
    """Return under what a session's key stands in the table: HMAC-SHA-256, the first 40 hex figures."""
    return hmac.new(derived("session-keys"), session_key.encode(), hashlib.sha256).hexdigest()[:40]


def end(digests: list[str]) -> None:
    """End the sessions with these digests; those that are gone already are none."""
    Session.objects.filter(session_key__in=digests).delete()


class SessionStore(db.SessionStore):
    """Django's sessions in the database, found by the digest of their key."""

    def _get_session_from_db(self) -> Session | None:
        found = Session.objects.filter(
            session_key=stored(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=stored(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        row.session_key = stored(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            end([stored(key)])

    async def _aget_session_from_db(self) -> Session | None:
        return await sync_to_async(self._get_session_from_db)()

    async def aexists(self, session_key: str) -> bool:
        return await sync_to_async(self.exists)(session_key)

    async def acreate_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        return await sync_to_async(self.create_model_instance)(data)

    async def adelete(self, session_key: str | None = None) -> None:
        await sync_to_async(self.delete)(session_key)
