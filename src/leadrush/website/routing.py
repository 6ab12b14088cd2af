"""Which database a model lives in: the model says so, and nothing crosses."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Model


class Floors:
    """Route a model to the database its class names (`database = "keys"`), everything else to `default`."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return str(getattr(model, "database", "default"))

    db_for_write = db_for_read

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return bool(self.db_for_read(type(one)) == self.db_for_read(type(other)))

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        """Say where a migration of this model runs; an operation without a model runs on `default` only."""
        if model_name is None:
            return bool(db == hints.get("database", "default"))
        try:
            model = apps.get_model(app_label, model_name)
        except LookupError:
            return bool(db == hints.get("database", "default"))
        return db == self.db_for_read(model)
