"""The promises of training, broken by hand in the database."""

from __future__ import annotations

from datetime import timedelta

from leadrush import gate, ledger, vault
from leadrush.training.models import Certificate, Enrolment, Place, Publication, Seen
from leadrush.vault.models import Giving


def an_access_that_ended_without_an_end() -> None:
    """Somebody's access ended, and nothing says when what they left goes."""
    with gate.using("house.keep"):
        enrolment = Enrolment.objects.order_by("pk").first()
        assert enrolment is not None
        Enrolment.objects.filter(pk=enrolment.pk).update(ended_at=enrolment.at)
    Giving.objects.filter(pk=enrolment.giving_id).update(lapses_at=None)


def a_place_that_nobody_asked_for() -> None:
    """Where somebody stops is kept though they never switched that on."""
    with gate.using("house.keep"):
        place = Place.objects.order_by("pk").first()
        assert place is not None
        Enrolment.objects.filter(pk=place.enrolment_id).update(keeps_place=False)


def a_note_that_somebody_else_opened() -> None:
    """A note was opened for somebody who teaches."""
    ledger.write(
        [
            ledger.Entry(
                use="training.teach",
                actor_kind="staff",
                actor="0" * 32,
                subject="1" * 32,
                what="training.notes",
                categories="lr:LearnerNote",
            )
        ]
    )


def a_look_that_is_not_written() -> None:
    """A list showed a learner, and the ledger does not tell of it."""
    with gate.using("house.keep"):
        seen = Seen.objects.order_by("pk").first()
        assert seen is not None
        Seen.objects.filter(pk=seen.pk).update(entry=10**12)


def a_certificate_that_would_go() -> None:
    """A certificate got a day on which it goes by itself."""
    with gate.using("house.keep"):
        certificate = Certificate.objects.order_by("pk").first()
        assert certificate is not None
    Giving.objects.filter(pk=certificate.giving_id).update(lapses_at=certificate.at + timedelta(days=99))


def a_certificate_shown_without_a_yes() -> None:
    """What is shown of a certificate hangs on somebody who never said yes."""
    with gate.using("house.keep"):
        shown = Publication.objects.order_by("pk").first()
        other = Place.objects.order_by("pk").first()
        assert shown is not None and other is not None
        rows = Publication.objects.filter(pk=shown.pk)
        rows.update(person=other.person_id, giving=other.giving_id, sealed=b"")
    vault.fold(other.person_id)


WAYS = {
    "training-access": an_access_that_ended_without_an_end,
    "training-progress": a_place_that_nobody_asked_for,
    "training-notes": a_note_that_somebody_else_opened,
    "training-teaching": a_look_that_is_not_written,
    "training-certificate": a_certificate_that_would_go,
    "training-shown": a_certificate_shown_without_a_yes,
}
