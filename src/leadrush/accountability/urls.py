"""The statement's addresses."""

from __future__ import annotations

from django.urls import path

from leadrush.accountability import views

app_name = "accountability"

urlpatterns = [
    path("privacy/", views.page, name="statement"),
    path("privacy/statement.txt", views.text, name="text"),
    path("privacy/statement.jsonld", views.linked, name="linked"),
    path("privacy/versions/", views.versions, name="versions"),
    path("privacy/versions/<int:number>/", views.version, name="version"),
    path("privacy/versions/<int:number>/statement.json", views.canonical, name="canonical"),
    path(".well-known/gpc.json", views.gpc, name="gpc"),
]
