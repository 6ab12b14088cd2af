"""The live room's addresses. Its socket is at `/live/ABOUT/`: see `routing`."""

from __future__ import annotations

from django.urls import path, register_converter

from leadrush.live import (
    console,
    console_film,
    console_machines,
    console_questions,
    console_slides,
    encoder_views,
    hours,
    media_views,
    pages,
    replay_views,
    views,
)
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
    path("live/in/<str:word>/", pages.room, name="room"),
    path("live/in/<str:word>/certificate/", pages.certificate, name="certificate"),
    path("live/in/<str:word>/hours/", hours.correct, name="hours"),
    path("live/in/<str:word>/replay/<str:name>", replay_views.track, name="track"),
    path("live/slides/<str:word>/<int:number>.webp", views.slide, name="slide"),
    path("live/<about:about>/come/", pages.come, name="come"),
    path("live/<about:about>/state.json", views.state, name="state"),
    path("console/live/machines/", console_machines.page, name="machines"),
    path("console/live/<about:about>/", console.report, name="report"),
    path("console/live/<about:about>/questions/", console_questions.questions, name="questions"),
    path("console/live/<about:about>/slides/", console_slides.bring, name="slides"),
    path("console/live/<about:about>/film/", console.film, name="film"),
    path("console/live/<about:about>/film/bring/", console_film.bring, name="bring"),
    path("console/live/<about:about>/film/edit/", console_film.edit, name="edit"),
    path("console/live/<about:about>/replay/", console.replay, name="replay"),
    path("live/<about:about>/media.json", media_views.facts, name="media"),
    path("live/<about:about>/publish/", media_views.publish, name="publish"),
    path("live/<about:about>/watch/", media_views.watch, name="watch"),
    path("live/<about:about>/connection/<int:connection>/", media_views.connection, name="connection"),
    path("live/<about:about>/connection/<int:connection>/picture/", media_views.picture, name="picture"),
    path("live/<about:about>/connection/<int:connection>/ping/", media_views.ping, name="ping"),
    path("live/<about:about>/hls/<str:word>/", media_views.asked, name="asked"),
    path("live/<about:about>/hls/<str:word>/<str:name>", media_views.hls, name="hls"),
    path("live/<about:about>/encoder/", encoder_views.desk, name="encoder"),
    path("live/encoder/publish/", encoder_views.publish, name="encoder_begins"),
    path("live/encoder/update/", encoder_views.update, name="encoder_goes_on"),
    path("live/encoder/done/", encoder_views.done, name="encoder_ends"),
]
