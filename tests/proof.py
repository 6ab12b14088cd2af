"""Break a floor in every small way that mutmut knows and ask its tests whether they notice.

`python -m tests.proof statement` copies the checkout into `mutants/statement` and runs `mutmut` there; names
of modules behind it take these only.
`python -m tests.proof gate` breaks the gate where it stands (`tests.rig.breaking`): on SQLite, and on
PostgreSQL what only that runs and what went unnoticed on SQLite. A number behind it takes so many changes of
each, drawn by `LEADRUSH_SEED`; names of modules take these only, names of changes take those. What no test
noticed is listed; it ends with 1 when one of those is not explained in `docs/proof.md`, or when the page
explains one that is noticed now. Names of changes move when a function is edited; the page follows.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "proof.md"
COPIED = ("src", "tests", "conftest.py", "pyproject.toml")
NOTICED = {"killed", "timeout", "caught by type check", "segfault"}


@dataclass(frozen=True)
class Target:
    """A floor to break, and how its tests are run."""

    folder: str
    options: tuple[str, ...] = ()

    def configuration(self, modules: tuple[str, ...]) -> str:
        """Return what mutmut is to read: these modules are broken, or all."""
        options = ["-q", *self.options]
        broken = [f"{self.folder}/{module}.py" for module in modules or ("*",)]
        return f"""
[tool.mutmut]
source_paths = ["src"]
also_copy = ["conftest.py"]
timeout_constant = 60.0
only_mutate = {broken!r}
do_not_mutate = ["*/tests/*", "*/migrations/*", "*/apps.py"]
pytest_add_cli_args = {options!r}
pytest_add_cli_args_test_selection = ["{self.folder}/tests"]
"""


TARGETS = {
    # Pure Python: without Django a run takes a fifth of the time.
    "statement": Target("src/leadrush/statement", ("-p", "no:django")),
}

GATE = {
    "sqlite": (
        "use", "words", "uses", "tables", "compiling", "judging", "reading", "tokens", "cursors", "doors",
        "versions", "evidence", "sqlite3/base", "sqlite3/compiler", "models", "making", "limits",
    ),
    "postgresql": ("postgresql/base", "postgresql/compiler", "postgresql/policies"),
}  # fmt: skip
"""The modules that decide, by the database whose tests are asked first about what is broken in them."""


def outcomes(name: str, target: Target, *modules: str) -> dict[str, str]:
    """Run every change of the target, or of its modules; return what became of each, by the change's name."""
    stage = ROOT / "mutants" / name
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    for part in COPIED:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(
                source, stage / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
            )
        else:
            shutil.copy(source, stage / part)
    with (stage / "pyproject.toml").open("a", encoding="utf-8") as configuration:
        configuration.write(target.configuration(modules))
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "mutants", "PYTHONHASHSEED": "0"}
    mutmut = [sys.executable, "-m", "mutmut"]
    subprocess.run(
        [*mutmut, "run", "--max-children", str(min(os.cpu_count() or 1, 8))],
        cwd=stage,
        env=environment,
        check=True,
        stdout=sys.stderr,
    )
    told = subprocess.run(
        [*mutmut, "results", "--all", "true"],
        cwd=stage,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return dict(re.findall(r"^\s*(\S+__mutmut_\d+): (.+)$", told, re.MULTILINE))


def broken(
    databases: str, modules: tuple[str, ...], sample: int, only: tuple[str, ...] = ()
) -> dict[str, str]:
    """Run the changes of some of the gate's modules; return what became of each; print those unnoticed."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found.json"
        seed = os.environ.get("LEADRUSH_SEED", "2026-11-22")
        asked = {
            "files": [f"src/leadrush/gate/{module}.py" for module in modules],
            "sample": sample,
            "only": only,
            "seed": seed,
            "found": str(found),
        }
        environment = {
            **os.environ,
            "HYPOTHESIS_PROFILE": "mutants",
            "PYTHONHASHSEED": "0",
            "TEST_DATABASES": databases,
            "LEADRUSH_BREAK": json.dumps(asked),
        }
        pytest = [sys.executable, "-m", "pytest", "-p", "tests.rig.breaking", "-s", "-q"]
        subprocess.run([*pytest, "src/leadrush/gate/tests"], cwd=ROOT, env=environment, check=False)
        if not found.exists():
            sys.exit(f"The changes of the gate on {databases} were not tried.")
        told = json.loads(found.read_text(encoding="utf-8"))
    outcomes: dict[str, str] = told["outcomes"]
    print(f"{databases}: {len(outcomes)} of {told['of']} changes, LEADRUSH_SEED={seed}")
    for name, diff in told["diffs"].items():
        print(f"{name}: {outcomes[name]}\n{diff}")
    return outcomes


def gate(*chosen: str) -> dict[str, str]:
    """Break the gate on SQLite, and on PostgreSQL what is its own or went unnoticed; return the outcomes."""
    sample = sum(int(one) for one in chosen if one.isdigit())
    only = tuple(one for one in chosen if "__mutmut_" in one)
    named = {one for one in chosen if one not in only and not one.isdigit()}
    named |= {module for module in (*GATE["sqlite"], *GATE["postgresql"]) if any(map(within(module), only))}
    on_sqlite, on_postgresql = (
        tuple(one for one in modules if not named or one in named) for modules in GATE.values()
    )
    found = broken("sqlite", on_sqlite, sample, only) if on_sqlite else {}
    again = tuple(change for change, outcome in found.items() if outcome not in NOTICED)
    modules = tuple(module for module in on_sqlite if any(map(within(module), again)))
    if modules:
        found |= broken("postgresql", modules, 0, again)
    if on_postgresql:
        found |= broken("postgresql", on_postgresql, sample, only)
    return found


def within(module: str) -> Callable[[str], bool]:
    """Return whether a change is one of this module of the gate."""
    dotted = f"leadrush.gate.{module.replace('/', '.')}.x"
    return lambda change: change.startswith(dotted)


def main(name: str, *chosen: str) -> int:
    """Break the target, print what went unnoticed, return the exit code."""
    found = gate(*chosen) if name == "gate" else outcomes(name, TARGETS[name], *chosen)
    explained = set(re.findall(rf"`(leadrush\.{name}\.\S+__mutmut_\d+)`", PAGE.read_text(encoding="utf-8")))
    if chosen:
        explained &= set(found)
    unnoticed = {change for change, outcome in found.items() if outcome not in NOTICED}
    print(", ".join(f"{count} {outcome}" for outcome, count in Counter(found.values()).most_common()))
    for change in sorted(unnoticed - explained):
        print(f"nobody noticed {change}: {found[change]}")
    for change in sorted(explained - unnoticed):
        print(f"docs/proof.md explains {change}, which is {found.get(change, 'gone')}")
    return int(not found or unnoticed != explained)


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("gate", *TARGETS):
        sys.exit("usage: python -m tests.proof statement [modules] | gate [so many | modules | changes]")
    sys.exit(main(*sys.argv[1:]))
