"""What every template may name."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from leadrush import look


def house(request: HttpRequest) -> dict[str, Any]:
    """Give `business` to every template, read only where it is named."""
    return {"business": SimpleLazyObject(look.business)}
