"""The app `accountability`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class AccountabilityConfig(AppConfig):
    name = "leadrush.accountability"
    label = "accountability"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from leadrush.accountability import drafting, evidence, heads, links, notices, showing, told
        from leadrush.console import overview, screens

        # Importing these registers the pages that links in mails lead to, and what runs by the clock.
        assert heads and links and notices
        told.register()
        evidence.register()
        overview.block(
            "accountability.broken",
            _("Not kept at the moment"),
            "accountability/to_mend.html",
            showing.to_mend,
            order=1,
            wide=True,
        )
        overview.block(
            "accountability.waiting",
            _("Clauses that wait to be published"),
            "accountability/waiting.html",
            drafting.to_publish,
            order=2,
            wide=True,
        )
        screens.register(screens.Screen("statement", _("Statement"), "accountability:desk", order=80))
