"""A certificate on paper: set by Typst, with a square code to its public page where it has one."""

from __future__ import annotations

import io
from datetime import datetime

import segno
from babel.dates import format_date
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leadrush import look, mailbox
from leadrush.look import locales
from leadrush.look import times as home
from leadrush.media import typesetting
from leadrush.training.models import Certificate


def pdf(certificate: Certificate, name: str, *, published: bool) -> bytes:
    """Return a certificate as PDF. The address to compare it with is on it only while it is shown there."""
    address = mailbox.absolute(reverse("training:shown", args=[certificate.number])) if published else ""
    facts = {
        "lang": (get_language() or "en")[:2],
        "title": certificate.title,
        "name": name,
        "day": day(certificate.at),
        "number": certificate.number,
        "business": look.business().name,
        "size": _("%(lessons)s lessons, %(hours)s of teaching")
        % {"lessons": certificate.lessons, "hours": _hours(certificate.minutes)},
        "address": str(address),
        "code": _code(address) if address else "",
        "words": {
            "head": _("Certificate"),
            "finished": _("has finished the training") if name else _("Somebody has finished the training"),
            "on": _("on"),
            "number": _("Number"),
            "compare": _("Compare it at"),
        },
    }
    return typesetting.pdf("leadrush.media.papers", "certificate.typ", facts)


def day(moment: datetime) -> str:
    """Return a day with its year, as it stands on what is kept for years: `30 November 2026`."""
    return str(format_date(home.at_home(moment).date(), "long", locale=locales.in_use()))


def _hours(minutes: int) -> str:
    hours, left = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": left}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": left}


def _code(address: str) -> str:
    """Return the square code of an address as SVG, black on nothing."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=0, xmldecl=False, dark="#16211b"
    )
    return drawn.getvalue().decode()
