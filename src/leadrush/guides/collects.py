"""What guides take, and the tables that hold nothing about anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from leadrush.guides.models import Copy
from leadrush.look import times as home
from leadrush.vault.collects import Collects


def _copy(rows: list[Copy]) -> Mapping[Any, str]:
    return {
        row.pk: said("%(title)s, asked for on %(when)s")
        % {"title": row.guide.title, "when": home.when(row.at)}
        for row in rows
    }


COLLECTS = [
    Collects(
        model=Copy,
        categories=("lr:Copy",),
        clause="guide-copy",
        title=_("A guide you asked for"),
        fields={
            "guide": _("Which guide"),
            "at": _("When"),
            "sent": _("How many letters brought it"),
            "sent_at": _("When the last one did"),
        },
        loses=_("Links in our letters end. What you saved stays yours."),
        shows=_copy,
        related=("guide",),
    ),
]

NOTHING = {
    "guides.Guide": "what a guide is about",
    "guides.Edition": "a file that the business made, and how often it was taken",
}
