"""Taking files in: judged by content, kept once, let go when no room points at them any more."""

from __future__ import annotations

import errno
import fcntl
import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.core.files import File as Upload
from django.db import transaction
from django.db.models import Count, ForeignKey, ProtectedError, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush.media import contents
from leadrush.media.contents import Kind
from leadrush.media.models import File, landing, shelf

PIECE = 1 << 20
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
UNCLAIMED = timedelta(days=2)
"""How long a file stays that no room points at: longer than a form's word for it is good."""


@contextmanager
def _alone() -> Iterator[None]:
    """Let nobody else on this machine keep or let go a file: the same content may be on both ways."""
    with (landing() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keep(upload: Upload, kinds: Collection[Kind], *, digest: str = "") -> File:  # type: ignore[type-arg]  # no generic at run time
    """Keep a file and return its row; the same content twice is one. Raises `ValidationError`.

    The content lies there before the row does: a process that ends between the two leaves a file that the
    next upload of the same content finds. `digest` is its SHA-256 where that is known.
    """
    size = upload.size or 0
    kind = contents.told(upload, size, kinds)
    if not digest:
        state = hashlib.sha256()
        for piece in upload.chunks(PIECE):
            state.update(piece)
        digest = state.hexdigest()
    with _alone():
        known = File.objects.filter(digest=digest).first()
        if known is not None and (known.away or shelf().exists(known.place)):
            known.made_at = timezone.now()
            known.save(update_fields=["made_at"])
            return known
        name = f"{digest[:2]}/{digest}"
        if not shelf().exists(name):
            upload.seek(0)
            name = shelf().save(name, upload)
        lies = {"kind": kind.media, "size": size, "place": name, "made_at": timezone.now()}
        row, _new = File.objects.update_or_create(digest=digest, defaults=lies)
        return row


def let_go(file: File) -> bool:
    """Remove a file unless a room still points at it; return whether it went."""
    try:
        with transaction.atomic():
            # As it is now: a film may just have been written anew, or carried elsewhere.
            there = File.objects.select_for_update().filter(pk=file.pk).first()
            if there is not None:
                there.delete()
                transaction.on_commit(lambda: _take_off(there))
    except ProtectedError:
        return False
    return True


def _take_off(file: File) -> None:
    with _alone():
        if not File.objects.filter(digest=file.digest).exists():
            shelf(file.away).delete(file.place)


def sweep() -> int:
    """Let go what was sent in and that no room points at after two days; return how many went.

    A room points at a file by a foreign key.
    """
    lone = File.objects.filter(made_at__lt=timezone.now() - UNCLAIMED)
    for field in File._meta.get_fields(include_hidden=True):
        if field.auto_created and isinstance(pointing := getattr(field, "field", None), ForeignKey):
            held = pointing.model._base_manager.exclude(**{pointing.name: None}).values(pointing.attname)
            lone = lone.exclude(pk__in=held)
    return sum(let_go(file) for file in lone)


def no_room(size: int) -> str:
    """Say to whoever brings a file that the disk is full."""
    return _(
        "The site’s disk has no room for %(size)s more. Make room there; what has arrived stays for a day."
    ) % {"size": filesizeformat(size)}


def away() -> str:
    """Say what lies in the storage elsewhere, which no backup of this site holds; else nothing."""
    found = File.objects.filter(away=True).aggregate(files=Count("pk"), size=Sum("size"))
    if not found["files"]:
        return ""
    return (
        f"what lies in the storage of FILES_URL (files: {found['files']:,}, bytes: {found['size']:,}). Have "
        "its operator keep what is deleted there for a while, or copy it yourself."
    )
