"""The door to files: whole or by range, for whoever has a word that is not over."""

from __future__ import annotations

import io
import logging
from typing import IO
from urllib.parse import quote

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe
from werkzeug.http import is_byte_range_valid, parse_if_range_header, parse_range_header

from leadrush import gate
from leadrush.media import links
from leadrush.media.models import File

log = logging.getLogger(__name__)


class Stretch(io.RawIOBase):
    """Some bytes of an open file, read like a file of its own."""

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        super().__init__()
        self._file, self._left = file, length
        file.seek(start)

    def readable(self) -> bool:
        """Say yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` of what is left."""
        part = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(part)
        return part

    def close(self) -> None:
        """Close the file, too."""
        self._file.close()
        super().close()


@gate.door(None, why="a file of the business; the word in the address says which, and nothing of whom")
@require_safe
def file(request: HttpRequest, word: str, name: str) -> HttpResponseBase:
    """Give a file: 200, 206 for one range, 416 for one that is not in it, 410 when the word is over."""
    handed = links.read(word)
    if handed is None:
        raise Http404
    if not links.holds(handed):
        return render(request, "media/over.html", status=410)
    kept = File.objects.filter(pk=handed.file).first()
    if kept is None:
        return render(request, "media/over.html", status=410)
    stretch = _asked(request, kept)
    if stretch is None:
        response: HttpResponseBase = HttpResponse(
            status=416, headers={"Content-Range": f"bytes */{kept.size}"}
        )
        return response
    start, stop = stretch
    try:
        content = kept.opened()
    except FileNotFoundError:
        where = (
            "in the storage elsewhere: look at FILES_URL"
            if kept.away
            else "on the shelf: restore it from a backup"
        )
        log.error("The file %s is not %s.", kept.place, where)
        return render(request, "media/over.html", status=410)
    except OSError:
        log.error("The storage elsewhere does not answer: see FILES_URL.")
        return render(request, "media/later.html", status=503)
    if start == 0 and request.method == "GET":
        links.taken(request, handed)
    response = FileResponse(Stretch(content, start, stop - start), content_type=kept.kind)
    response["Content-Length"] = str(stop - start)
    if (start, stop) != (0, kept.size):
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{kept.size}"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = f'"{kept.version}"'
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _asked(request: HttpRequest, kept: File) -> tuple[int, int] | None:
    """Return the bytes that are asked for, the whole file where one range is not, or None where there are
    none such. Several ranges at once, and one of another version, get the whole."""
    whole = (0, kept.size)
    asked = parse_range_header(request.headers.get("Range"))
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return whole
    version = parse_if_range_header(request.headers.get("If-Range"))
    if version.date or version.etag not in (None, kept.version):
        return whole
    found = asked.range_for_length(kept.size)
    return found if found and is_byte_range_valid(*found, kept.size) else None
