"""The addresses of files: where they are had, and where large ones come in."""

from __future__ import annotations

from django.urls import path

from leadrush.media import receiving, views

app_name = "media"

urlpatterns = [
    path("files/<str:word>/<str:name>", views.file, name="file"),
    path("console/files/", receiving.begin, name="begin"),
    path("console/files/<str:word>", receiving.arrival, name="arrival"),
]
