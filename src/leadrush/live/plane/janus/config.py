"""Janus's configuration, written for one machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from leadrush.live.plane.janus.calling import Host

ERRORS_ONLY = 2
"""Janus's level of logging. From 3 on it writes addresses of browsers, from 5 on their whole descriptions."""
PROTECTED = (
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/proc",
    "/root",
    "/sbin",
    "/sys",
    "/usr",
    "/var",
)
PLUGINS = "audiobridge duktape echotest lua nosip recordplay sip textroom videocall voicemail"
TRANSPORTS = "mqtt nanomsg pfunix rabbitmq websockets"

Value = str | int | bool | list[str]


def written(host: Host, data: Path, environ: Mapping[str, str], *, ports: str) -> dict[str, str]:
    """Return Janus's files by name. `ports` are UDP ports for media, the last tenth for those of other hosts.

    Raises `ValueError` for ports that are none.
    """
    browsers, hosts = shared_out(ports)
    listen = urlsplit(host.url).hostname or "127.0.0.1"
    nat: dict[str, Value] = {"ignore_mdns": True}
    if address := environ.get("LIVE_ADDRESS"):
        nat["nat_1_1_mapping"] = address
    if stun := environ.get("LIVE_STUN"):
        name, _, port = stun.partition(":")
        nat |= {"stun_server": name, "stun_port": int(port or 3478)}
    if interfaces := environ.get("LIVE_INTERFACES"):
        nat["ice_enforce_list"] = interfaces
    core: dict[str, dict[str, Value]] = {
        "general": {
            "debug_level": ERRORS_ONLY,
            "debug_colors": False,
            "api_secret": host.secret,
            "admin_secret": host.admin_secret,
            "server_name": "live",
            "session_timeout": 60,
            "recordings_tmp_ext": "tmp",
            "hide_dependencies": True,
            "protected_folders": [one for one in PROTECTED if not data.is_relative_to(one)],
        },
        "media": {
            "rtp_port_range": browsers,
            "min_nack_queue": 500,
            "ipv6": environ.get("LIVE_IPV6") == "1",
        },
        "nat": nat,
        "plugins": {"disable": ",".join(f"libjanus_{name}.so" for name in PLUGINS.split())},
        "transports": {"disable": ",".join(f"libjanus_{name}.so" for name in TRANSPORTS.split())},
        "loggers": {"disable": "libjanus_jsonlog.so"},
        "events": {"broadcast": False},
    }
    server: dict[str, Value] = {"ip": listen}
    if listen.startswith("127."):
        server["acl"] = "127."
    http: dict[str, dict[str, Value]] = {
        "general": {
            "json": "compact",
            "base_path": "/janus",
            "http": True,
            "port": _port_of(host.url),
            "https": False,
            **server,
        },
        "admin": {
            "admin_base_path": "/admin",
            "admin_http": True,
            "admin_port": _port_of(host.admin_url),
            "admin_https": False,
            **{f"admin_{name}": value for name, value in server.items()},
        },
    }
    key: dict[str, Value] = {"admin_key": host.room_key, "string_ids": True, "events": False}
    return {
        "janus.jcfg": _text(core),
        "janus.transport.http.jcfg": _text(http),
        "janus.plugin.videoroom.jcfg": _text({"general": {**key, "lock_rtp_forward": True}}),
        "janus.plugin.streaming.jcfg": _text({"general": {**key, "rtp_port_range": hosts}}),
    }


def shared_out(ports: str) -> tuple[str, str]:
    """Return which of these ports are for browsers, and which for media of other hosts."""
    found = re.fullmatch(r"(\d+)-(\d+)", ports.strip())
    first, last = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (first >= 1024 and first + 40 <= last <= 65535):
        raise ValueError(f"LIVE_PORTS is {ports!r}; it is two numbers such as 20000-20999, 40 or more apart.")
    split = last - (last - first) // 10
    return f"{first}-{split - 1}", f"{split}-{last}"


def _port_of(url: str) -> int:
    return urlsplit(url).port or 80


def _text(sections: Mapping[str, Mapping[str, Value]]) -> str:
    lines = []
    for name, values in sections.items():
        lines += [f"{name}: {{", *(f"  {key} = {_value(value)}" for key, value in values.items()), "}"]
    return "\n".join(lines) + "\n"


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if any(ord(sign) < 32 for sign in value):
        raise ValueError("A setting of the media server has a control character in it.")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
