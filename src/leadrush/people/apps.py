"""The app `people`, as Django sees it."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "leadrush.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.mfa.models import Authenticator

        from leadrush.people import leaving, letting_in, told
        from leadrush.vault import merging

        letting_in.__name__  # noqa: B018 - importing it registers the page of its links
        told.register()
        leaving.register()
        merging.leave_behind(Authenticator)
