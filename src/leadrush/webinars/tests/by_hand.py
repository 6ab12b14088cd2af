"""Each promise about webinars, broken by hand in the database."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from leadrush import gate
from leadrush.gate.versions import row_in_force
from leadrush.vault.models import Choice, Giving, Person
from leadrush.webinars.models import Host, Registration, Seen


def a_registration_without_an_end() -> None:
    """The day on which a registration goes is lost."""
    with gate.using("house.keep"):
        registration = Registration.objects.order_by("pk").first()
    assert registration is not None
    Giving.objects.filter(pk=registration.giving_id).update(lapses_at=None)


def a_look_without_an_entry() -> None:
    """The ledger knows nothing of what a host saw."""
    with gate.using("house.keep"):
        Seen.objects.update(entry=10**9)


def a_yes_that_came_later() -> None:
    """Whoever was told of a later webinar had not said yes then."""
    Choice.objects.filter(use="webinars.announce", answer=True).update(at=timezone.now() + timedelta(days=1))


def words_of_somebody_else() -> None:
    """A host's words hang on the form of another person."""
    with gate.using("house.keep"):
        host = Host.objects.get()
        other = Person.objects.exclude(pk=host.person_id).order_by("joined_at").first()
        assert other is not None
        given = host.giving
        giving = Giving.objects.create(
            person=other,
            where=given.where,
            clause=given.clause,
            version=row_in_force(),
            confirmed_at=given.confirmed_at,
        )
        Host.objects.update(giving=giving)


WAYS = {
    "webinar-seat": a_registration_without_an_end,
    "webinar-host": a_look_without_an_entry,
    "webinar-later": a_yes_that_came_later,
    "webinar-hosts-words": words_of_somebody_else,
}
