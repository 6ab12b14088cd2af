"""The app `media`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "leadrush.media"
    label = "media"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadrush.media import films

        # Importing it lets links of films end when a film is taken down.
        assert films
