"""Certificates of attendance: set for whoever was there, with the name that they type, and not kept."""

from __future__ import annotations

from collections.abc import Sequence

from babel.dates import format_date
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from leadrush import look
from leadrush.live.models import Stay
from leadrush.live.occasions import Occasion
from leadrush.look import locales
from leadrush.look import times as home
from leadrush.media import typesetting


def minutes(stays: Sequence[Stay]) -> int:
    """Return how long somebody was there, in whole minutes."""
    return sum(round((stay.left_at - stay.came_at).total_seconds()) for stay in stays) // 60


def certificate(event: Occasion, stays: Sequence[Stay], name: str) -> bytes:
    """Return a certificate as PDF: who, what, when, and for how many minutes. It has no number: nothing is
    kept that one could be compared with."""
    there = minutes(stays)
    facts = {
        "lang": (get_language() or "en")[:2],
        "title": event.title,
        "name": name,
        "day": format_date(home.at_home(event.starts_at).date(), "long", locale=locales.in_use()),
        "number": "",
        "business": look.business().name,
        "size": ngettext("%(minutes)d minute of attendance", "%(minutes)d minutes of attendance", there)
        % {"minutes": there},
        "address": "",
        "code": "",
        "words": {
            "head": _("Certificate of attendance"),
            "finished": _("took part in"),
            "on": _("on"),
            "number": _("Held by %(host)s") % {"host": event.host} if event.host else "",
            "compare": "",
        },
    }
    return typesetting.pdf("leadrush.media.papers", "certificate.typ", facts)
