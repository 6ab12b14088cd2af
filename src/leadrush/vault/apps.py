"""The app `vault`, as Django sees it: it also tells the gate which tables are about persons."""

from __future__ import annotations

from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "leadrush.vault"
    label = "vault"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadrush.vault import backups, checks, collects, copies

        collects.discover()
        checks.install()
        copies.register(backups.keys_made)
