"""The address of files."""

from __future__ import annotations

from django.urls import path

from leadrush.media import views

app_name = "media"

urlpatterns = [path("files/<str:word>/<str:name>", views.file, name="file")]
