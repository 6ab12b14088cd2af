"""What the vault does by the clock."""

from __future__ import annotations

from leadrush import gate
from leadrush.vault import lapsing


@gate.task("vault.lapse", use="house.keep", every=60)
def lapse() -> None:
    """End what is over: data goes when the last giving that it rests on lapses. Clause `until-when`."""
    while lapsing.due():
        pass
