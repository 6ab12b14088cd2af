"""Holding a webinar with its host: somebody with a seat, told by letter, who finds a desk in the room."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.live import hosting
from leadrush.webinars import letters
from leadrush.webinars.models import Registration, Seat, Webinar

USE = "webinars.serve"


class CannotHelp(ValueError):
    """Somebody cannot hold a webinar; the message says why, to its host."""


def let(*, webinar: Webinar, registration: int, on: bool) -> None:
    """Let somebody with a seat hold a webinar with its host, or only come. Twice is once.

    They are told by letter that they do. Raises `CannotHelp` for who has no seat, or did not confirm their
    address: a stranger may have typed it.
    """
    with transaction.atomic(), gate.using(USE, what="webinars.helping"):
        rows = Registration.objects.select_for_update(of=("self",)).select_related("giving")
        found: Registration | None = rows.filter(
            pk=registration, webinar=webinar, state=Seat.SEAT, giving__ended_at__isnull=True
        ).first()
        if found is None:
            raise CannotHelp(_("They have no seat any more."))
        if on and not found.giving.confirmed:
            raise CannotHelp(_("They have not confirmed their address yet. Their mail says how."))
        if found.helps != on:
            found.helps = on
            found.save(update_fields=["helps"])
            if on:
                letters.helping(webinar, found)
        hosting.let_hold(webinar.about, found.person_id, on=on)
