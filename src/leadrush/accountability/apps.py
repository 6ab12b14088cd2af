"""The app `accountability`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class AccountabilityConfig(AppConfig):
    name = "leadrush.accountability"
    label = "accountability"
    default_auto_field = "django.db.models.BigAutoField"
