"""What signing in does by the clock."""

from __future__ import annotations

from leadrush import gate
from leadrush.people import asking, joining, leaving, sign_ins
from leadrush.vault import clocks


@gate.task("people.codes", use="account.sign_in", every=1)
def codes() -> None:
    """Write the letters of codes that were asked for. Clause `your-address`."""
    asking.write_asked()


@gate.task("people.join", use="house.keep", every=60)
def join() -> None:
    """Finish joining two records where that died half-way."""
    joining.finish()


@gate.task("people.farewell", use="house.keep", every=10)
def farewell() -> None:
    """Erase each farewell that was said, the last that was left of somebody. Clause `erase`."""
    leaving.finish()


@gate.task("people.clear", use="house.keep", every=3600)
def clear() -> None:
    """End what is over: sign-ins, sessions, codes. Clause `sign-ins`."""
    if clocks.right():
        sign_ins.clear()
        asking.clear()
