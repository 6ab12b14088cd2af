"""`python -m leadrush.live KEY`: makes the film of the recording of this key, in a process of its own.

See `filming`.
"""

from __future__ import annotations

import sys

import django


def main(key: str) -> None:
    """Make it, if it is still to be made."""
    django.setup(set_prefix=False)
    from leadrush import gate
    from leadrush.live import filming

    with gate.using(filming.USE, actor=gate.Actor("program", "live.film"), what="live.film"):
        filming.make(int(key))


if __name__ == "__main__":
    main(sys.argv[1])
