"""The app `purchases`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class PurchasesConfig(AppConfig):
    name = "leadrush.purchases"
    label = "purchases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadrush.purchases import links, tasks, told

        # Importing these registers the pages that links in mails lead to, and what runs by the clock.
        assert links and tasks
        told.register()
