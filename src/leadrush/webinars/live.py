"""Webinars as occasions of a live room: whoever has a seat may enter, and hosts of the site may hold it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.live.occasions import Occasion
from leadrush.vault.models import Giving, Person, Role
from leadrush.webinars import hosting
from leadrush.webinars.models import Registration, Seat, State, Webinar

PREFIX = "webinars.webinar"


class Webinars:
    """What the live room asks of webinars; see `live.occasions.Kind`."""

    def find(self, about: str) -> Occasion | None:
        """Return a webinar as an occasion; in a draft, or in what was cancelled, nobody has a seat."""
        webinar = Webinar.objects.filter(pk=int(about.rpartition(":")[2])).first()
        if webinar is None:
            return None
        host = hosting.of(webinar)
        return Occasion(
            about=about,
            title=webinar.title,
            starts_at=webinar.starts_at,
            ends_at=webinar.ends_at,
            address=webinar.get_absolute_url(),
            host=host.name if host else _("the host"),
            film=webinar.film,
        )

    def seats(self, about: str, persons: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Giving]:
        """Return the givings of those who have a seat: not in line, not given up, paid where it is bought."""
        with gate.using("webinars.serve", what="webinars.live"):
            rows = Registration.objects.filter(
                webinar_id=int(about.rpartition(":")[2]),
                webinar__state=State.OPEN,
                person__in=list(persons),
                state=Seat.SEAT,
                giving__ended_at__isnull=True,
            )
            return {row.person_id: row.giving for row in rows.select_related("giving")}

    def hosts(self, about: str, person: Person) -> bool:
        """Say whether somebody runs webinars here."""
        return person.may(Role.HOST)

    def helps(self, about: str, person: Person) -> bool:
        """Say whether somebody with a seat was asked to hold it with its host."""
        with gate.using("webinars.serve", what="webinars.live"):
            row = Registration.objects.filter(
                webinar_id=int(about.rpartition(":")[2]),
                person=person,
                state=Seat.SEAT,
                helps=True,
                giving__ended_at__isnull=True,
            )
            found = row.select_related("giving").first()
            return found is not None and bool(found.giving.confirmed)
