"""Measuring on one kind of database, in a process of its own: `python -m bench.running AREA...`."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from importlib import import_module


def main() -> None:
    """Make the ground, measure, and write each figure as a line of JSON."""
    import django

    django.setup()
    from bench import ground
    from bench.areas import AREAS

    start = time.monotonic()

    def say(words: str) -> None:
        name = os.environ["BENCH_GROUND"]
        print(f"{time.monotonic() - start:6.1f} s  {name:10}  {words}", file=sys.stderr, flush=True)

    size = int(os.environ["BENCH_SIZE"])
    say(f"making {size:,} persons")
    with ground.prepared(size):
        # What is there by now stays: collecting garbage between the rounds need not look at it again.
        gc.collect()
        gc.freeze()
        for area in sys.argv[1:]:
            for found in import_module(AREAS[area]).figures(size):
                say(found.figure)
                print(json.dumps(found.out()), flush=True)


if __name__ == "__main__":
    main()
