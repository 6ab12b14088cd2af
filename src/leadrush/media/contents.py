"""What a file is, judged by its bytes and never by its name."""

from __future__ import annotations

import codecs
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from typing import IO

import filetype
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadrush.media import captions

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
M4A = Kind("audio/mp4", "m4a", gettext_lazy("M4A"))
OGG = Kind("audio/ogg", "ogg", gettext_lazy("Ogg or Opus"))
MP4 = Kind("video/mp4", "mp4", gettext_lazy("MP4"))
WEBM = Kind("video/webm", "webm", gettext_lazy("WebM"))
JPEG = Kind("image/jpeg", "jpg", gettext_lazy("JPEG"))
PNG = Kind("image/png", "png", gettext_lazy("PNG"))
WEBP = Kind("image/webp", "webp", gettext_lazy("WebP"))
VTT = Kind("text/vtt", "vtt", gettext_lazy("WebVTT"))
VIDEO, AUDIO, PICTURES = (MP4, WEBM), (MP3, M4A, OGG), (JPEG, PNG, WEBP)
KINDS = {kind.media: kind for kind in (PDF, EPUB, ZIP, *AUDIO, *VIDEO, *PICTURES, VTT)}
SOUND_ONLY = (b"M4A ", b"M4B ")
"""Brands of an MP4 that is to be heard; it says of itself that it is an MP4, too."""


def guessed(head: bytes) -> Kind | None:
    """Return what a file is by its first bytes, `HEAD` of them where it has as many."""
    if head.removeprefix(codecs.BOM_UTF8).startswith(b"WEBVTT"):
        return VTT
    guess = filetype.guess(head)
    kind = KINDS.get(guess.mime) if guess else None
    return M4A if kind is MP4 and head[8:12] in SOUND_ONLY else kind


def of_these(head: bytes, kinds: Collection[Kind]) -> Kind:
    """Return which of some kinds a file begins as. Raises `ValidationError` that names them."""
    kind = guessed(head)
    if kind is None or kind not in kinds:
        wanted = ", ".join(str(kind.title) for kind in kinds)
        raise ValidationError(_("Choose a file of one of these kinds: %(kinds)s."), params={"kinds": wanted})
    return kind


def told(file: IO[bytes], size: int, kinds: Collection[Kind]) -> Kind:
    """Return which of some kinds a file is; it is left at its start.

    Raises `ValidationError` for a file of none of them, an empty one, a PDF that was cut off, captions whose
    times cannot be read, and an archive that is broken or unpacks to more than anybody wants.
    """
    if not size:
        raise ValidationError(_("This file is empty. Choose another."))
    file.seek(0)
    kind = of_these(file.read(HEAD), kinds)
    if kind is PDF:
        _whole_pdf(file, size)
    elif kind in (EPUB, ZIP):
        _harmless_archive(file, size)
    elif kind is VTT:
        file.seek(0)
        captions.text_of(file, size)
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
