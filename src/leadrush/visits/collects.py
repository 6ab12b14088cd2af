"""What visits take about a person, and the tables that hold nothing about anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from leadrush.vault.collects import Beside, Collects
from leadrush.vault.taking import plain
from leadrush.visits import joining
from leadrush.visits.models import Browser


def _visits(rows: list[Browser]) -> Mapping[Any, list[dict[str, Any]]]:
    return {
        row.pk: [
            {
                "at": plain(view.at),
                "page": view.page,
                "seconds": view.stay,
                "before": view.before,
                "after": view.after,
                "from": view.source,
                "address": view.address,
            }
            for view in joining.own([row.number])
        ]
        for row in rows
    }


COLLECTS = [
    Collects(
        model=Browser,
        categories=("lr:Browser",),
        clause="visits-own",
        title=_("A browser whose visits you joined to you"),
        fields={"name": _("What it is"), "at": _("Since when"), "number": _("Its number")},
        loses=_("Its visits are erased with it."),
        shows=lambda rows: {row.pk: row.name for row in rows},
        itself=("number",),
        beside=Beside("visits", _("Its visits"), _visits),
    )
]

NOTHING = {
    "visits.DayKey": "The key of a day's internet addresses, wrapped; it goes with its day.",
    "visits.Note": "The owner's words beside a day in a chart.",
    "visits.Import": "How far a log file is counted. What was not understood is kept without addresses.",
}
