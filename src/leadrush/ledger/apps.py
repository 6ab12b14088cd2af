"""The app `ledger`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "leadrush.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadrush.ledger import tasks

        assert tasks  # importing them registers what runs by the clock
