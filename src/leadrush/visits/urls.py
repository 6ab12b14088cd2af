"""The addresses of visits: a person's own, and those of the back office."""

from __future__ import annotations

from django.urls import path

from leadrush.visits import console, views
from leadrush.visits.logs import urls as logs

app_name = "visits"

urlpatterns = [
    path("me/visits/", views.own, name="own"),
    path("console/visits/", console.desk, name="desk"),
    path("console/visits/now/", console.here, name="now"),
    path("console/visits/note/", console.note, name="note"),
    path("console/visits/note/<int:pk>/remove/", console.unnote, name="unnote"),
    path("console/visits/table/<slug:what>/", console.table, name="table"),
    path("console/visits/table/<slug:what>.csv", console.as_csv, name="csv"),
    path("console/visits/table/<slug:what>.json", console.as_json, name="json"),
    path("console/visits/requests/", console.requests, name="requests"),
    *logs.urlpatterns,
]
