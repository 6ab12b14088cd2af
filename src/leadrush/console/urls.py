"""The back office's own addresses; rooms bring those of their screens."""

from __future__ import annotations

from django.urls import path

from leadrush.console import people, staff_views, views

app_name = "console"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("people/", people.people, name="people"),
    path("people/find/", people.find, name="find"),
    path("people/open/", people.open_person, name="open"),
    path("people/<str:handle>/", people.person, name="person"),
    path("staff/", staff_views.team, name="staff"),
    path("staff/invite/", staff_views.invite, name="invite"),
    path("staff/<uuid:person>/role/", staff_views.appoint, name="appoint"),
    path("staff/<uuid:person>/remove/", staff_views.remove, name="remove"),
]
