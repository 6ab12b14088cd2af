"""What a file is, judged by its bytes and never by its name."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from typing import IO

import filetype
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

HEAD, TAIL = 8192, 2048
UNPACKED = 4 << 30
"""Bytes that an archive may unpack to."""
RATIO = 200
"""How many times its own size an archive may unpack to; text packs 10 to 20 times, a bomb thousands."""
MEMBERS = 10_000


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken: its media type, the ending of its name, and what people call it."""

    media: str
    ending: str
    title: str | Promise


PDF = Kind("application/pdf", "pdf", gettext_lazy("PDF"))
EPUB = Kind("application/epub+zip", "epub", gettext_lazy("EPUB"))
ZIP = Kind("application/zip", "zip", gettext_lazy("ZIP archive"))
MP3 = Kind("audio/mpeg", "mp3", gettext_lazy("MP3"))
MP4 = Kind("video/mp4", "mp4", gettext_lazy("MP4"))
KINDS = {kind.media: kind for kind in (PDF, EPUB, ZIP, MP3, MP4)}


def told(file: IO[bytes], size: int, kinds: Collection[Kind]) -> Kind:
    """Return which of some kinds a file is; it is left at its start.

    Raises `ValidationError` for a file of none of them, an empty one, a PDF that was cut off, and an archive
    that is broken or unpacks to more than anybody wants.
    """
    wanted = ", ".join(str(kind.title) for kind in kinds)
    if not size:
        raise ValidationError(_("This file is empty. Choose another."))
    file.seek(0)
    guess = filetype.guess(file.read(HEAD))
    kind = KINDS.get(guess.mime) if guess else None
    if kind is None or kind not in kinds:
        raise ValidationError(_("Choose a file of one of these kinds: %(kinds)s."), params={"kinds": wanted})
    if kind is PDF:
        _whole_pdf(file, size)
    elif kind in (EPUB, ZIP):
        _harmless_archive(file, size)
    file.seek(0)
    return kind


def _whole_pdf(file: IO[bytes], size: int) -> None:
    file.seek(max(0, size - TAIL))
    if b"%%EOF" not in file.read(TAIL):
        raise ValidationError(_("This PDF ends too early. Save it again, and choose it once more."))


def _harmless_archive(file: IO[bytes], size: int) -> None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise ValidationError(_("This archive cannot be opened. Pack it again.")) from None
    unpacked = sum(member.file_size for member in members)
    if unpacked > max(RATIO * size, 10 << 20) or unpacked > UNPACKED or len(members) > MEMBERS:
        raise ValidationError(_("This archive unpacks to more than anybody wants. Pack less into it."))
