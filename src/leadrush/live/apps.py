"""The app `live`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "leadrush.live"
    label = "live"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadrush.live import told

        told.register()
