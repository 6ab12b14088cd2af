"""Two machines carry a live room, seen by real browsers: one dies, and takes whom the other cannot later."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadrush.live.plane.janus import Host, Janus
from tests.browser import test_live_media as room
from tests.browser.test_live_media import advances, said, state, until
from tests.rig import postman as rig
from tests.rig.janus import Added, ports_of
from tests.rig.site import Site, start, stop

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]
enter = room.enter
assert said
HOST = """
import json
from dataclasses import asdict
from leadrush.live import machines
print(json.dumps(asdict(machines.get("far"))))
"""
ANSWERS = "from leadrush.live.models import Machine; print(Machine.objects.exclude(answered_at=None).count())"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    with rig.running() as postman:
        own = {"LIVE_PORTS": ports_of(worker_id, 2), "LIVE_WATCHERS": "2"}
        running = start(tmp_path_factory.mktemp("machines") / "data", postman, **own)
        yield running
        stop(running)


@pytest.fixture
def far(site: Site, worker_id: str, tmp_path: Path) -> Iterator[Added]:
    """Add a machine by the command, and start what was written for it."""
    ports = ports_of(worker_id, 1)
    first = int(ports.partition("-")[0])
    done = site.command(
        *("machines", "add", "far", "--api=127.0.0.1", f"--api-port={first}", f"--admin-port={first + 1}"),
        *(f"--ports={ports}", "--places=5", f"--recordings={tmp_path}", f"--records-to={tmp_path}"),
    )
    assert done.returncode == 0, done.stderr
    assert "systemctl mask janus" in done.stdout
    host = Host(**json.loads(site.run(HOST)))
    one = Added(host, site.data / "live/machines/far/there")
    until(lambda: site.run(ANSWERS) == "2", "the worker does not ask the machines")
    yield one
    one.stop()


def test_who_was_at_a_machine_that_died_comes_back_at_another_and_who_finds_no_place_there_at_a_third(
    site: Site, far: Added, enter: room.Open, said: dict[str, Any]
) -> None:
    guests = said["guests"]
    tove, ana, ben = (enter(name) for name in ("Tove", "Ana", "Ben"))
    tove.evaluate("here.say('go', {state: 'green'})")
    tove.evaluate("here.publish()")
    until(lambda: state(tove).get("state") == "live", "the presenter does not come up")
    tove.evaluate("here.say('go', {state: 'live'})")
    for page in (ana, ben):
        page.evaluate("here.watch()")
        advances(page, guests["Tove"])
    listed = site.command("machines", "list").stdout
    assert "2/5 watch, 1 rooms" in listed, listed

    numbers = {page: page.evaluate("here.watching.number") for page in (ana, ben)}
    far.kill()
    begun = time.monotonic()

    def back(page: room.Page) -> bool:
        return bool(
            page.evaluate("here.watching.number") not in (0, numbers[page])
            and page.evaluate("here.decoded()") > 5
        )

    until(lambda: back(ana) and back(ben), "they do not come back")
    print(f"at another machine after {time.monotonic() - begun:.1f} s")

    far.start()
    until(lambda: Janus(far.host).answers(), "it does not come back")
    time.sleep(4)  # until the worker has asked it
    cleo = enter("Cleo")
    cleo.evaluate("here.watch()")
    advances(cleo, guests["Tove"])
    listed = site.command("machines", "list").stdout
    assert "1/5 watch, 0 rooms" in listed and "2/2 watch, 1 rooms" in listed, listed

    again = enter("Tove")
    begun = time.monotonic()
    again.evaluate("here.publish()")
    number = cleo.evaluate("here.watching.number")
    until(lambda: cleo.evaluate("here.watching.number") not in (0, number), "they do not come back")
    advances(cleo, guests["Tove"])
    print(
        f"the presenter's other device is seen at the second machine after {time.monotonic() - begun:.1f} s"
    )
    assert cleo.evaluate("here.states.filter((one) => one.how === 'hls').length") == 0
    for page in (tove, ana, ben, cleo, again):
        assert page.faults == []  # type: ignore[attr-defined]
        page.close()
