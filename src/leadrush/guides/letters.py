"""The letter that brings a guide."""

from __future__ import annotations

from leadrush import look, mailbox
from leadrush.guides.models import Copy, Guide
from leadrush.look import times as home
from leadrush.mailbox import links

USE = "guides.send"


def bring(guide: Guide, copy: Copy) -> None:
    """Write the letter with the link to the guide; once for each time that it was asked for."""
    giving = copy.giving
    assert giving.lapses_at is not None
    scopes = ["guides.copy"] if giving.confirmed else ["guides.copy", "guides.not_me"]
    made = links.make_all(
        person=giving.person, giving=giving, scopes=scopes, about=guide.about, expires_at=giving.lapses_at
    )
    mailbox.post(
        person=giving.person,
        giving=giving,
        use=USE,
        template="guides.copy",
        key=f"guides.copy:{copy.pk}:{copy.sent}",
        about=guide.about,
        context={
            "title": guide.title,
            "lede": guide.lede,
            "business": look.business().name,
            "page": mailbox.absolute(guide.get_absolute_url()),
            "erased": home.day(giving.lapses_at),
            "copy": made["guides.copy"],
            "not_me": made.get("guides.not_me", ""),
        },
    )
