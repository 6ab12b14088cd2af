"""The app `office`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "leadrush.vault.tests.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"
