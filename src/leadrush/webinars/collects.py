"""What webinars take, and the tables that hold nothing about anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from leadrush import vault
from leadrush.look import times as home
from leadrush.vault.collects import Collects, Sealed
from leadrush.webinars.models import Answer, Host, Registration, Seen


def _host(rows: list[Host]) -> Mapping[Any, str]:
    return {row.pk: f"{row.name}. {row.words}".strip() for row in rows}


def _registration(rows: list[Registration]) -> Mapping[Any, str]:
    return {
        row.pk: said("%(title)s, %(when)s: %(state)s")
        % {
            "title": row.webinar.title,
            "when": home.when(row.webinar.starts_at),
            "state": row.get_state_display()
            + (said(", with its host") if row.helps else "")
            + (f", {row.time_zone}" if row.time_zone else ""),
        }
        for row in rows
    }


def _answer(rows: list[Answer]) -> Mapping[Any, str]:
    texts = vault.unseal(
        [(row.person_id, row.sealed) for row in rows],
        context=Answer.CONTEXT,
        category="lr:Answer",
        what="rights.see",
    )
    return {row.pk: f"{row.question.text} {text}" for row, text in zip(rows, texts, strict=True)}


def _seen(rows: list[Seen]) -> Mapping[Any, str]:
    return {
        row.pk: said("%(title)s, looked at on %(when)s")
        % {"title": row.registration.webinar.title, "when": home.when(row.at)}
        for row in rows
    }


# In the order in which they rest on each other: erasing goes backwards.
COLLECTS = [
    Collects(
        model=Host,
        categories=("lr:HostWords",),
        clause="webinar-hosts-words",
        title=_("What you say of yourself as a host"),
        fields={"name": _("Your name as a host"), "words": _("Your words")},
        loses=_("Your webinars stay, without a host."),
        shows=_host,
        correct=lambda row: reverse("webinars:host"),
    ),
    Collects(
        model=Registration,
        categories=("lr:Registration",),
        clause="webinar-seat",
        title=_("A seat in a webinar"),
        fields={
            "webinar": _("Which webinar"),
            "state": _("Whether you have a seat"),
            "position": _("Your place in the line"),
            "time_zone": _("Your time zone"),
            "helps": _("Whether you hold it with its host"),
            "revision": _("How often it changed"),
            "at": _("When you registered"),
        },
        loses=_("Your seat goes to whoever is next in line."),
        shows=_registration,
        related=("webinar",),
    ),
    Collects(
        model=Answer,
        categories=("lr:Answer",),
        clause="webinar-host",
        title=_("Your answer to a host"),
        fields={
            "registration": _("For which seat"),
            "question": _("To which question"),
            "sealed": _("Your answer, sealed"),
        },
        sealed=(Sealed("sealed", Answer.CONTEXT),),
        shows=_answer,
        related=("question",),
    ),
    Collects(
        model=Seen,
        categories=("lr:Registration",),
        clause="webinar-host",
        title=_("A host’s look at your registration"),
        fields={
            "registration": _("At which seat"),
            "entry": _("Its place in the ledger"),
            "at": _("When"),
        },
        itself=("entry",),
        shows=_seen,
        related=("registration__webinar",),
    ),
]

NOTHING = {
    "webinars.Webinar": "what a webinar is about and when; the host's words are in webinars.Host",
    "webinars.Series": "which recording is shown at which hours; names nobody",
    "webinars.Picture": "a webinar's picture, chosen by the owner",
    "webinars.Question": "what the owner asks; answers are in webinars.Answer",
    "webinars.Round": "how far a telling has got; names nobody",
}
