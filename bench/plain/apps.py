"""The plain tables as a Django app, for the bench alone."""

from __future__ import annotations

from django.apps import AppConfig


class PlainConfig(AppConfig):
    name = "bench.plain"
    label = "plain"
    default_auto_field = "django.db.models.BigAutoField"
