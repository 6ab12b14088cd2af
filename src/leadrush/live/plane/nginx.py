"""nginx beside the media server: it takes what OBS sends by RTMP, and gives the crowd its pictures (HLS).

It runs with a configuration of its own, in `live/nginx/` of the site's data folder, and asks the site about
everything: whether somebody may send (`encoder_views`), and whether a player may have what it asks for. It
records nothing and writes no address down. Without it the room works: hosts present from their browsers, and
the site gives the crowd its pictures itself.

| Variable | Meaning |
|---|---|
| `LIVE_RTMP` | where it takes RTMP: a port (1935), `ADDRESS:PORT`, as behind a program that adds TLS; `off` |
| `LIVE_RTMP_URL` | what hosts type into OBS, if not `rtmp://SITE/live`: `rtmps://live.example.org/live` |
| `LIVE_HTTP_PORT` | its port on loopback, for a proxy in front; a free one is chosen and kept otherwise |
| `LIVE_SITE` | where it reaches the site (`http://127.0.0.1:8000`); `leadrush up` knows |
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from leadrush.live.plane import machine
from leadrush.live.plane.crowd import NAME

MODULES = (Path("/usr/lib/nginx/modules"), Path("/usr/share/nginx/modules"), Path("/usr/lib64/nginx/modules"))
MODULE = "ngx_rtmp_module.so"
RTMP_PORT = 1935
MISSING = (
    "Presenting from OBS is off, and the site itself gives the crowd its pictures: nginx is not installed. "
    "On Debian, as root: apt-get install --no-install-recommends nginx-light libnginx-mod-rtmp"
)
UPDATES = 3
"""Seconds after which the site is asked again whether somebody may go on sending."""
LISTENS = re.compile(r"(?:(?P<address>\d{1,3}(?:\.\d{1,3}){3}):)?(?P<port>\d{1,5})", re.ASCII)
KNOWN_FOR = 10
"""Seconds for which a player is not asked about again, as in `crowding`."""


@dataclass(frozen=True)
class Nginx:
    """Where nginx listens, and what it says so that the site believes it."""

    http: str
    """On loopback, as `http://127.0.0.1:8401`: doors of the site, and what the crowd sees."""
    rtmp: str
    """Where programs of this machine read what is sent, as `127.0.0.1:1935`; empty: nothing is taken."""
    server: str
    """What a host types into OBS, or nothing where it follows from the site's own address."""
    secret: str = field(repr=False)


def program() -> str:
    """Return nginx's path, or nothing."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin") or ""


def module() -> Path | None:
    """Return the file of its RTMP module, if it is installed."""
    return next((place / MODULE for place in MODULES if (place / MODULE).exists()), None)


def installed() -> bool:
    """Whether nginx and its RTMP module are on this machine."""
    return bool(program() and module())


def folder(data: Path) -> Path:
    """Return nginx's folder, within the media server's."""
    return machine.folder(data) / "nginx"


def here(data: Path) -> Nginx:
    """Return where this site's nginx listens. Raises `machine.NotSet` where none was ever started."""
    try:
        return Nginx(**json.loads((folder(data) / "nginx.json").read_text()))
    except (OSError, ValueError, TypeError):
        raise machine.NotSet("No nginx was started on these data.") from None


def forget(data: Path) -> None:
    """Let the site know that there is none."""
    (folder(data) / "nginx.json").unlink(missing_ok=True)


def prepare(data: Path, environ: Mapping[str, str] = os.environ) -> Nginx:
    """Write what nginx reads, with a secret kept from the first start on; return where it will listen.

    Raises `ValueError`, in a sentence, for a variable that cannot be, or a port that is in use.
    """
    place = folder(data)
    for one in (machine.folder(data), place, machine.folder(data) / "crowd"):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
        one.chmod(0o700)
    before: Nginx | None = None
    with suppress(machine.NotSet):
        before = here(data)
    listens = _rtmp(environ.get("LIVE_RTMP", ""))
    port = _http_port(environ.get("LIVE_HTTP_PORT", ""), before)
    address, _, number = listens.rpartition(":")
    made = Nginx(
        http=f"http://{machine.LOOPBACK}:{port}",
        rtmp=f"{address if address not in ('', '0.0.0.0') else machine.LOOPBACK}:{number}" if listens else "",  # noqa: S104
        server=environ.get("LIVE_RTMP_URL", ""),
        secret=before.secret if before else secrets.token_urlsafe(32),
    )
    machine.write_closed(place / "nginx.conf", written(made, data.resolve(), listens, environ))
    machine.write_closed(place / "nginx.json", json.dumps(asdict(made)))
    return made


def command(data: Path) -> list[str]:
    """Return the command that runs nginx in the foreground, by what `prepare` wrote. Raises `NotSet`."""
    if not installed():
        raise machine.NotSet(MISSING)
    place = folder(data).resolve()
    return [program(), "-p", str(place), "-e", str(place / "nginx.log"), "-c", str(place / "nginx.conf")]


def become(data: Path) -> NoReturn:
    """Turn this process into nginx; what it writes is closed to others. Raises `NotSet`, `ValueError`."""
    line = command(data)
    prepare(data)
    os.umask(0o077)
    os.execv(line[0], line)  # noqa: S606 - the command is our own


def written(made: Nginx, data: Path, listens: str, environ: Mapping[str, str]) -> str:
    """Return nginx's configuration: one process, in which who sends and who reads it meet."""
    place = folder(data)
    quiet = "\n".join(f"  {kind}_temp_path {_quoted(place / kind)};" for kind in TEMPORARY)
    site = urlsplit(environ.get("LIVE_SITE") or f"http://{machine.LOOPBACK}:{environ.get('PORT', '8000')}")
    url = urlsplit(environ.get("SITE_URL") or f"http://localhost:{environ.get('PORT', '8000')}")
    head = [
        f"load_module {_quoted(module() or '')};",
        "daemon off;",
        "worker_processes 1;",
        # The folder is closed to others: the process that gives from it is its owner, as the site is.
        *(["user root;"] if os.geteuid() == 0 else []),
        f"pid {_quoted(place / 'nginx.pid')};",
        # From the next level on it writes down who came.
        f"error_log {_quoted(place / 'nginx.log')} emerg;",
        "events { worker_connections 4096; }",
    ]
    http = HTTP % {
        "temporary": quiet,
        "asked": _quoted(place / "asked"),
        "site": site.netloc,
        "listen": urlsplit(made.http).netloc,
        "host": _quoted(url.netloc),
        "secret": _quoted(made.secret),
        "pieces": NAME.pattern,
        "crowd": _quoted(machine.folder(data) / "crowd"),
        "known": KNOWN_FOR,
    }
    rtmp = ""
    if listens:
        allowed = dict.fromkeys([machine.LOOPBACK, made.rtmp.rpartition(":")[0]])
        plays = " ".join(f"allow play {one};" for one in allowed)
        rtmp = RTMP % {"listen": listens, "plays": plays, "http": made.http, "updates": UPDATES}
    return "\n".join([*head, http, rtmp])


def _rtmp(given: str) -> str:
    """Return `ADDRESS:PORT` where RTMP is taken, or nothing. Raises `ValueError`."""
    if given == "off":
        return ""
    found = LISTENS.fullmatch(given or str(RTMP_PORT))
    if not found or not 0 < int(found["port"]) < 65536:
        raise ValueError(f"LIVE_RTMP is {given!r}; it is a port, 127.0.0.1:1936 for example, or off.")
    address, port = found["address"] or "0.0.0.0", int(found["port"])  # noqa: S104 - OBS is elsewhere
    if not _free(address, port):
        raise ValueError(
            f"Presenting from OBS is off: port {port} cannot be had. Choose another one: LIVE_RTMP=1936"
        )
    return f"{address}:{port}"


def _http_port(given: str, before: Nginx | None) -> int:
    """Return the port asked for, else the one had before if it is free, else a free one."""
    if given:
        if not given.isdecimal() or not 0 < int(given) < 65536:
            raise ValueError(f"LIVE_HTTP_PORT is the number of a port; {given!r} is none.")
        return int(given)
    had = urlsplit(before.http).port if before else 0
    if had and _free(machine.LOOPBACK, had):
        return had
    with socket.socket() as trying:
        trying.bind((machine.LOOPBACK, 0))
        return int(trying.getsockname()[1])


def _free(address: str, port: int) -> bool:
    with socket.socket() as trying:
        trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trying.bind((address, port))
        except OSError:
            return False
    return True


def _quoted(value: object) -> str:
    text = str(value)
    if any(ord(sign) < 32 or sign == "$" for sign in text):
        raise ValueError("A setting of nginx has a sign in it that cannot stand there.")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
RTMP = """
rtmp {
  access_log off;
  server {
    listen %(listen)s;
    ping 10s;
    ping_timeout 10s;
    application live {
      live on;
      record off;
      # Who begins to read gets both together, from a whole picture on: what comes alone is taken for all.
      wait_key on;
      wait_video on;
      idle_streams off;
      drop_idle_publisher 10s;
      %(plays)s deny play all;
      on_publish %(http)s/publish;
      on_update %(http)s/update;
      on_publish_done %(http)s/done;
      notify_update_timeout %(updates)ds;
    }
  }
}
"""
HTTP = """
http {
  access_log off;
  server_tokens off;
  types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; }
%(temporary)s
  proxy_cache_path %(asked)s keys_zone=asked:1m inactive=1m max_size=16m;
  map $uri $lasts { ~\\.m3u8$ "no-store"; default "private, max-age=30"; }
  upstream site { server %(site)s; keepalive 8; }
  server {
    listen %(listen)s;
    client_max_body_size 1m;
    proxy_http_version 1.1;
    proxy_set_header Host %(host)s;
    proxy_set_header Connection "";

    # What OBS begins, goes on with and ends. While the site starts anew, who sends goes on.
    location ~ ^/(publish|done)$ {
      proxy_set_header Host %(host)s;
      proxy_set_header Connection "";
      proxy_set_header Live-Secret %(secret)s;
      proxy_pass http://site/live/encoder/$1/;
      proxy_redirect off;
    }
    location = /update {
      proxy_set_header Host %(host)s;
      proxy_set_header Connection "";
      proxy_set_header Live-Secret %(secret)s;
      proxy_pass http://site/live/encoder/update/;
      error_page 502 504 = @goes_on;
    }
    location @goes_on { return 204; }

    # What the crowd sees. Whether a player may have it the site says once in some seconds.
    location ~ "^/live/(?<about>[a-z0-9_.:]+)/hls/(?<word>[A-Za-z0-9_:-]+)/(?<piece>%(pieces)s)$" {
      auth_request /asked;
      auth_request_set $room $upstream_http_live_room;
      root %(crowd)s;
      try_files /$room/$piece =404;
      add_header Cache-Control $lasts;
      add_header X-Content-Type-Options nosniff;
      error_page 401 403 500 = @site;  # the site says why, in words
    }
    location = /asked {
      internal;
      proxy_pass http://site/live/$about/hls/$word/;
      proxy_pass_request_body off;
      proxy_pass_request_headers off;
      proxy_set_header Host %(host)s;
      proxy_set_header Connection "";
      proxy_cache asked;
      proxy_cache_key "$about $word";
      proxy_cache_lock on;
      proxy_cache_use_stale error timeout updating;
      proxy_cache_valid 204 403 %(known)ds;
      proxy_ignore_headers Cache-Control Expires Set-Cookie Vary;
    }
    location /live/ { proxy_pass http://site; }
    location @site { proxy_pass http://site; }
  }
}
"""
