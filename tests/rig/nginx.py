"""A real nginx beside a site in tests, with the site's own configuration; and ffmpeg in the place of OBS."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from leadrush.live.plane import nginx
from tests.rig.postman import free_port

WANTED = (
    "These tests need nginx with its RTMP module: run setup/system as root, or install libnginx-mod-rtmp."
)


@contextmanager
def running(data: Path, site: str, *, called: str = "https://tiller.example") -> Iterator[nginx.Nginx]:
    """Run nginx before the site that listens at `site`, until the block ends."""
    assert nginx.installed(), WANTED
    said = {"LIVE_RTMP": f"127.0.0.1:{free_port()}", "LIVE_SITE": site, "SITE_URL": called}
    there = nginx.prepare(data, said)
    process = subprocess.Popen(nginx.command(data))
    try:
        for address in (urlsplit(there.http).netloc, there.rtmp):
            host, _, port = address.partition(":")
            until = time.monotonic() + 20
            while True:
                try:
                    socket.create_connection((host, int(port)), timeout=5).close()
                    break
                except OSError:
                    assert process.poll() is None and time.monotonic() < until, "nginx does not listen"
                    time.sleep(0.05)
        yield there
    finally:
        process.terminate()
        process.wait(10)


def obs(there: nginx.Nginx, key: str, *more: str, size: str = "640x360", rate: int = 30) -> list[str]:
    """Return a command that sends a moving picture and a tone as OBS does, until it is ended."""
    picture = f"testsrc2=size={size}:rate={rate}"
    line = ["ffmpeg", "-v", "quiet", "-re", "-f", "lavfi", "-i", picture]
    line += ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"]
    line += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", str(2 * rate)]
    return [*line, "-c:a", "aac", *more, "-f", "flv", f"rtmp://{there.rtmp}/live/{key}"]


@contextmanager
def sending(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Let it send until the block ends."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
