"""E-mail addresses: read strictly, compared blindly."""

from __future__ import annotations

import hashlib
import hmac
import uuid

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

from leadrush.vault.keys import derived
from leadrush.vault.models import BlindIndex

LONGEST = 254
"""RFC 5321's path is 256 octets with its brackets."""


def read(text: str) -> str:
    """Return the address in normal form (NFC, lower-case domain). Raises `ValidationError` with a word."""
    text = text.strip()
    if len(text) > LONGEST:
        raise ValidationError(_("An e-mail address has at most 254 characters."), code="long")
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        raise ValidationError(_("Write one address on one line, like name@example.org."), code="lines")
    try:
        # `example` and other special names stay allowed: tests and demonstrations live there.
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as fault:
        raise ValidationError(_("Write it like name@example.org."), code="syntax") from fault
    if found.domain.endswith("people.invalid"):
        raise ValidationError(_("Write your own address, like name@example.org."), code="stand-in")
    return found.normalized


def digest(address: str) -> str:
    """Return the address's place in the blind index: HMAC-SHA-256, upper and lower case alike, 64 hex."""
    return hmac.new(derived("blind-index"), address.casefold().encode(), hashlib.sha256).hexdigest()


def whose(address: str) -> uuid.UUID | None:
    """Return the id of the person with this address, or None; one question either way."""
    return BlindIndex.objects.filter(digest=digest(address)).values_list("person", flat=True).first()
