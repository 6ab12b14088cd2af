"""What the mailbox takes: each message, sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.mailbox.models import Message, State
from leadrush.vault.collects import Collects, Sealed


def _shows(rows: list[Message]) -> Mapping[Any, str]:
    from leadrush.mailbox.letters import open_letters

    return {key: letter.subject for key, letter in open_letters(rows, what="rights.see").items()}


def _lost(rows: Any) -> None:
    """Let no letter leave whose words are lost."""
    waiting = rows.filter(state__in=[State.WAITING, State.LEAVING])
    waiting.update(state=State.WITHDRAWN, moved_at=timezone.now(), why="restore")


def _words(words: str) -> str:
    """Return a letter that says that its own words are lost."""
    from leadrush.mailbox.letters import Letter

    return Letter(subject=words, text=words, html="").pack()


COLLECTS = [
    Collects(
        model=Message,
        categories=("lr:Message",),
        clause="messages",
        title=_("A message to you"),
        fields={
            "use": _("What it was for"),
            "kind": _("Its kind"),
            "template": _("Which text"),
            "to": _("Which of your addresses it goes to"),
            "about": _("What it was about"),
            "key": _("What makes it the only one"),
            "sealed": _("Its words, sealed"),
            "state": _("Where it is"),
            "why": _("Why it is there"),
            "tries": _("How often we tried"),
            "made_at": _("When it was written"),
            "due_at": _("When it was to leave"),
            "next_at": _("When we try next"),
            "moved_at": _("When its state changed"),
            "entry": _("Its place in the ledger"),
        },
        sealed=(Sealed("sealed", "message", reads=json.loads, lost=_words),),
        lost=_lost,
        loses=_("What waits does not leave. What has left cannot be called back."),
        shows=_shows,
    ),
]

GROUND = {"mailbox.Link": "the digest of a link, what it does and until when; names nobody"}
