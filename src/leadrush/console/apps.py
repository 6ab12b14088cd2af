"""The app `console`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "leadrush.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"
