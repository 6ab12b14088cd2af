"""The live room's addresses. Its socket is at `/live/ABOUT/`: see `routing`."""

from __future__ import annotations

from django.urls import path, register_converter

from leadrush.live import views
from leadrush.live.occasions import ABOUT

app_name = "live"


class About:
    """An occasion's name in an address: `webinars.webinar:5`."""

    regex = ABOUT.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(About, "about")

urlpatterns = [path("live/<about:about>/state.json", views.state, name="state")]
