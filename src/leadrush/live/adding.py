"""Adding a machine that carries live rooms, draining it, taking it out; and what is set up on it.

Secrets are drawn here, and its Janus is configured here: the other machine needs Debian's package and the
files in the folder that `add` returns, and nothing of this program.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from leadrush.live import branches, machines, rollcall
from leadrush.live.models import Branch, Connection, Machine, Recording, Room, RoomState
from leadrush.live.plane import machine
from leadrush.live.plane.janus import Host
from leadrush.live.plane.janus.config import shared_out, written
from leadrush.live.plane.machine import HERE

NAME = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)
ACCOUNT = "leadrush-media"
RECORDS_TO = f"/var/lib/{ACCOUNT}/recordings"
CONFIGURED_IN = f"/etc/{ACCOUNT}"
UNIT = f"{ACCOUNT}.service"


class Refused(ValueError):
    """A machine cannot be added or taken out so; a sentence says why."""


def add(
    *,
    name: str,
    api: str,
    rtp: str = "",
    listen: str = "",
    api_port: int = 8088,
    admin_port: int = 7088,
    places: int | None = None,
    recordings: str = "",
    records_to: str = RECORDS_TO,
    ports: str = machine.PORTS,
    address: str = "",
    interfaces: str = "",
    environ: Mapping[str, str] = os.environ,
) -> Path:
    """Add a machine, or change one: return the folder of the files that it needs. Twice is once.

    `listen` is where its interface listens, where this site reaches it at another address (`api`), as through
    a tunnel. The rest is as in `Machine`, and as in `LIVE_PORTS`, `LIVE_ADDRESS` and `LIVE_INTERFACES`.
    Raises `Refused`.
    """
    if not NAME.fullmatch(name) or name == HERE:
        raise Refused(f"A machine is called by up to 32 small letters, digits and -, and not {HERE!r}.")
    if places is not None and places < 1:
        raise Refused("At least one has to find place there.")
    if recordings and not (Path(recordings).is_absolute() and Path(recordings).is_dir()):
        raise Refused(f"{recordings} is no folder that is reached from here.")
    if not Path(records_to).is_absolute():
        raise Refused(f"{records_to} is no whole path.")
    row = Machine.objects.filter(name=name).first() or Machine(name=name)
    if row.recordings and row.recordings != recordings:
        _demand_nothing_kept(name)
    row.api, row.rtp, row.api_port, row.admin_port = _private(api), _private(rtp or api), api_port, admin_port
    row.places = places or row.places if row.pk else places or settings.LIVE_WATCHERS
    row.recordings, row.records_to = recordings, records_to
    made = _configured(row, _private(listen or api), ports, {**environ, **_said(address, interfaces)})
    row.save()
    Machine.objects.get_or_create(name=HERE)
    # What stood somewhere while this machine was the only one stands here.
    before = Room.objects.filter(provider_host="").exclude(provider_room="")
    before.update(provider_host=HERE, provider_hosts=[HERE])
    return made


def _private(text: str) -> str:
    """Return an address in a private network, or of this machine. Raises `Refused` for any other."""
    try:
        found = ipaddress.IPv4Address(text)
    except ValueError:
        raise Refused(f"{text!r} is no address such as 10.0.0.2.") from None
    if found.is_global or found.is_multicast or found.is_unspecified:
        raise Refused(f"{text} is a public address: what passes there has to stay in a private network.")
    return str(found)


def _said(address: str, interfaces: str) -> dict[str, str]:
    return {"LIVE_ADDRESS": address, "LIVE_INTERFACES": interfaces}


def _configured(row: Machine, listen: str, ports: str, environ: Mapping[str, str]) -> Path:
    """Write secrets, kept from before, and what that machine's Janus reads; return the latter's folder."""
    place = machines.folder(row.name)
    there = place / "there"
    for one in (place.parent.parent, place.parent, place, there):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = place / machines.SECRETS
    if kept.exists():
        drawn = json.loads(kept.read_text())
    else:
        drawn = {key: secrets.token_urlsafe(32) for key in ("secret", "admin_secret", "room_key")}
    host = Host(
        name=row.name,
        url=f"http://{listen}:{row.api_port}",
        admin_url=f"http://{listen}:{row.admin_port}",
        recordings=row.records_to,
        media_address=str(row.rtp),
        **drawn,
    )
    try:
        files = written(host, Path(row.records_to), environ, ports=ports)
    except ValueError as error:
        raise Refused(str(error)) from None
    for name, text in {**files, UNIT: unit()}.items():
        machine.write_closed(there / name, text)
    machine.write_closed(kept, json.dumps(drawn))
    return there


def unit() -> str:
    """Return the unit by which systemd keeps Janus going there."""
    started = f"/usr/bin/janus --configs-folder={CONFIGURED_IN} --config={CONFIGURED_IN}/janus.jcfg"
    return f"""[Unit]
Description=Sound and pictures of live rooms
Wants=network-online.target
After=network-online.target

[Service]
User={ACCOUNT}
ExecStart={started} --disable-colors
Restart=always
RestartSec=1
UMask=0077
StateDirectory={ACCOUNT}
NoNewPrivileges=yes
ProtectSystem=full
ProtectHome=yes

[Install]
WantedBy=multi-user.target
"""


def steps(name: str, there: Path, *, ports: str) -> list[str]:
    """Return what is to be done on a machine that was added, line by line."""
    row = Machine.objects.get(name=name)
    browsers, hosts = shared_out(ports)
    return [
        "On that machine, as root:",
        "  systemctl mask janus; apt-get install --no-install-recommends janus",
        f"  useradd --system --home-dir /var/lib/{ACCOUNT} {ACCOUNT}; install -d -m 700 {CONFIGURED_IN}",
        "From here:",
        f"  scp {there}/* root@{row.api}:{CONFIGURED_IN}/",
        "On that machine again:",
        f"  chown -R {ACCOUNT}: {CONFIGURED_IN}; mv {CONFIGURED_IN}/{UNIT} /etc/systemd/system/",
        f"  systemctl daemon-reload; systemctl enable {UNIT}; systemctl restart {UNIT}",
        f"  Open UDP {browsers} to everybody, UDP {hosts} to your other machines,",
        f"  TCP {row.api_port} and {row.admin_port} to this one alone.",
    ]


def drain(name: str, *, takes: bool = False) -> None:
    """Bring no new rooms and watchers to a machine, or bring them again. Raises `LookupError`."""
    if not NAME.fullmatch(name) or not Machine.objects.filter(name=name).update(takes=takes):
        raise LookupError(name)


def remove(name: str, *, lost: bool = False) -> None:
    """Forget a machine and its secrets. Under `live.host`.

    Raises `LookupError`, and `Refused` while somebody is connected there or recordings are kept there, unless
    all of it is `lost`.
    """
    if name == HERE or not (name in machines.others() or Machine.objects.filter(name=name).exists()):
        raise LookupError(name)
    if not lost:
        _demand_nothing_kept(name)
        if Connection.objects.filter(machine=name, ended_at=None).exists():
            raise Refused("Somebody is in a room there: drain it, and wait until they have left.")
    rollcall.lose(name)
    for branch in Branch.objects.filter(machine=name) | Branch.objects.filter(source=name):
        branches.end(branch)
        branch.delete()
    Machine.objects.filter(name=name).delete()
    shutil.rmtree(machines.folder(name), ignore_errors=True)


def _demand_nothing_kept(name: str) -> None:
    there = Recording.objects.filter(originals_gone_at=None).select_related("room")
    kept = sum(name in one.room.provider_hosts for one in there)
    if kept:
        raise Refused(
            f"Recordings of rooms ({kept}) may lie there, and are to be erased in time: leave it as it is "
            "until then, or remove it with --lost."
        )
    if Room.objects.filter(provider_host=name, state__in=[RoomState.LIVE, RoomState.PAUSED]).exists():
        raise Refused("A room is on there: wait until it is over.")
