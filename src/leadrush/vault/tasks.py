"""What the vault does by the clock."""

from __future__ import annotations

from leadrush import gate
from leadrush.vault import backups, clocks, lapsing, publishing, rekeying, replaying, sweeping

A_WHILE = 0.5
"""Seconds in which a version is brought on, each second; the worker has other things to do as well."""


@gate.task("vault.lapse", use="house.keep", every=60)
def lapse() -> None:
    """End what is over: data goes when the last giving that it rests on lapses. Clause `until-when`."""
    while clocks.right() and lapsing.due():
        pass


@gate.task("vault.rekey", use="house.keep", every=60)
def rekey() -> None:
    """Exchange the keys of those of whom something went. Clause `sealed`."""
    rekeying.go_on()


@gate.task("vault.sweep", use=None, every=1200, why="it rewrites files of the keys and reads nothing in them")
def sweep() -> None:
    """Let no file of the keys hold what was dropped. Clause `sealed`."""
    sweeping.sweep()


@gate.task("vault.erase", use="house.keep", every=10)
def erase() -> None:
    """Finish what was left half-erased by a process that died. Clause `erase`."""
    replaying.finish()


@gate.task("vault.settle", use="house.keep", every=60)
def settle() -> None:
    """Note what is wholly erased by now, and erase whoever has nothing left. Clause `erase`."""
    replaying.settle()


@gate.task("vault.orphans", use="house.keep", every=86_400)
def orphans() -> None:
    """Clear keys that nobody's data followed. Clause `erase`."""
    if clocks.right():
        replaying.orphans()


@gate.task("vault.backups", use=None, every=600, why="Removes files whose time is over, unread.")
def lapse_backups() -> None:
    """Remove backups of the keys before they are seven days old. Clause `backups`."""
    if clocks.right():
        backups.lapse()


@gate.task("vault.publish", use="house.keep", every=1)
def publish() -> None:
    """Go on with the version that is on its way into force. Clause `your-version`."""
    publishing.some(A_WHILE)
