"""Every address of the site, room by room. What editors wrote comes last: it answers to whatever is left."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path
from wagtail.urls import serve_pattern

from leadrush.website import views

ours = [
    path("articles/", views.articles, name="articles"),
    path("search/", views.search, name="search"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("leadrush.look.urls")),
    path("", include("leadrush.mailbox.urls")),
    path("", include("leadrush.visits.urls")),
    path("", include("leadrush.media.urls")),
    path("", include("leadrush.live.urls")),
    path("", include("leadrush.purchases.urls")),
    path("", include("leadrush.webinars.urls")),
    path("", include("leadrush.guides.urls")),
    path("", include("leadrush.training.urls")),
    path("console/", include("leadrush.console.urls")),
    path("", include("leadrush.accountability.urls")),
    path("", include("leadrush.people.urls")),
    path("", include((ours, "website"))),
    path("media/images/<path:name>", views.picture),
    path("edit/", include("leadrush.website.editor")),
    re_path(serve_pattern, views.page, name="wagtail_serve"),
]

handler400 = "leadrush.look.errors.bad_request"
handler403 = "leadrush.look.errors.refused"
handler404 = "leadrush.look.errors.not_found"
handler500 = "leadrush.website.failing.failed"
