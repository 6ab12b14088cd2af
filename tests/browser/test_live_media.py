"""A live room on a real Janus, seen by real browsers: from the green room to the replay.

The pages are bare ones with the headers of a room's page; `media.js` is the site's own.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from leadrush.live import headers
from leadrush.look.parts import PLAYER
from leadrush.website.headers import PAGES
from tests.rig import postman as rig
from tests.rig.janus import ports_of
from tests.rig.site import Site, start, stop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
PATIENCE, LATE = 60.0, 2.0
"""Seconds: for whatever a machine with other work does not do at once."""
MEET = """
import json
from datetime import timedelta
from unittest import mock
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import signing
from django.utils import timezone
from leadrush import vault
from leadrush.live import entering, tickets
from leadrush.vault.models import Giving, Person
from leadrush.webinars import planning, registering

def meet(slug):
    webinar = planning.publish(planning.plan(
        slug=slug, title="Meet", starts_at=timezone.now() + timedelta(minutes=5), minutes=30))
    return webinar, entering.room_of(webinar.about)

webinar, room = meet("meet")
said = {"about": webinar.about, "room": room.pk, "tickets": {}, "guests": {}}
for name in ("Ana", "Ben", "Cleo"):
    address = f"{name.lower()}@mail.example"
    registering.register(webinar=webinar, address=address)
    person = vault.find(address)
    giving = Giving.objects.get(person=person, clause="webinar-seat", about=webinar.about)
    registering.it_was_me(webinar=webinar, giving=giving)
    guest = entering.enter(room=room, person=person, name=name)
    said["tickets"][name], said["guests"][name] = tickets.issue(guest), guest.pk
staff = Person.objects.filter(role__in=["host", "owner"]).first()
tove = entering.enter(room=room, person=staff, name="Tove")
said["tickets"]["Tove"], said["guests"]["Tove"] = tickets.issue(tove), tove.pk
with mock.patch.object(signing.time, "time", return_value=signing.time.time() - 200):
    said["tickets"]["expired"] = tickets.issue(guest)
_other, elsewhere = meet("elsewhere")
said["tickets"]["other"] = tickets.issue(entering.enter(room=elsewhere, person=staff, name="Tove"))
said["media"] = staticfiles_storage.url("live/js/media.js")
said["hlsjs"] = staticfiles_storage.url("PLAYER")
print(json.dumps(said))
""".replace("PLAYER", PLAYER)
FILM = """
import json, time
from leadrush.live.models import Recording
from leadrush.media import links
until = time.time() + 60
while time.time() < until:
    film = Recording.objects.select_related("room__replay").get(room=ROOM)
    if film.state == "made":
        break
    time.sleep(0.5)
address = links.link(film.room.replay, name="replay.mp4", room="live") if film.room.replay else ""
print(json.dumps({"state": film.state, "seconds": film.seconds, "words": film.words, "address": address,
    "spans": film.spans, "trouble": film.trouble}))
"""
LOSES = """() => {
  const pc = here.watching.pc;
  const own = pc.getStats.bind(pc);
  const begun = Date.now();
  const loses = (one) => ({...one, packetsLost: one.packetsLost + (Date.now() - begun) / 50});
  const says = ([id, one]) => [id, one.kind === "video" && one.packetsReceived ? loses(one) : one];
  pc.getStats = async () => new Map([...await own()].map(says));
}"""
"""As where a weak network loses a third of the packets, by what the browser says of them."""
WIDE = "document.querySelector('#seen video').videoWidth"
UNREACHED = """
const Own = RTCPeerConnection;
window.RTCPeerConnection = class extends Own {
  constructor(given) { super({...given, iceTransportPolicy: "relay"}); }
};
"""
"""As where a network lets no UDP through: there is no relay, so nothing reaches the browser."""
NO_WEBRTC = "delete window.RTCPeerConnection;"
"""As in a browser that was built without it."""
PLAYED = "document.getElementById('crowd').getVideoPlaybackQuality().totalVideoFrames"
BARE = "<!doctype html><title>A room</title><video id='crowd' muted playsinline></video><div id='seen'></div>"
BEGIN = """async ({about, ticket, media, hlsjs}) => {
  const m = await import(media);
  const here = window.here = {ticket, states: [], tracks: [], told: [], sizes: []};
  const common = {
    about,
    ticket: () => here.ticket,
    onticket: (one) => { here.ticket = one; },
    onstate: (one) => here.states.push(one),
  };
  const socket = new WebSocket(`ws://${location.host}/live/${about}/`);
  here.say = (kind, facts) => socket.send(JSON.stringify({kind, ...facts}));
  here.begin = (line) => { here.line = line; };
  socket.onmessage = ({data}) => {
    const said = JSON.parse(data);
    here.told.push(said.kind);
    if (said.ticket) here.ticket = said.ticket;
    if (said.kind === "media") here.watching?.changed();
  };
  await new Promise((done) => { socket.onopen = done; });
  here.say("enter", {v: 1, ticket});
  here.watch = () => {
    here.watching = m.watch({
      ...common,
      hlsjs,
      video: document.getElementById("crowd"),
      ontracks: (all) => { here.tracks = all; },
      onsize: (told) => here.sizes.push(told.size),
      onsilence: (silent) => { here.silent = silent; },
      onstream: ({guest, what, stream}) => {
        const id = `v-${guest}-${what}`;
        document.getElementById(id)?.remove();
        if (!stream) return;
        const video = Object.assign(document.createElement("video"), {id, muted: true, autoplay: true});
        video.srcObject = stream;
        document.getElementById("seen").append(video);
      },
    });
  };
  here.publish = async (more) => {
    const stream = await navigator.mediaDevices.getUserMedia({video: true, audio: true});
    here.publishing = m.publish({...common, stream, ...more});
  };
  here.seen = async (guest) => {
    const video = document.getElementById(`v-${guest}-camera`);
    return video && {frames: video.getVideoPlaybackQuality().totalVideoFrames, at: video.currentTime};
  };
  here.decoded = async () => {
    let frames = 0;
    const all = await (here.watching.pc?.getStats() ?? []);
    for (const one of all.values()) frames += one.framesDecoded || 0;
    return frames;
  };
  here.ask = async (method, tail, ticket, body) => {
    const answer = await fetch(`/live/${about}/${tail}`, {
      method, headers: {"Live-Ticket": ticket}, body: body && JSON.stringify(body)});
    return {status: answer.status, ...(await answer.json().catch(() => ({})))};
  };
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    with rig.running() as postman:
        own = {"LIVE_PORTS": ports_of(worker_id, 2), "LIVE_WATCHERS": "2"}
        running = start(tmp_path_factory.mktemp("live") / "data", postman, **own)
        yield running
        stop(running)


@pytest.fixture(scope="module")
def said(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.run(MEET).splitlines()[-1])
    return found


Open = Callable[..., Page]


@pytest.fixture(scope="module")
def enter(site: Site, chromium: Browser, said: dict[str, Any]) -> Open:
    """Open a window of somebody's in the room, with the headers of a room's page."""
    policy = {**PAGES, **headers.ALLOWS}
    csp = "; ".join(f"{name} {' '.join(str(one) for one in values)}" for name, values in policy.items())
    bare = {
        "Content-Security-Policy": csp,
        "Permissions-Policy": headers.PERMISSIONS,
        "Content-Type": "text/html",
    }

    def meet(route: Route) -> None:
        route.fulfill(body=BARE, headers=bare)

    context = chromium.new_context(base_url=site.url, permissions=["camera", "microphone"])
    context.route("**/bare", meet)

    def open_one(name: str, *, ticket: str = "", script: str = "") -> Page:
        page = context.new_page()
        page.add_init_script(script)
        page.set_default_timeout(30_000)
        page.faults = []  # type: ignore[attr-defined]
        page.on("pageerror", lambda fault: page.faults.append(str(fault)))  # type: ignore[attr-defined]
        page.on(
            "console",
            lambda message: (
                page.faults.append(message.text) if "Content Security" in message.text else None  # type: ignore[attr-defined]
            ),
        )
        page.goto("/bare")
        page.evaluate(
            BEGIN,
            {key: said[key] for key in ("about", "media", "hlsjs")}
            | {"ticket": ticket or said["tickets"][name]},
        )
        return page

    return open_one


def until(holds: Callable[[], Any], what: str, seconds: float = PATIENCE) -> float:
    """Wait until something holds; return the seconds that it took."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < seconds, what
        time.sleep(0.1)
    return time.monotonic() - begun


def state(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("here.states.at(-1) || {}")
    return found


def advances(page: Page, guest: int, frames: int = 20, seconds: float = PATIENCE) -> None:
    """Wait until a guest's picture has gone on by some frames, in the decoder, on the page, and in time."""
    see = f"here.seen({guest})"
    until(lambda: page.evaluate(see), f"{guest} is not shown", seconds)
    before, decoded = page.evaluate(see), page.evaluate("here.decoded()")

    def went_on() -> bool:
        now = page.evaluate(see)
        return bool(now and now["frames"] > before["frames"] + frames and now["at"] > before["at"])

    until(went_on, "no frame comes", seconds)
    until(lambda: page.evaluate("here.decoded()") > decoded + frames, "the decoder does not go on")


def by_segments(page: Page) -> None:
    """Watch from a page that WebRTC does not reach, and close it."""
    page.evaluate("here.watch()")
    took = until(lambda: state(page).get("how") == "hls", "who is not reached gets no segments")
    print(f"HLS in the place of WebRTC began after {took:.1f} s")
    until(lambda: page.evaluate(PLAYED) > 20, "no frame of the segments comes")
    page.close()


def tell_janus(site: Site, what: signal.Signals) -> None:
    """End the media server as a fault does, upon which another is started; or stop it for a while."""
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes()
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        except (OSError, IndexError):
            continue
        if b"--configs-folder=" in words and int(parent) == site.process.pid:
            return os.kill(int(entry.name), what)
    raise AssertionError("no media server runs")


def test_a_room_is_seen_heard_kept_in_order_survives_a_fault_and_becomes_a_film(
    site: Site, enter: Open, said: dict[str, Any]
) -> None:
    guests = said["guests"]
    tove, ana, ben = (enter(name) for name in ("Tove", "Ana", "Ben"))

    # The green room: the presenter connects, nobody sees it yet.
    tove.evaluate("here.say('go', {state: 'green'})")
    tove.evaluate("here.publish()")
    until(lambda: state(tove).get("state") == "live", "the presenter does not come up")
    ana.evaluate("here.watch()")
    ben.evaluate("here.watch()")
    until(lambda: state(ana).get("state") == "waiting", "guests see nothing before it begins")
    tove.evaluate("here.say('go', {state: 'live'})")
    for page in (ana, ben):
        advances(page, guests["Tove"])

    # What is refused.
    for ticket, method, tail, code in (
        (said["tickets"]["expired"], "POST", "watch/", "expired"),
        (said["tickets"]["Cleo"][:-3] + "AAA", "POST", "watch/", "ticket"),
        (said["tickets"]["other"], "POST", "publish/", "elsewhere"),
        ("", "GET", "media.json", "ticket"),
    ):
        answer = ana.evaluate(
            "([m, t, k]) => here.ask(m, t, k, m === 'POST' ? {sdp: 'v=0', what: 'camera'} : undefined)",
            [method, tail, ticket],
        )
        assert (answer["status"], answer["code"]) == (403, code)
        assert answer["words"]
    ana.evaluate("here.publish()")
    until(lambda: state(ana).get("code") == "role", "a guest is not seen")

    # The crowd: two watch already; the third is given segments.
    cleo = enter("Cleo")
    cleo.evaluate("here.watch()")
    begun = time.monotonic()
    until(lambda: state(cleo).get("how") == "hls", "the third gets no segments")
    print(f"HLS began after {time.monotonic() - begun:.1f} s")
    until(lambda: cleo.evaluate(PLAYED) > 20, "no frame of the segments comes")
    address = cleo.evaluate("here.watching.address")
    status = "(address) => fetch(address).then((answer) => answer.status)"
    assert cleo.evaluate(status, address) == 200
    word = address.split("/")[-2]
    for wrong in (word[:-1], "x", word.replace(":", "")):
        assert cleo.evaluate(status, address.replace(word, wrong)) == 403
    cleo.evaluate("here.watching.stop()")

    # Whom WebRTC does not reach gets them, too, though there is a place; and whose browser has none.
    ana.evaluate("here.watching.stop()")
    for way in (UNREACHED, NO_WEBRTC):
        by_segments(enter("Cleo", ticket=cleo.evaluate("here.ticket"), script=way))
    ana.evaluate("here.watch()")
    advances(ana, guests["Tove"])

    # On a weak network a smaller picture is asked for, and at last none; whoever wants it large has it large.
    whole = ana.evaluate(WIDE)
    ana.evaluate(LOSES)
    until(lambda: ana.evaluate(WIDE) == whole // 2, "who loses much of a picture gets it as large as before")
    until(
        lambda: ana.evaluate("here.sizes.at(-1)") == "none", "who loses much of a small picture still gets it"
    )
    ana.evaluate("here.watching.picture('whole')")
    until(lambda: ana.evaluate(WIDE) == whole, "who asks for the whole picture gets a smaller one")
    advances(ana, guests["Tove"])

    # On stage, and back.
    tove.evaluate("(guest) => here.say('stage', {guest, on: true})", guests["Ana"])
    until(lambda: "you" in ana.evaluate("here.told"), "she is not invited")
    ana.evaluate("here.publish()")
    until(lambda: state(ana) == {"state": "live", "how": "webrtc"} or state(ana).get("health"), "no stage")
    advances(ben, guests["Ana"])
    tove.evaluate("(guest) => here.say('stage', {guest, on: false})", guests["Ana"])
    until(lambda: not ben.evaluate(f"here.seen({guests['Ana']})"), "she is still seen")
    advances(ben, guests["Tove"])

    # Nothing comes for some seconds: whoever watches is told that the picture stands still.
    tell_janus(site, signal.SIGSTOP)
    until(lambda: ben.evaluate("here.silent === true"), "nobody says that the picture stands still")
    tell_janus(site, signal.SIGCONT)
    until(lambda: ben.evaluate("here.silent === false"), "the picture that moves is said to stand still")
    advances(ben, guests["Tove"])

    # The media server dies in the middle of it.
    numbers = {page: page.evaluate("here.watching.number") for page in (ana, ben)}
    tell_janus(site, signal.SIGKILL)
    begun = time.monotonic()

    def back(page: Page) -> bool:
        return bool(
            page.evaluate("here.watching.number") not in (0, numbers[page])
            and page.evaluate("here.decoded()") > 5
        )

    until(lambda: back(ana) and back(ben), "they do not come back")
    print(f"back after {time.monotonic() - begun:.1f} s")
    advances(ben, guests["Tove"])

    # Another window of the presenter takes over; the older one does not come back by itself.
    again = enter("Tove")
    again.evaluate("here.publish()")
    until(lambda: state(again).get("state") == "live", "the presenter is not taken over")
    tove.evaluate("here.publishing.ping()")
    until(lambda: state(tove).get("code") in ("taken", "expired"), "the older window stays")
    advances(ben, guests["Tove"])
    tove.close()

    # Recorded from here on; whoever comes on stage is asked.
    asked_at = time.monotonic()
    again.evaluate("here.say('set_up', {recorded: true})")
    until(lambda: "room" in again.evaluate("here.told"), "it is not recorded")
    recorded_at = time.monotonic()
    again.evaluate("(guest) => here.say('stage', {guest, on: true})", guests["Ana"])
    until(lambda: ana.evaluate("here.told.filter((kind) => kind === 'you').length") >= 3, "no invitation")
    ana.evaluate("here.publish()")
    until(lambda: state(ana).get("code") == "recorded", "she is recorded without a yes")
    ana.evaluate("here.publish({recorded: true, shown: true})")
    advances(ben, guests["Ana"])
    left = ana.evaluate("[here.publishing.recorded, here.publishing.shown]")
    assert left == [False, False], "a connection that comes back would say her yes again"

    # Taken out: nothing more comes, at once.
    again.evaluate("(guest) => here.say('remove', {guest})", guests["Ben"])
    until(lambda: "removed" in ben.evaluate("here.told"), "he is not told")
    ben.evaluate("here.watching.changed()")
    until(lambda: state(ben).get("code") == "removed", "he still has a connection")
    assert not ben.evaluate(f"here.seen({guests['Tove']})")

    time.sleep(max(0.0, 8 - (time.monotonic() - recorded_at)))
    ending_at = time.monotonic()
    again.evaluate("here.say('go', {state: 'over'})")
    until(lambda: "room" in ana.evaluate("here.told"), "it is not over")
    ana.evaluate("here.watching.changed()")
    until(lambda: state(ana).get("code") == "over", "she does not learn that it is over")
    over_at = time.monotonic()
    # To a second and a half on a machine that does nothing else: what it was late by is the film's to lack.
    least, most = ending_at - recorded_at - 1.5 - LATE, over_at - asked_at + 1.5

    film = json.loads(site.run(FILM.replace("ROOM", str(said["room"]))).splitlines()[-1])
    assert film["state"] == "made", film
    assert film["words"] == sorted(f"g{guests[name]}" for name in ("Ana", "Tove"))
    assert least < film["seconds"] < most, (film, least, most)
    again.evaluate("(address) => { document.getElementById('crowd').src = address; }", film["address"])
    again.evaluate("document.getElementById('crowd').play()")
    until(
        lambda: again.evaluate("document.getElementById('crowd').currentTime") > 1, "the film does not play"
    )
    assert least < again.evaluate("document.getElementById('crowd').duration") < most
    for page in (ana, ben, cleo, again):
        assert not page.faults, page.faults  # type: ignore[attr-defined]
    assert "Traceback" not in site.printed(), site.printed()
