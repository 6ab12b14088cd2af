"""How this room stands in the menus, what it hopes for, and how its uses are told to persons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leadrush import gate, ledger
from leadrush.live import occasions
from leadrush.look import blocks, menu, regions, searching, sitemap
from leadrush.look.searching import MOST, Found
from leadrush.purchases.deliverables import Deliverable, Opened, deliverable
from leadrush.training import certifying, enrolling, lasting, meeting
from leadrush.training.models import Seen, State, Training
from leadrush.training.views.lessons import BEGUN
from leadrush.training.views.public import ASKED, public
from leadrush.vault import ending, rights
from leadrush.vault.models import Giving
from leadrush.visits import goals
from leadrush.visits.goals import Step

DEEDS = {
    "training.opened": _("to tell you that a training is open"),
    "training.lessons": _("to tell you that a lesson opened, as you asked"),
    "training.answered": _("to tell you that what you handed in is answered"),
    "training.enrol": _("to give you a training"),
    "training.form": _("to show you which address a form will use"),
    "training.notes": _("to show you your notes"),
    "training.lesson": _("to show you a lesson"),
    "training.answers": _("to show you how your answers were judged"),
    "training.work": _("to show what was handed in, and what was said of it"),
    "training.file": _("to give back a file that was handed in"),
    "training.learners": _("to see how far you are in a training"),
    "training.answer": _("to answer what you handed in"),
    "training.certificate": _("to give you a certificate"),
    "training.shown": _("to show your name on a certificate, to somebody who has its address"),
}


def register() -> None:
    """Register words, what is delivered, and goals; called once, when the app is ready."""
    occasions.register(meeting.PREFIX, meeting.Meetings())
    for code, words in DEEDS.items():
        ledger.deed(code, words)
    ledger.program("training.mail", _("The training program"))
    ledger.program("training.tell", _("The training program"))
    ledger.program("training.refused", _("The training program"))
    ledger.subject("training.training", titles)
    rights.form(enrolling.FORM, _("Form “Give me this training”"))
    rights.form(enrolling.ORDER, _("A training that you bought"))
    rights.form(certifying.FORM, _("Form “Give me the certificate”"))
    rights.form(certifying.PUBLISH, _("Form “Show it to others”"), asks=True)
    rights.answers(enrolling.FORM, yes=_it_was_me, no=_it_was_not_me)
    rights.batches(Seen, "entry")
    ending.register(enrolling.CLAUSE, lasting.ends)
    ending.register(certifying.CLAUSE, lasting.never)
    regions.fill("me", "training/me.html", _own)
    menu.register(_("Trainings"), "training:list", 15, clause=enrolling.CLAUSE)
    menu.register_foot(_("Trainings"), "training:list", 10, clause=enrolling.CLAUSE)
    blocks.register("training.newest", _("The newest trainings"), "training/newest.html", newest)
    sitemap.register("training", addresses)
    searching.register("training", found)
    goals.goal(ASKED, _("A training asked for"))
    goals.goal(BEGUN, _("A lesson opened"), aim=False)
    goals.funnel(
        "training.begun",
        _("From page to lesson"),
        Step(_("Opened a training’s page"), page="/trainings/*", lost=_("read, and went no further.")),
        Step(_("A lesson opened"), goal=BEGUN),
    )
    deliverable(
        Deliverable(
            code=enrolling.DELIVERABLE,
            title=_("A training"),
            choices=to_choose,
            opens=bought,
            granted=enrolling.granted,
            taken_back=enrolling.taken_back,
            paused=enrolling.paused,
            digital=True,
        )
    )


def _own(_request: HttpRequest) -> dict[str, Any] | None:
    """Lead from “What we hold about you” to somebody's trainings, wherever there can be any."""
    return {} if gate.force().number_of(enrolling.CLAUSE) is not None else None


def _it_was_me(giving: Giving) -> None:
    enrolling.it_was_me(giving=giving)


def _it_was_not_me(giving: Giving) -> None:
    enrolling.it_was_not_me(giving=giving)


def to_choose() -> Iterator[tuple[str, str]]:
    """Yield what can be put into an offer: each training alone, and each of its groups."""
    for training in Training.objects.exclude(state=State.CLOSED).prefetch_related("cohorts"):
        yield enrolling.key_of(training), training.title
        for cohort in training.cohorts.all():
            yield enrolling.key_of(training, cohort), f"{training.title}: {cohort.name}"


def bought(key: str) -> Opened | None:
    """Return how somebody who bought a training has it: its page, which asks whose it is."""
    training, _cohort = enrolling.read_key(key)
    return Opened(training.title, url=training.get_absolute_url()) if training is not None else None


def titles(ids: list[str]) -> dict[str, str]:
    """Return the titles of trainings, by id."""
    known = Training.objects.filter(pk__in=[i for i in ids if i.isdecimal()]).values_list("pk", "title")
    return {str(pk): title for pk, title in known}


def newest(request: HttpRequest) -> dict[str, Any] | None:
    """Return the newest trainings for an editor's page, or None where there are none."""
    trainings = list(public()[:3])
    stands = gate.force().number_of(enrolling.CLAUSE) is not None
    return {"trainings": trainings} if trainings and stands else None


def found(words: str) -> Iterator[Found]:
    """Yield the trainings that take people in and have all these words."""
    trainings = Training.objects.filter(state=State.OPEN)
    for word in words.split():
        text = Q(title__icontains=word) | Q(lede__icontains=word) | Q(body__icontains=word)
        trainings = trainings.filter(text)
    for training in trainings[:MOST]:
        yield Found(training.title, training.get_absolute_url(), training.lede)


def addresses() -> Iterator[tuple[str, datetime | None]]:
    """Yield the list and every training that everybody may see, for search engines."""
    yield reverse("training:list"), None
    for training in Training.objects.exclude(state=State.DRAFT).order_by("pk").iterator():
        yield training.get_absolute_url(), training.changed_at
