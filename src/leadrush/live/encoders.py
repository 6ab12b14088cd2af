"""OBS, or a program like it, from which somebody who holds a room presents: its key, and whether it may send.

A key belongs to one seat. It is not kept: the site's secret makes it of a random word in that seat's row,
so that it can be shown again, renewed, and ends with the room. nginx asks here when a program begins to send,
and every few seconds while it does; what is refused is said on its host's desk, since such programs show no
words.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.live import agreeing, entering, telling, tickets
from leadrush.live.answering import NotLetIn, NotTaken
from leadrush.live.models import Encoder, Guest
from leadrush.live.plane import machine, nginx
from leadrush.vault.turns import begins_again, hold_living

USE = "live.room"
SALT = "leadrush.live.encoder"
KEY = re.compile(r"(\d{1,18})-([0-9a-f]{40})", re.ASCII)
UNSEEN = timedelta(seconds=20)
"""After that without a word of nginx a program does not send any more."""


def ready() -> bool:
    """Say whether this site takes what programs send."""
    return bool(server())


def server() -> str:
    """Return what a host types into such a program as its server; nothing where none is taken."""
    try:
        there = nginx.here(Path(settings.DATA))
    except machine.NotSet:
        return ""
    if not there.rtmp:
        return ""
    port = there.rtmp.rpartition(":")[2]
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return there.server or f"rtmp://{host}{'' if port == str(nginx.RTMP_PORT) else f':{port}'}/live"


# --- for who holds the room ---------------------------------------------------------------------------------


def shown(guest: Guest) -> dict[str, Any]:
    """Return whether somebody's program sends, for their desk."""
    return {"sends": Encoder.objects.filter(guest=guest).exclude(source="").exists()}


def key(*, ticket: tickets.Ticket, anew: bool = False, recorded: bool = False) -> str:
    """Return the key with which somebody presents from their seat; `anew` ends the one before, and what is
    sent by it. `recorded` is their yes to being recorded where the room is. Raises `NotLetIn`, `NotTaken`."""
    if not ready():
        raise NotTaken("off", _("This site takes nothing from OBS: its owner has to install nginx for it."))
    with gate.using(USE, what="live.encoder"):
        guest = entering.still_in(ticket)
        if not guest.may_host:
            raise NotTaken("host", _("Only those who hold this can do that."))
        if recorded and guest.room.recorded:
            agreeing.agree(guest)
        row = _row(guest)
        if anew:
            with transaction.atomic():
                row.nonce = secrets.token_hex(16)
                row.save(update_fields=["nonce"])
                _stop(row)
        return _key(row)


@begins_again
def _row(guest: Guest) -> Encoder:
    with transaction.atomic():
        hold_living(guest.person_id)
        row: Encoder | None = Encoder.objects.filter(guest=guest).first()
        if row is None:
            row = Encoder(person_id=guest.person_id, giving=guest.giving, room=guest.room, guest=guest)
            row.nonce = secrets.token_hex(16)
            row.save()
    return row


def _key(row: Encoder) -> str:
    made = salted_hmac(SALT, f"{row.guest_id}:{row.nonce}", algorithm="sha256").hexdigest()
    return f"{row.guest_id}-{made[:40]}"


# --- for nginx ----------------------------------------------------------------------------------------------


def begin(*, key: str, client: str) -> str:
    """Let a program send, in the place of another one with this key; return under which name nginx keeps it.

    Raises `NotTaken` where it may not; its host has heard why.
    """
    with gate.using(USE, what="live.encoder"):
        row = _of(key)
        demand(row)
        row.client, row.source = client, secrets.token_hex(16)
        now = timezone.now()
        with transaction.atomic():
            there = Encoder.objects.filter(pk=row.pk, nonce=row.nonce)
            if not there.update(client=row.client, source=row.source, began_at=now, seen_at=now):
                raise _none()  # it was renewed or erased meanwhile
            _tell(row)
        return row.source


def goes_on(*, key: str, client: str) -> None:
    """Ask again whether a program may go on sending. Raises `NotTaken` where it may not any more."""
    with gate.using(USE, what="live.encoder"):
        row = _of(key)
        if row.client != client or not row.source:
            raise NotTaken("taken", _("Another program sends with this key."))
        demand(row)
        Encoder.objects.filter(pk=row.pk, client=client).update(seen_at=timezone.now())


def end(*, key: str, client: str) -> None:
    """Note that a program does not send any more; twice is once, and one that was replaced ends nothing."""
    with gate.using(USE, what="live.encoder"):
        row = _of(key)
        if row.client == client:
            _stop(row)


def demand(row: Encoder) -> None:
    """Raise `NotTaken` where a program may not send into its room: what its host may not do from a browser.
    Then it sends no more, and its host hears why."""
    try:
        guest = entering.seated(row.guest_id, hosts=True)
        about = guest.room.about
        entering.still_in(tickets.Ticket(guest.pk, guest.room_id, about, guest.person_id, guest.role), guest)
        agreeing.demand(guest)
    except NotTaken as word:
        _stop(row, word)
        raise


def _of(key: str) -> Encoder:
    """Return whose key it is. Raises `NotLetIn`."""
    found = KEY.fullmatch(key)
    row: Encoder | None = None
    if found:
        row = Encoder.objects.filter(guest=int(found[1])).first()
    if row is None or not constant_time_compare(key, _key(row)):
        raise _none()
    return row


def _none() -> NotLetIn:
    return NotLetIn("key", _("There is no such key."))


def _stop(row: Encoder, word: NotTaken | None = None) -> None:
    """Note that a program does not send, and tell its host, with a word where it was refused."""
    with transaction.atomic():
        mine = Encoder.objects.filter(pk=row.pk, source=row.source)
        if mine.update(client="", source="", began_at=None):
            row.source = ""
            _tell(row, word)


def _tell(row: Encoder, word: NotTaken | None = None) -> None:
    code, words = (word.code, word.words) if word else ("", "")
    telling.tell(row.room_id, "encoder", to=row.guest_id, sends=bool(row.source), code=code, words=words)


def forget_silent() -> None:
    """Note which programs do not send any more though nginx did not say so: it ended, too. Under a use that
    reads them."""
    silent = Encoder.objects.exclude(source="").filter(seen_at__lt=timezone.now() - UNSEEN)
    silent.update(client="", source="", began_at=None)
