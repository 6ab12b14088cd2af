"""Reading a ZIP that staff bring: its files, each unpacked only as far as it said, and none outside.

What is in an archive is believed about nothing: not its sizes, not its paths, not that it ends.
"""

from __future__ import annotations

import stat
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files import File as Upload
from django.utils.translation import gettext as _

from leadrush.training import importing
from leadrush.training.importing import Entry

MOST = 200 << 20
"""Bytes that an archive of lessons may unpack to; it has 20 MB at most, and videos hardly pack."""
PIECE = 1 << 20
ENCRYPTED = 0x1


class Archive(Mapping[str, Upload]):  # type: ignore[type-arg]  # no generic at run time
    """An opened archive: path to file. A file is unpacked when it is asked for."""

    def __init__(self, file: IO[bytes]) -> None:
        """Open an archive. Raises `ValidationError` for one that is broken or unpacks to too much."""
        file.seek(0)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
            raise ValidationError(_("This archive cannot be opened. Pack it again, as ZIP.")) from None
        members = [member for member in self._zip.infolist() if member.filename and not member.is_dir()]
        if len(members) > importing.PARTS:
            raise ValidationError(_("This archive has more than 2,000 files. Import it in parts."))
        if sum(member.file_size for member in members) > MOST:
            raise ValidationError(_("This archive unpacks to more than 200 MB. Import it in parts."))
        self._members = {member.filename: member for member in members if not _is_link(member)}
        self.links = [member.filename for member in members if _is_link(member)]

    def __getitem__(self, path: str) -> Upload:  # type: ignore[type-arg]
        """Return a file, unpacked to the disk. Raises `ValidationError` for one that is not what it said."""
        member = self._members[path]
        if member.flag_bits & ENCRYPTED:
            raise ValidationError(_("It is locked with a password. Pack it without one."))
        out = tempfile.SpooledTemporaryFile(PIECE)  # noqa: SIM115 - it is closed with the file that is returned
        had = 0
        try:
            with self._zip.open(member) as packed:
                while piece := packed.read(PIECE):
                    had += len(piece)
                    if had > member.file_size:
                        raise zipfile.BadZipFile
                    out.write(piece)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, RuntimeError):
            raise ValidationError(_("It cannot be unpacked. Pack it again.")) from None
        except Exception as fault:  # zlib and lzma have errors of their own, which share no name
            raise ValidationError(_("It cannot be unpacked. Pack it again.")) from fault
        out.seek(0)
        made = Upload(out, name=path.rpartition("/")[2])
        made.size = had
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def entries(self) -> Iterator[Entry]:
        """Yield what lies in it, as a plan is made of it; of files only the texts are unpacked."""
        for path, member in self._members.items():
            text = None
            if path.lower().endswith((".md", ".markdown", ".txt")) and member.file_size <= importing.TEXT:
                try:
                    text = importing.decoded(self[path].read())
                except ValidationError:
                    text = None
            yield Entry(path, member.file_size, text)


def _is_link(member: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(member.external_attr >> 16)
