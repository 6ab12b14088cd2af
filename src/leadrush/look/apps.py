"""The app `look`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "leadrush.look"
    label = "look"
    default_auto_field = "django.db.models.BigAutoField"
