"""The live room's addresses. Its socket is at `/live/ABOUT/`: see `routing`."""

from __future__ import annotations

from django.urls import path, register_converter

from leadrush.live import media_views, views
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

urlpatterns = [
    path("live/<about:about>/state.json", views.state, name="state"),
    path("live/<about:about>/media.json", media_views.facts, name="media"),
    path("live/<about:about>/publish/", media_views.publish, name="publish"),
    path("live/<about:about>/watch/", media_views.watch, name="watch"),
    path("live/<about:about>/connection/<int:connection>/", media_views.connection, name="connection"),
    path("live/<about:about>/connection/<int:connection>/ping/", media_views.ping, name="ping"),
    path("live/<about:about>/hls/<str:word>/<str:name>", media_views.hls, name="hls"),
]
