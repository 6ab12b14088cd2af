"""Where the live room's socket is served."""

from __future__ import annotations

from typing import Any

from django.urls import path

from leadrush.live import urls
from leadrush.live.consumers import Seat

assert urls  # which says what an occasion's name looks like in an address

# Django's own word for a path, with a consumer at its end, as channels has it.
served: Any = Seat.as_asgi()
urlpatterns = [path("live/<about:about>/", served)]
