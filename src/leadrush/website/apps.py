"""The app `website`, as Django sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


def addresses() -> Iterator[tuple[str, datetime | None]]:
    """Yield the address of every public page that an editor wrote."""
    from wagtail.models import Site

    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        return
    for page in site.root_page.get_descendants(inclusive=True).live().public():
        yield page.get_url() or "/", page.last_published_at


class WebsiteConfig(AppConfig):
    name = "leadrush.website"
    label = "website"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadrush.look import sitemap
        from leadrush.vault import rights
        from leadrush.website import erased

        erased.register()
        sitemap.register("website", addresses)
        rights.form("leadrush.up", _("The start of this site"))
