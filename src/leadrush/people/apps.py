"""The app `people`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "leadrush.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
