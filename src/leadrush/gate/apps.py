"""The app `gate`, as Django sees it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import Tags, register
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import module_has_submodule


def protect_tables(using: str, **_: Any) -> None:
    """Put row-level security on the personal tables of a PostgreSQL database that was just migrated."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        from leadrush.gate.postgresql.policies import protect

        protect(connection)


class GateConfig(AppConfig):
    name = "leadrush.gate"
    label = "gate"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadrush.gate import checks, rooms, uses

        for room in rooms.all():
            uses.register(*room.uses)
        for app in apps.get_app_configs():
            if app.name.startswith("leadrush.") and module_has_submodule(app.module, "tasks"):
                import_module(f"{app.name}.tasks")
        # Sent once for each app after all tables stand; once is enough.
        post_migrate.connect(protect_tables, sender=self, dispatch_uid="gate.protect_tables")
        for check in checks.STANDING:
            register(check, "gate")
        for check in checks.OF_DATABASES:
            register(check, Tags.database)
