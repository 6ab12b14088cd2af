"""The addresses of guides."""

from __future__ import annotations

from django.urls import path

from leadrush.guides import console, views

app_name = "guides"

urlpatterns = [
    path("guides/", views.guide_list, name="list"),
    path("guides/<slug:slug>/", views.guide_page, name="page"),
    path("guides/<slug:slug>/here/", views.here, name="here"),
    path("console/guides/", console.desk, name="desk"),
    path("console/guides/write/", console.write, name="write"),
    path("console/guides/<int:pk>/", console.write_one, name="write_one"),
    path("console/guides/<int:pk>/edition/", console.bring, name="bring"),
    path("console/guides/<int:pk>/act/", console.act, name="act"),
    path("console/guides/<int:pk>/preview/", console.preview, name="preview"),
]
