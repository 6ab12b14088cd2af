"""Taking files in: judged by content, kept once, let go when no room points at them any more."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from django.core.files import File as Upload
from django.db import transaction
from django.db.models import ProtectedError

from leadrush.media import contents
from leadrush.media.contents import Kind
from leadrush.media.models import File, shelf

PIECE = 1 << 20


def keep(upload: Upload, kinds: Collection[Kind]) -> File:  # type: ignore[type-arg]  # no generic at run time
    """Keep a file and return its row; the same content twice is one. Raises `ValidationError`.

    The content lies there before the row does: a process that ends between the two leaves a file that the
    next upload of the same content finds.
    """
    size = upload.size or 0
    kind = contents.told(upload, size, kinds)
    digest = hashlib.sha256()
    for piece in upload.chunks(PIECE):
        digest.update(piece)
    name = f"{digest.hexdigest()[:2]}/{digest.hexdigest()}"
    if not shelf().exists(name):
        upload.seek(0)
        name = shelf().save(name, upload)
    row, _new = File.objects.get_or_create(
        digest=digest.hexdigest(), defaults={"kind": kind.media, "size": size, "place": name}
    )
    return row


def let_go(file: File) -> bool:
    """Remove a file unless a room still points at it; return whether it went."""
    try:
        with transaction.atomic():
            file.delete()
            transaction.on_commit(lambda: shelf().delete(file.place))
    except ProtectedError:
        return False
    return True
