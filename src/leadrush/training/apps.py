"""The app `training`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "leadrush.training"
    label = "training"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadrush.training import links, staff_told, told

        # Importing it registers the pages that links in mails lead to.
        assert links
        told.register()
        staff_told.register()
