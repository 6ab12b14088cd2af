"""The app `console`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "leadrush.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from leadrush.console import counts, screens, told

        told.register()
        counts.register()
        screens.register(screens.Screen("overview", _("Overview"), "console:overview", order=0))
        screens.register(screens.Screen("people", _("People"), "console:people", role="host", order=10))
        screens.register(
            screens.Screen("staff", _("Who works here"), "console:staff", role="owner", order=95)
        )
