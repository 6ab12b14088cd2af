"""How the staff's side of training stands in the back office, and how its looks are told to persons."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from leadrush import ledger
from leadrush.console import overview, screens
from leadrush.console.overview import Row, Told
from leadrush.look import times as home
from leadrush.media import films
from leadrush.training import meeting, teaching
from leadrush.training.models import State, Training

DEEDS = {
    teaching.ONE: _("to see how far you are in a training"),
    teaching.WORK: _("to read what you handed in, and to answer it"),
    "training.questions": _("to count which questions most get wrong"),
}
SHOWN = 5


def register() -> None:
    """Register words, the screen and what stands on the overview; called once, when the app is ready."""
    for code, words in DEEDS.items():
        ledger.deed(code, words)
    screens.register(
        screens.Screen(
            "training",
            _("Trainings"),
            "training:desk",
            "host",
            how_many,
            order=45,
            also=(f"/console/live/{meeting.PREFIX}:",),
        )
    )
    films.can(
        films.Deed(_("Make it a lesson"), lambda about: reverse("training:film", args=[about]), role="host")
    )
    overview.figure(
        "training.waiting",
        _("Hand-ins to answer"),
        to_answer,
        use="training.teach",
        order=60,
        role="host",
    )
    overview.listing(
        "training.waiting",
        _("Handed in, the oldest first"),
        oldest,
        use="training.teach",
        empty=(
            _("Nothing waits for an answer"),
            _("What learners hand in stands here until it is answered."),
        ),
        more=(_("All of it"), "training:hand_ins"),
        order=55,
        role="host",
    )


def how_many() -> int:
    """Return how many trainings are open."""
    return Training.objects.filter(state=State.OPEN).count()


def to_answer() -> Told | None:
    """Return how many wait for an answer and since when the oldest does; None where nothing is handed in."""
    rows = teaching.waiting()
    count = rows.count()
    oldest_one = rows.first()
    if oldest_one is None:
        return Told(0, url=reverse("training:hand_ins")) if Training.objects.exists() else None
    note = said("the oldest since %(day)s") % {"day": home.day(oldest_one.at, short=True)}
    return Told(count, note=note, url=reverse("training:hand_ins"))


def oldest() -> list[Row]:
    """Return what has waited longest: for what and since when; not whose it is."""
    return [
        Row(
            title=work.assignment.title,
            url=reverse("training:answer", args=[work.pk]),
            num=home.near(work.at),
            below=work.assignment.lesson.module.training.title,
        )
        for work in teaching.waiting()[:SHOWN]
    ]
