"""The app `webinars`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class WebinarsConfig(AppConfig):
    name = "leadrush.webinars"
    label = "webinars"
    default_auto_field = "django.db.models.BigAutoField"
