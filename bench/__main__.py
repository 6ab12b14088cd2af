"""`python -m bench`: measure, print the table, write `bench/latest.json`.

`ONLY=house` picks an area, `SIZE=1000000` says how many invented persons there are (100,000). Each kind of
database has a process of its own, one after the other. A missed goal is shown as missed; it is no error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.areas import AREAS

ROOT = Path(__file__).resolve().parent.parent
LATEST = ROOT / "bench" / "latest.json"
GROUNDS = ("sqlite", "postgresql")


def measure(areas: list[str], ground: str, size: int) -> list[dict[str, Any]]:
    """Return the figures of these areas on one kind of database."""
    env = os.environ | {
        "BENCH_GROUND": ground,
        "TEST_DATABASES": ground,
        "BENCH_SIZE": str(size),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        # The same order in every dictionary and set, run after run.
        "PYTHONHASHSEED": "0",
    }
    command = [sys.executable, "-m", "bench.running", *areas]
    done = subprocess.run(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"Nothing was measured on {ground}; why stands above.")
    return [json.loads(line) for line in done.stdout.splitlines()]


def shown(number: float) -> str:
    """Return a number with as many figures as say something."""
    if number == int(number):
        return f"{int(number):,}"
    return f"{number:.2f}" if abs(number) < 100 else f"{number:,.0f}"


def line(found: dict[str, Any]) -> tuple[str, ...]:
    """Return the cells of one figure."""
    value = shown(found["value"])
    if found["low"] != found["high"]:
        value += f" ({shown(found['low'])}-{shown(found['high'])})"
    goal = "" if found["goal"] is None else f"at most {shown(found['goal'])}"
    word = {True: "held", False: "MISSED", None: ""}[found["held"]]
    return found["area"], found["figure"], value, found["unit"], goal, word


def table(figures: list[dict[str, Any]]) -> str:
    """Return the figures as a table that reads well in a terminal and in Markdown alike."""
    rows: list[tuple[str, ...]] = [("area", "figure", "value (95 %)", "unit", "goal", "")]
    rows += [line(found) for found in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def main() -> None:
    """Measure every area, or the one that is asked for."""
    only = os.environ.get("ONLY", "")
    if only and only not in AREAS:
        raise SystemExit(f"There is no area {only!r} to measure; there is: {', '.join(AREAS)}.")
    size = int(os.environ.get("SIZE", "100000"))
    areas = [only] if only else list(AREAS)
    start, load = time.monotonic(), os.getloadavg()[0]
    figures = [found for ground in GROUNDS for found in measure(areas, ground, size)]
    LATEST.write_text(json.dumps(figures, indent=1) + "\n")
    print(table(figures))
    goals = [found["held"] for found in figures if found["held"] is not None]
    print(
        f"\n{size:,} persons; {goals.count(True)} of {len(goals)} goals held; "
        f"{time.monotonic() - start:.0f} seconds on {os.cpu_count()} cores, with a load of {load:.1f}. "
        f"Written to {LATEST.relative_to(ROOT)}."
    )


if __name__ == "__main__":
    main()
