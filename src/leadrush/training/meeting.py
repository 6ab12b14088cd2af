"""The hours at which a group meets, as occasions of a live room: whoever learns in the group may enter."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.live.occasions import Occasion
from leadrush.training.models import Enrolment, Live
from leadrush.vault.models import Giving, Person, Role

PREFIX = "training.live"


def _of(named: str) -> Live | None:
    rows = Live.objects.select_related("cohort__training")
    return rows.filter(pk=int(named.rpartition(":")[2])).first()


class Meetings:
    """What the live room asks of trainings; see `live.occasions.Kind`."""

    def find(self, about: str) -> Occasion | None:
        """Return an hour of a group as an occasion."""
        live = _of(about)
        if live is None:
            return None
        training = live.cohort.training
        return Occasion(
            about=about,
            title=f"{training.title}: {live.title}",
            starts_at=live.starts_at,
            ends_at=live.ends_at,
            address=training.get_absolute_url(),
            host=_("the host"),
        )

    def seats(self, about: str, persons: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Giving]:
        """Return the givings of those who learn in the group now: neither over, nor paused, nor unpaid."""
        now = timezone.now()
        with gate.using("training.learn", what="training.meeting"):
            rows = Enrolment.objects.filter(
                cohort__lives=int(about.rpartition(":")[2]),
                person__in=list(persons),
                giving__ended_at__isnull=True,
            ).select_related("giving")
            return {row.person_id: row.giving for row in rows if row.is_open(now)}

    def hosts(self, about: str, person: Person) -> bool:
        """Say whether somebody teaches here."""
        return person.may(Role.HOST)

    def helps(self, about: str, person: Person) -> bool:
        """Say no: who is to hold an hour with its host is let do so in its room."""
        return False
