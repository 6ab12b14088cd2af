from __future__ import annotations

from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "leadrush.gate.tests.house"
    label = "house"
    default_auto_field = "django.db.models.BigAutoField"
