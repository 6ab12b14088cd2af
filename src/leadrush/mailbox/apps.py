"""The app `mailbox`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class MailboxConfig(AppConfig):
    name = "leadrush.mailbox"
    label = "mailbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadrush.mailbox import console, told

        told.register()
        console.register()
