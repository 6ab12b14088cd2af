"""What the editor shows and hides: our colours, no lists of people, no advertisement for itself."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.models import AbstractPage
from wagtail.permissions import register_permission_policy

from leadrush import gate
from leadrush.website.editing import Pages, Pictures
from leadrush.website.models import Founded, Picture

register_permission_policy(AbstractPage, Pages("wagtailcore.Page"))
# For exactly this class: Wagtail registers its own for it and its heirs later on.
register_permission_policy(
    Picture,
    Pictures(Picture, auth_model="wagtailimages.Image", owner_field_name="uploaded_by_user"),
    exact_class=True,
)

HIDDEN = {"help", "reports", "settings"}


@hooks.register("insert_global_admin_css")
def colours() -> SafeString:
    """Dress the editor in our colours."""
    return format_html('<link rel="stylesheet" href="{}">', static("website/editor/editor.css"))


@gate.door(None, why="There is nothing here.")
def closed(request: HttpRequest, **named: Any) -> HttpResponse:
    """Answer that there is no page at an address of Wagtail's that is closed."""
    raise Http404


class NoDocuments:
    """Stands where Wagtail's editor looks for documents: there are none, since files are for rooms."""

    model = Founded

    @staticmethod
    def get_urlpatterns() -> list[Any]:
        """Return the one address that the editor asks to exist."""
        return [path("", closed, name="listing")]


@hooks.register("construct_admin_api")
def no_documents(router: Any) -> None:
    """Give the editor's configuration the address that it names."""
    router.register_endpoint("documents", NoDocuments)


@hooks.register("construct_main_menu")
def menu(request: Any, items: list[Any]) -> None:
    """Leave out what is closed here."""
    items[:] = [item for item in items if item.name not in HIDDEN]


@hooks.register("construct_homepage_panels")
def panels(request: Any, shown: list[Any]) -> None:
    """Leave out panels that speak of Wagtail's own news."""
    shown[:] = [panel for panel in shown if panel.name not in {"upgrade_notification", "whats_new"}]


@hooks.register("construct_homepage_summary_items")
def summary(request: Any, items: list[Any]) -> None:
    """Count nothing about people on the first page."""
    items[:] = [item for item in items if "User" not in type(item).__name__]
