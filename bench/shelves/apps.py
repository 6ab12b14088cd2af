"""The app `shelves`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class ShelvesConfig(AppConfig):
    name = "bench.shelves"
    label = "shelves"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bench.shelves.models import SHELVES
        from leadrush.vault import collects

        for model in SHELVES:
            collects.register(
                collects.Collects(
                    model=model,
                    categories=("lr:Registration",),
                    clause="webinar-seat",
                    title=model.__name__,
                    fields={
                        "text": "What it says",
                        "number": "Its number",
                        "at": "When",
                        "sealed": "Its words",
                    },
                    sealed=(collects.Sealed("sealed", "shelf"),),
                )
            )
