"""The master key is exchanged again and again while visitors come and the owner looks: no request fails."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.canary.test_canaries import sign_in
from tests.canary.visitor import Canaries, Visitor
from tests.rig import cluster
from tests.rig import postman as rig
from tests.rig.site import Site, start, stop

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(420)]
TIMES = 4


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Say where the site's databases are."""
    if request.param == "sqlite":
        yield {}
        return
    with cluster.of_a_site("rotation") as (_running, urls):
        yield urls


def rotate(site: Site, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leadrush.website.running", "rotate-key", *options],
        env=os.environ | site.environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


class Crowd:
    """Some who use the site all the while; what any of them meets that is no answer stops all."""

    def __init__(self, *acts: Callable[[], None]) -> None:
        self.stop = threading.Event()
        self.done = [0] * len(acts)
        self.faults: list[BaseException] = []
        self.threads = [
            threading.Thread(target=self.go, args=[number, act]) for number, act in enumerate(acts)
        ]

    def go(self, number: int, act: Callable[[], None]) -> None:
        while not self.stop.is_set() and not self.faults:
            try:
                act()
            except BaseException as fault:
                self.faults.append(fault)
            else:
                self.done[number] += 1

    def __enter__(self) -> Crowd:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *what: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()


def test_no_request_fails_while_the_master_key_is_exchanged(tmp_path: Path, ground: dict[str, str]) -> None:
    numbers = itertools.count(1)
    canaries = Canaries("rotation")
    with rig.running() as postman:
        site = start(tmp_path / "data", postman, LEADRUSH_PROXY="127.0.0.1", **ground)

        def visitor(address: str) -> Visitor:
            one = Visitor(site.url, canaries, address)
            number = next(numbers)
            one.session.headers["X-Forwarded-For"] = f"198.18.{number // 250}.{number % 250}"
            return one

        def registers() -> None:
            """Register with an address that nobody had: a key is made."""
            one = visitor(f"{uuid.uuid4().hex}@mail.example")
            page = page_of_a_webinar(one)
            form = next(f for f in one.forms(one.get(page)) if "email" in f.fields)
            assert one.post(form).status_code == 200

        def looks() -> None:
            """Read what is held about oneself, signed in before it all began: sessions and values open."""
            page = person.get("/me/")
            assert person.address in page.text, "the session ended, or the address does not open"

        def asks() -> None:
            """Ask for a code: the blind index is looked into, and something is sealed for the worker."""
            one = visitor(f"{uuid.uuid4().hex}@mail.example")
            (form,) = (f for f in one.forms(one.get("/sign-in/")) if one.address in f.fields.values())
            assert one.post(form).status_code == 200

        def page_of_a_webinar(one: Visitor) -> str:
            listed = BeautifulSoup(one.get("/webinars/").text, "html.parser").find_all("a", href=True)
            found = (str(link["href"]) for link in listed)
            return next(
                link for link in found if link.startswith("/webinars/") and len(link) > len("/webinars/")
            )

        try:
            person = visitor("ana@mail.example")
            page = page_of_a_webinar(person)
            person.post(next(f for f in person.forms(person.get(page)) if "email" in f.fields))
            sign_in(person, site, person.address)
            kept = tmp_path / "data" / "keys" / "master.key"
            seen = {kept.read_text()}
            with Crowd(registers, registers, looks, asks) as crowd:
                for number in range(TIMES):
                    done = rotate(site, "--old-to", str(tmp_path / f"old.{number}"))
                    assert done.returncode == 0, done.stdout + done.stderr
                    seen.add(kept.read_text())
                    assert not crowd.faults, crowd.faults
            assert not crowd.faults, crowd.faults
            assert min(crowd.done) >= TIMES, crowd.done
            assert len(seen) == TIMES + 1
            # Once more, in quiet: every key that was made meanwhile opens with a master key of which none was
            # lost, and the site goes on with that.
            done = rotate(site)
            assert done.returncode == 0 and "nothing in the keys database opens with" in done.stdout, (
                done.stderr
            )
            for act in (registers, looks, asks):
                act()
        finally:
            printed = site.printed()
            stop(site)
    assert "Traceback" not in printed and "Error" not in printed, printed
