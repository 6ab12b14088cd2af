"""The site's addresses, and beside them the plain view that a webinar's page is compared with."""

from __future__ import annotations

from django.urls import path

from bench.plain import views
from leadrush.website import urls
from leadrush.website.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [path("plain/<slug:slug>/", views.webinar_page), *urls.urlpatterns]
