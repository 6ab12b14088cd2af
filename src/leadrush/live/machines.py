"""The machines that carry sound and pictures of this site's rooms: this one, and those that were added.

What they are stands in a table. Their secrets lie in files, `live/machines/NAME/` of the data folder, beside
those of this machine, and in no backup. Where there are no such files, this machine is the only one, and
nothing asks the table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from leadrush.live.models import Machine
from leadrush.live.plane import machine
from leadrush.live.plane.janus import Host
from leadrush.live.plane.machine import HERE, NotSet

SECRETS = "secrets.json"


def _data() -> Path:
    return Path(settings.DATA)


def folder(name: str) -> Path:
    """Return the folder of a machine's secrets, and of the configuration that was written for it."""
    return machine.folder(_data()) / "machines" / name


def others() -> list[str]:
    """Return the names of the machines beside this one."""
    return sorted(file.parent.name for file in folder("").glob(f"*/{SECRETS}"))


def alone() -> bool:
    """Whether there is no machine beside this one."""
    return not others()


def names() -> list[str]:
    """Return the machines that this site can speak with; this one only where it has a media server."""
    try:
        machine.host(_data())
    except NotSet:
        return others()
    return [HERE, *others()]


def get(name: str) -> Host:
    """Return where a machine's media server listens, and its secrets. Raises `NotSet`."""
    if name == HERE:
        return machine.host(_data())
    row = Machine.objects.filter(name=name).first()
    if row is None:
        raise NotSet("There is no such machine.")
    return host_of(row)


def host_of(row: Machine) -> Host:
    """Return where the media server of a machine of the table listens. Raises `NotSet`."""
    if row.name == HERE:
        return machine.host(_data())
    try:
        kept = json.loads((folder(row.name) / SECRETS).read_text())
        return Host(
            name=row.name,
            url=f"http://{row.api}:{row.api_port}",
            admin_url=f"http://{row.api}:{row.admin_port}",
            secret=kept["secret"],
            admin_secret=kept["admin_secret"],
            room_key=kept["room_key"],
            recordings=row.records_to,
            media_address=str(row.rtp),
        )
    except (OSError, ValueError, TypeError, KeyError):
        raise NotSet("The secrets of that machine are not here.") from None


def known() -> list[tuple[Machine, Host]]:
    """Return the machines of the table that this site can speak with, in the order of their names."""
    found = []
    for row in Machine.objects.all():
        try:
            found.append((row, host_of(row)))
        except NotSet:
            continue
    return found


def recordings(row: Machine) -> Path | None:
    """Return the folder of a machine's recordings as it is reached from here; None if it is not."""
    if row.name == HERE:
        return machine.recordings(_data())
    return Path(row.recordings) if row.recordings and Path(row.recordings).is_dir() else None


def all_recordings(names: Iterable[str] | None = None) -> dict[str, Path | None]:
    """Return those folders for each of these machines on which rooms are recorded, or for all.

    This one always is; None stands for one that is not reached just now. That holds without its secrets, too,
    as after a restore: what is kept there is not forgotten.
    """
    found: dict[str, Path | None] = {HERE: machine.recordings(_data())}
    wanted = None if names is None else set(names) - {HERE}
    if wanted is None or wanted:
        rows = Machine.objects.exclude(name=HERE).exclude(recordings="")
        for row in rows if wanted is None else rows.filter(name__in=wanted):
            found[row.name] = recordings(row)
    return found


def heard_at(name: str) -> str:
    """Return the address at which a program of this machine takes what a machine sends."""
    return machine.LOOPBACK if name == HERE else machine.private()
