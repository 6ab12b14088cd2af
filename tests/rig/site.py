"""The site as a newcomer starts it: a process of its own, on data of its own, sending real mail."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.rig.janus import addresses
from tests.rig.postman import Postman, free_port
from tests.rig.template import prepared


@dataclass
class Site:
    """A running site: its address, what it printed, its folder and the mail server it sends to."""

    url: str
    data: Path
    postman: Postman
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def printed(self) -> str:
        """Return what the site has printed so far."""
        return self.log.read_text(errors="replace")

    def staff_link(self) -> str:
        """Return a fresh link by which the owner enters."""
        made = subprocess.run(
            [sys.executable, "-m", "leadrush.website.running", "sign-in"],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        found = re.search(r"https?://\S+", made.stdout)
        assert found, made.stdout + made.stderr
        return found[0]

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of the commands of `leadrush` on the site, beside it."""
        return subprocess.run(
            [sys.executable, "-m", "leadrush.website.running", *words],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def run(self, script: str) -> str:
        """Run some lines of Python on the site's databases, as an accident would; return what they print."""
        begin = (
            "from leadrush.website.running.command import ready, settle\n"
            "ready(settle(None))\nimport django\ndjango.setup()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", begin + script],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    environment: dict[str, str] = field(default_factory=dict, repr=False)


LAY = """
import django
from pathlib import Path
from leadrush.website.running import folder, prepare
from leadrush.website.running.command import ready, settle
data = settle(None)
folder.make(data)
ready(data)
django.setup()
prepare.master_key(data)
prepare.databases()
"""


def lay_tables(data: Path) -> None:
    """Put the tables that migrations make into a new folder: they take most of a first start.

    They are those of the site, without the tests' apps. What a first start does by itself is tried elsewhere.
    """

    def build(folder: Path) -> None:
        own = {
            "LEADRUSH_DATA": str(folder),
            "LEADRUSH_MASTER_KEY": "",
            "PYTHONPATH": str(Path("src").resolve()),
        }
        own["DJANGO_SETTINGS_MODULE"] = "leadrush.website.settings"
        subprocess.run([sys.executable, "-c", LAY], env=os.environ | own, check=True, capture_output=True)

    shutil.copytree(prepared("site", build), data)
    data.chmod(0o700)


def start(data: Path, postman: Postman, *, demo: bool = True, **more: str) -> Site:
    """Start the demo business as `make run` does, or an empty site, and return it once it answers."""
    port = str(free_port())
    environment = {
        "PORT": port,
        "SITE_URL": f"http://localhost:{port}",
        "LEADRUSH_DATA": str(data),
        "SMTP_URL": postman.url,
        "MAIL_FROM": "post@tarnandtiller.example",
        "VISITS_DEMO_DAYS": "5",  # sixty take some seconds of every start
        "LIVE_INTERFACES": ",".join(addresses()),
        "LIVE_RTMP": str(free_port()),  # the usual one would be the same for all
        "DJANGO_SETTINGS_MODULE": "leadrush.website.settings",
        "PYTHONPATH": str(Path("src").resolve()),
        **more,
    }
    environment.setdefault("LEADRUSH_MASTER_KEY", "")
    if not data.exists() and "DATABASE_URL" not in more:
        lay_tables(data)
    log = data.with_suffix(".log")
    out = log.open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "leadrush.website.running", "up", *["--demo"] * demo],
        env=os.environ | environment,
        stdout=out,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    site = Site(f"http://localhost:{port}", data, postman, log, process, environment)
    until = time.monotonic() + 90
    while not answers(site.url):
        if process.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"the site did not start: {site.printed()}")
        time.sleep(0.2)
    return site


def answers(url: str) -> bool:
    """Say whether somebody serves this address."""
    try:
        with urlopen(url, timeout=5):
            return True
    except HTTPError:
        return True
    except (URLError, OSError, HTTPException):
        return False


def stop(site: Site) -> None:
    """End the site as Ctrl-C does."""
    if site.process.poll() is None:
        os.killpg(site.process.pid, signal.SIGINT)
        site.process.wait(timeout=20)
