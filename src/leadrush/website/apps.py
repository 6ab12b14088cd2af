"""The app `website`, as Django sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from leadrush.look.searching import MOST, Found


def addresses() -> Iterator[tuple[str, datetime | None]]:
    """Yield the address of every public page that an editor wrote."""
    from wagtail.models import Site

    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        return
    for page in site.root_page.get_descendants(inclusive=True).live().public():
        yield page.get_url() or "/", page.last_published_at


def found(words: str) -> Iterator[Found]:
    """Yield the public pages that have all these words, the best first."""
    from wagtail.models import Page

    for page in Page.objects.live().public().filter(depth__gt=1).search(words, operator="and")[:MOST]:
        yield Found(page.seo_title or page.title, page.get_url() or "/", page.search_description)


class WebsiteConfig(AppConfig):
    name = "leadrush.website"
    label = "website"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadrush.look import menu, searching, sitemap
        from leadrush.vault import rights
        from leadrush.website import erased

        erased.register()
        sitemap.register("website", addresses)
        searching.register("website", found)
        menu.register_foot(_("Search"), "website:search", 5)
        rights.form("leadrush.up", _("The start of this site"))
