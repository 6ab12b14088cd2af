"""What a file of 1 GB costs the process that takes it in: memory, and how long a piece of it takes."""

from __future__ import annotations

import http.client
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bench.measuring import Figure
from bench.offers import AREA
from bench.offers.sending import grown
from leadrush.media.arrivals import PIECE
from tests.rig import postman as rig
from tests.rig.site import Site, start, stop

SIZE = 1 << 30
ENTER = """
from django.test import Client
from leadrush.vault.models import Person
client = Client()
client.force_login(Person.objects.filter(role="owner").get())
print("; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items()))
"""


def figures() -> Iterator[Figure]:
    """Start a site of its own, and send it the file."""
    with tempfile.TemporaryDirectory() as folder, rig.running() as postman:
        site = start(Path(folder) / "data", postman)
        try:
            cookie = site.run(ENTER).splitlines()[-1]
            bring(site, cookie, 3 * PIECE)
            pieces: list[float] = []
            memory = grown(site, lambda: pieces.extend(bring(site, cookie, SIZE)))
            yield Figure(AREA, "memory while 1 GB is taken in", memory, memory, memory, "MB", 30)
            middle = sorted(pieces)[len(pieces) // 2] * 1000
            yield Figure(AREA, "a piece of 8 MB taken in", middle, middle, middle, "ms", None)
        finally:
            stop(site)


def bring(site: Site, cookie: str, size: int) -> list[float]:
    """Send a PDF of so many bytes; return how many seconds each piece took."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc)
    own = {"Cookie": cookie, "Origin": site.url, "Tus-Resumable": "1.0.0"}
    connection.request(
        "POST", "/console/files/", headers=own | {"Upload-Length": str(size), "Content-Length": "0"}
    )
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 201, answer.status
    place, took = answer.headers["Location"], []
    for at in range(0, size, PIECE):
        piece = bytearray(min(PIECE, size - at))
        if not at:
            piece[:9] = b"%PDF-1.7\n"
        if at + len(piece) == size:
            piece[-6:] = b"%%EOF\n"
        head = own | {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
        began = time.monotonic()
        connection.request("PATCH", place, body=bytes(piece), headers=head)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 204, answer.status
        took.append(time.monotonic() - began)
    assert answer.headers["Upload-Word"]
    connection.close()
    return took
