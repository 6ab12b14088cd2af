"""The app `visits`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "leadrush.visits"
    label = "visits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadrush.visits import tasks, told
        from leadrush.visits.logs import tasks as logs

        # Importing these registers what runs by the clock.
        assert tasks and logs
        told.register()
