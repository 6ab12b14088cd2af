"""A webinar's picture, as it is kept and dropped."""

from __future__ import annotations

from leadrush.media.pictures import Small
from leadrush.webinars.models import Picture, Webinar


def keep(webinar: Webinar, small: Small) -> None:
    """Make this the webinar's picture."""
    Picture.objects.update_or_create(
        webinar=webinar,
        defaults={
            "webp": small.webp,
            "digest": small.digest,
            "width": small.width,
            "height": small.height,
        },
    )


def drop(webinar: Webinar) -> None:
    """Take the picture out."""
    Picture.objects.filter(webinar=webinar).delete()
