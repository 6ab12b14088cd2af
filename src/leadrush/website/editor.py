"""The addresses of Wagtail's editor that are open here, all behind a door that reads no personal table."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path, re_path, reverse
from wagtail.admin import urls as wagtail_urls
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.account import AccountView, LocaleSettingsPanel, ThemeSettingsPanel
from wagtail.users.models import UserProfile

from leadrush import gate
from leadrush.website.wagtail_hooks import closed

WHY = "Wagtail's editor reads pages and pictures; staff appear in its tables as numbers."
# Lists of people, passwords, mails about workflows, and reports of who did what: none of it is offered.
CLOSED = (
    "users|groups|password_reset|workflows|reports|sites|redirects|locales|searchpicks|failwhale|test404"
    "|bulk/vault|bulk/auth|tasks|choose-email-link|choose-phone-link"
)


class Account(AccountView):
    """What somebody may set for the editor: its language, its colours. No name, face, address or password."""

    def get_panels(self) -> list[Any]:
        """Return the panels that hold nothing about a person."""
        request = self.request
        profile = UserProfile.get_for_user(request.user)
        panels = [kind(request, request.user, profile) for kind in (LocaleSettingsPanel, ThemeSettingsPanel)]
        return [panel for panel in panels if panel.is_active()]


@gate.door(None, why="Leads to our own sign-in.")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to our own sign-in."""
    return HttpResponseRedirect(f"/sign-in/?next={reverse('wagtailadmin_home')}")


@gate.door(None, why="Leads to our own sign-out.")
def sign_out(request: HttpRequest) -> HttpResponse:
    """Lead back to the console: signing out is one button, and it stands there."""
    return HttpResponseRedirect("/console/")


urlpatterns = [
    re_path(rf"^(?:{CLOSED})(?:/.*)?$", closed),
    path("login/", sign_in),
    path("logout/", sign_out),
    path("account/", gate.door(None, why=WHY)(require_admin_access(Account.as_view()))),
    path("", gate.behind(include(wagtail_urls), None, why=WHY)),
]
