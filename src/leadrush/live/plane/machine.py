"""The media server on this machine: its configuration, its secrets, and how it is started.

Everything lies in `live/` of the site's data folder, closed to others. Janus listens on loopback for this
program alone; what reaches it from outside are media, encrypted, at the ports of `LIVE_PORTS`. A unit of the
distribution is not used: it listens without a secret.

| Variable | Meaning |
|---|---|
| `LIVE_PORTS` | UDP ports for media, open to everybody (20000-29999) |
| `LIVE_ADDRESS` | the public address, where the machine itself has another one (1:1 NAT, as in most clouds) |
| `LIVE_STUN` | `host:port` of a server that tells a machine its own address; for Janus and for browsers |
| `LIVE_TURN` | what browsers reach where UDP is blocked, `turn:host:3478?transport=tcp,turns:host:5349` |
| `LIVE_TURN_SECRET` | `static-auth-secret` of that server; passwords made of it last some hours |
| `LIVE_INTERFACES` | addresses or interfaces to use for media, if not all (`eth0,10.0.`) |
| `LIVE_IPV6` | `1`: use IPv6 too |
| `LIVE_API_PORT`, `LIVE_ADMIN_PORT` | the ports on loopback; free ones are chosen and kept otherwise |
| `LIVE_LISTEN` | this machine's address in a private network, where the site runs elsewhere (127.0.0.1) |
| `LIVE_RTP` | this machine's address in a private network, for media of other hosts (`LIVE_LISTEN`) |
| `LIVE_OFF` | `1`: `leadrush up` starts no media server |
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import shutil
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from leadrush.live.plane.janus.calling import Host
from leadrush.live.plane.janus.config import written
from leadrush.live.plane.provider import word

HERE = "here"
"""What this machine is called among those that carry live rooms."""
PROGRAM = "janus"
LOOPBACK = "127.0.0.1"
PORTS = "20000-29999"
PASSWORD_LASTS = 6 * 3600  # seconds for which a browser may use the relay
MISSING = (
    "Live rooms are off: no media server is installed. On Debian, as root: "
    "systemctl mask janus; apt-get install --no-install-recommends janus janus-tools ffmpeg"
)


class NotSet(Exception):
    """There is no media server of this site: none was ever started on these data."""


def installed() -> bool:
    """Whether Janus and what turns its recordings into films are on this machine."""
    return all(shutil.which(program) for program in (PROGRAM, "janus-pp-rec", "ffmpeg"))


def folder(data: Path) -> Path:
    """Return the folder of the media server, within the site's."""
    return data / "live"


def host(data: Path) -> Host:
    """Return where this machine's media server listens, and its secrets. Raises `NotSet`.

    Read anew at each call, for a restarted server may have had to take another port; it takes some
    microseconds.
    """
    try:
        kept = json.loads((folder(data) / "host.json").read_text())
        return Host(**kept)
    except (OSError, ValueError, TypeError):
        raise NotSet("No media server was started on these data.") from None


def prepare(data: Path, environ: Mapping[str, str] = os.environ) -> Host:
    """Write what Janus reads, with secrets kept from the first start on; return where it will listen.

    Raises `ValueError`, in a sentence, for a variable that cannot be.
    """
    place = folder(data)
    for one in (place, place / "janus", recordings(data)):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
        one.chmod(0o700)
    try:
        before: Host | None = host(data)
    except NotSet:
        before = None
    listen = environ.get("LIVE_LISTEN") or LOOPBACK
    api = _port(listen, environ.get("LIVE_API_PORT"), before.url if before else "")
    admin = _port(listen, environ.get("LIVE_ADMIN_PORT"), before.admin_url if before else "", other_than=api)
    made = Host(
        name=HERE,
        url=f"http://{listen}:{api}",
        admin_url=f"http://{listen}:{admin}",
        secret=before.secret if before else secrets.token_urlsafe(32),
        admin_secret=before.admin_secret if before else secrets.token_urlsafe(32),
        room_key=before.room_key if before else secrets.token_urlsafe(32),
        recordings=str(recordings(data).resolve()),
        media_address=private(environ),
    )
    for name, text in written(
        made, data.resolve(), environ, ports=environ.get("LIVE_PORTS") or PORTS
    ).items():
        write_closed(place / "janus" / name, text)
    write_closed(
        place / "host.json", json.dumps({name: getattr(made, name) for name in made.__dataclass_fields__})
    )
    return made


def private(environ: Mapping[str, str] = os.environ) -> str:
    """Return this machine's address for media of other hosts, in the network that they share."""
    return environ.get("LIVE_RTP") or environ.get("LIVE_LISTEN") or LOOPBACK


def recordings(data: Path) -> Path:
    """Return the folder in which each room's recording has a folder."""
    return folder(data) / "recordings"


def recorded(data: Path, room: str) -> Path:
    """Return the folder of what was recorded in a room on this machine, for `recordings.make`."""
    return recordings(data) / word(room)


def command(data: Path) -> list[str]:
    """Return the command that runs Janus in the foreground, by what `prepare` wrote."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise NotSet(MISSING)
    place = folder(data) / "janus"
    return [program, f"--configs-folder={place}", f"--config={place / 'janus.jcfg'}", "--disable-colors"]


def log(data: Path) -> Path:
    """Return the file that has what Janus printed since it was started: its version, and errors."""
    return folder(data) / "janus.log"


def become(data: Path) -> NoReturn:
    """Turn this process into Janus; what it writes is closed to others. Raises `NotSet` without Janus."""
    line = command(data)
    prepare(data)
    os.umask(0o077)
    printed = os.open(log(data), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    os.execv(line[0], line)  # noqa: S606 - the command is our own


def ice_servers(word: str, environ: Mapping[str, str] = os.environ) -> list[dict[str, Any]]:
    """Return `iceServers` for a browser's connection; the relay's password is for `word` and ends by itself.

    The relay writes the word into its log: it is to mean nothing elsewhere.
    """
    servers: list[dict[str, Any]] = []
    if stun := environ.get("LIVE_STUN"):
        servers.append({"urls": [f"stun:{stun}"]})
    if turn := environ.get("LIVE_TURN"):
        name = f"{int(time.time()) + PASSWORD_LASTS}:{word}"
        key = environ.get("LIVE_TURN_SECRET", "").encode()
        # SHA-1 is what relays ask for: draft-uberti-behave-turn-rest.
        password = base64.b64encode(hmac.new(key, name.encode(), hashlib.sha1).digest()).decode()
        urls = [url.strip() for url in turn.split(",")]
        servers.append({"urls": urls, "username": name, "credential": password})
    return servers


def _port(listen: str, given: str | None, before: str, *, other_than: int = 0) -> int:
    """Return the port asked for, else the one had before if it is free, else a free one."""
    if given:
        if not given.isdecimal() or not 0 < int(given) < 65536:
            raise ValueError(f"LIVE_API_PORT and LIVE_ADMIN_PORT are numbers of ports; {given!r} is none.")
        return int(given)
    had = int(before.rpartition(":")[2]) if before else 0
    for wanted in (had, 0):
        with socket.socket() as trying:
            trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trying.bind((listen, wanted))
            except OSError:
                continue
            port: int = trying.getsockname()[1]
            if port != other_than:
                return port
            return _port(listen, None, "", other_than=other_than)
    raise ValueError(f"LIVE_LISTEN is {listen!r}; it is an IPv4 address of this machine.")


def write_closed(file: Path, text: str) -> None:
    """Write a file that only its owner can read; whoever reads it meanwhile finds the old or the new one."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "w") as writing:
        writing.write(text)
    beside.replace(file)
