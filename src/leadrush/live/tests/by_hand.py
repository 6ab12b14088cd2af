"""The live room's promises, broken by hand in the database."""

from __future__ import annotations

import os
from datetime import timedelta

from leadrush import gate, ledger, vault
from leadrush.live.models import Appearance, Guest, Inquiry, InquiryState, Line, Recording, Secret, Support
from leadrush.vault.models import Giving


def a_seat_without_an_end() -> None:
    """The day on which what somebody left in a room goes is lost."""
    with gate.using("house.keep"):
        guest = Guest.objects.order_by("pk").first()
        assert guest is not None
    Giving.objects.filter(pk=guest.giving_id).update(lapses_at=None)


def a_line_that_would_stay() -> None:
    """A line of chat hangs on something else that its writer gave."""
    with gate.using("house.keep"):
        line = Line.objects.order_by("pk").first()
        assert line is not None
        other = Giving.objects.filter(person=line.person_id, clause="webinar-seat", ended_at=None).first()
        assert other is not None
        Line.objects.filter(pk=line.pk).update(giving=other)
    vault.fold(line.person_id)


def a_vote_that_was_kept() -> None:
    """Of a question that is answered, it is still known under a mark who voted for it."""
    with gate.using("house.keep"):
        inquiry = Inquiry.objects.filter(state=InquiryState.ANSWERED).first()
        assert inquiry is not None
    Support.objects.create(inquiry=inquiry, digest="0" * 64)


def a_secret_that_was_kept() -> None:
    """The secret of a poll that is no more is still there."""
    Secret.objects.create(what="poll:0", secret=os.urandom(32))


def hours_that_somebody_else_saw() -> None:
    """When somebody came and went was opened for something else than was said."""
    look = ledger.Entry(
        use="webinars.host",
        actor_kind="staff",
        actor="0" * 32,
        subject="1" * 32,
        what="live.report",
        categories="lr:Attendance",
    )
    ledger.write([look])


def a_film_with_somebody_who_did_not_agree() -> None:
    """Somebody is in a film who never said yes."""
    film = Recording.objects.order_by("pk").first()
    assert film is not None
    Recording.objects.filter(pk=film.pk).update(words=[*film.words, "g0"])


def a_yes_to_others_that_nobody_said() -> None:
    """Somebody is shown to others by a yes of a moment at which they said none."""
    with gate.using("live.record"):
        one = Appearance.objects.order_by("pk").first()
        assert one is not None
        Appearance.objects.filter(pk=one.pk).update(shown_at=one.at - timedelta(days=1))


WAYS = {
    "live-room": a_seat_without_an_end,
    "live-chat": a_line_that_would_stay,
    "live-questions": a_vote_that_was_kept,
    "live-polls": a_secret_that_was_kept,
    "live-recording": a_film_with_somebody_who_did_not_agree,
    "live-showing": a_yes_to_others_that_nobody_said,
    "live-report": hours_that_somebody_else_saw,
}
