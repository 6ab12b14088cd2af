"""The app `guides`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class GuidesConfig(AppConfig):
    name = "leadrush.guides"
    label = "guides"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadrush.guides import links, told

        # Importing it registers the pages that links in mails lead to.
        assert links
        told.register()
