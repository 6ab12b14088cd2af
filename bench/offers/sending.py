"""What a file of 1 GB costs the process that sends it: memory, whole and by stretches."""

from __future__ import annotations

import http.client
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bench.measuring import Figure
from bench.offers import AREA
from tests.rig import postman as rig
from tests.rig.site import Site, start, stop

SIZE = 1 << 30
STRETCH = 8 << 20
"""As much as a browser's player asks for at a time."""
MAKE = f"""
from leadrush import media
from leadrush.media.models import File, shelf
place = shelf().path("large")
open(place, "wb").truncate({SIZE})
row = File.objects.create(digest="0" * 64, kind="video/mp4", size={SIZE}, place="large")
print(media.link(row, name="large.mp4", room="bench"))
"""


def figures() -> Iterator[Figure]:
    """Start a site of its own, and take the file whole and by stretches."""
    with tempfile.TemporaryDirectory() as folder, rig.running() as postman:
        site = start(Path(folder) / "data", postman)
        try:
            (site.data / "files").mkdir(exist_ok=True)
            path = site.run(MAKE).splitlines()[-1]
            take(site, path, [f"bytes=0-{STRETCH - 1}"])
            whole = grown(site, lambda: take(site, path, [""]))
            stretches = [f"bytes={at}-{at + STRETCH - 1}" for at in range(0, SIZE, STRETCH)]
            yield memory("memory while 1 GB is sent whole", whole)
            parts = grown(site, lambda: take(site, path, stretches))
            yield memory("memory while 1 GB is sent by stretches of 8 MB", parts)
        finally:
            stop(site)


def memory(what: str, value: float) -> Figure:
    """Return a figure of megabytes beside the goal."""
    return Figure(AREA, what, value, value, value, "MB", 20)


def take(site: Site, path: str, ranges: list[str]) -> None:
    """Take a file from the site, a stretch at a time, and throw it away."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc)
    got = 0
    for asked in ranges:
        connection.request("GET", path, headers={"Range": asked} if asked else {})
        answer = connection.getresponse()
        assert answer.status in (200, 206), answer.status
        while part := answer.read(1 << 16):
            got += len(part)
    connection.close()
    assert got == (SIZE if len(ranges) != 1 or not ranges[0] else STRETCH), got


def grown(site: Site, work: Callable[[], object]) -> float:
    """Return by how many MB the web process grows at most while something is done."""
    listed = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children")
    (web,) = [
        Path(f"/proc/{number}")
        for number in listed.read_text().split()
        if b"web" in (Path("/proc") / number / "cmdline").read_bytes().split(b"\0")
    ]
    before = held(web, "VmRSS")
    (web / "clear_refs").write_text("5")  # the kernel forgets the peak so far
    work()
    return max(held(web, "VmHWM") - before, 0.0)


def held(process: Path, name: str) -> float:
    """Return a figure of a process's memory in MB."""
    for line in (process / "status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)
