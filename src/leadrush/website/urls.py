"""Every address of the site, room by room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("leadrush.look.urls")),
    path("", include("leadrush.mailbox.urls")),
    path("", include("leadrush.webinars.urls")),
    path("console/", include("leadrush.console.urls")),
    path("", include("leadrush.accountability.urls")),
    path("", include("leadrush.people.urls")),
]

handler400 = "leadrush.look.errors.bad_request"
handler403 = "leadrush.look.errors.refused"
handler404 = "leadrush.look.errors.not_found"
handler500 = "leadrush.website.failing.failed"
