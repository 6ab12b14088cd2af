"""What the vault does by the clock."""

from __future__ import annotations

from leadrush import gate
from leadrush.vault import lapsing, rekeying, sweeping


@gate.task("vault.lapse", use="house.keep", every=60)
def lapse() -> None:
    """End what is over: data goes when the last giving that it rests on lapses. Clause `until-when`."""
    while lapsing.due():
        pass


@gate.task("vault.rekey", use="house.keep", every=60)
def rekey() -> None:
    """Exchange the keys of those of whom something went. Clause `sealed`."""
    rekeying.go_on()


@gate.task("vault.sweep", use=None, every=1200, why="it rewrites files of the keys and reads nothing in them")
def sweep() -> None:
    """Let no file of the keys hold what was dropped. Clause `sealed`."""
    sweeping.sweep()
