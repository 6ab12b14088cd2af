"""A check that cannot fail is none: each fault that the house promises to find is planted, and found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = Path("src/leadrush")


def copy(folder: Path) -> Path:
    """Copy the house into a folder of its own, without what running it left behind."""
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def run(folder: Path, *command: str) -> tuple[int, str]:
    """Run a tool in the copy; return its exit code and all that it said."""
    env = os.environ | {
        "PYTHONPATH": str(folder / "src"),
        "LEADRUSH_DATA": str(folder / "data"),
        "LEADRUSH_MASTER_KEY": "A" * 43 + "=",
        "DJANGO_SETTINGS_MODULE": "leadrush.website.settings",
    }
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=100)
    return done.returncode, done.stdout + done.stderr


def system_checks(folder: Path) -> tuple[int, str]:
    return run(folder, sys.executable, "-m", "django", "check")


def floors(folder: Path) -> tuple[int, str]:
    return run(folder, str(Path(sys.executable).with_name("lint-imports")), "--no-cache")


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / SRC / file
    text = path.read_text()
    assert old in text, f"{file} no longer has {old!r}: plant the fault elsewhere"
    path.write_text(text.replace(old, new, 1))


def add(folder: Path, file: str, text: str) -> None:
    with (folder / SRC / file).open("a") as out:
        out.write(text)


def clause_without_enforcement(folder: Path) -> None:
    change(
        folder,
        "vault/clauses/20-sealed.toml",
        'kept_by = ["leadrush.vault.opening.open_items", "leadrush.vault.keys.Ring", '
        '"leadrush.vault.rekeying.go_on"]',
        "kept_by = []",
    )


def clause_whose_enforcement_is_gone(folder: Path) -> None:
    change(folder, "vault/clauses/20-sealed.toml", "leadrush.vault.keys.Ring", "leadrush.vault.keys.Rung")


def clause_without_a_check(folder: Path) -> None:
    change(folder, "vault/clauses/20-sealed.toml", 'check = "leadrush.vault.keeps.', 'check = "" # ')


def undeclared_column(folder: Path) -> None:
    change(
        folder,
        "vault/models.py",
        "    sealed = models.BinaryField()\n",
        "    sealed = models.BinaryField()\n    nickname = models.TextField(blank=True)\n",
    )


def undeclared_table(folder: Path) -> None:
    add(folder, "webinars/models.py", "\n\nclass Guest(models.Model):\n    nickname = models.TextField()\n")


def view_without_use(folder: Path) -> None:
    add(
        folder,
        "website/urls.py",
        "\nfrom django.http import HttpResponse\n\n"
        'urlpatterns.insert(0, path("peek/", lambda request: HttpResponse()))\n',
    )


def task_without_use(folder: Path) -> None:
    add(
        folder,
        "vault/tasks.py",
        '\n\n@gate.task("vault.peek", use=None, every=60)\ndef peek() -> None:\n    pass\n',
    )


def task_with_an_unknown_use(folder: Path) -> None:
    add(
        folder,
        "vault/tasks.py",
        '\n\n@gate.task("vault.peek", use="vault.peek", every=60)\ndef peek() -> None:\n    pass\n',
    )


def import_that_climbs(folder: Path) -> None:
    add(folder, "vault/lapsing.py", "\n\nfrom leadrush.mailbox import posting  # noqa\n")


def room_that_knows_a_room(folder: Path) -> None:
    add(folder, "webinars/views.py", "\n\nfrom leadrush.accountability import views as others  # noqa\n")


def foreign_key_that_climbs(folder: Path) -> None:
    change(
        folder,
        "mailbox/models.py",
        "    scope = models.CharField(max_length=64)\n",
        "    scope = models.CharField(max_length=64)\n"
        '    webinar = models.ForeignKey("webinars.Webinar", models.CASCADE)\n',
    )


def use_that_no_clause_allows(folder: Path) -> None:
    add(
        folder,
        "webinars/clauses/uses.toml",
        '\n[[use]]\nname = "webinars.resell"\nbit = 61\nheading = "market"\n'
        'purpose = "Marketing"\ntitle = "resell"\n',
    )


def use_for_somebody_else(folder: Path) -> None:
    change(
        folder,
        "webinars/clauses/30-webinar-later.toml",
        'basis = "consent"',
        'basis = "consent"\nrecipients = ["a friend of ours"]',
    )


def table_wider_than_its_clause(folder: Path) -> None:
    change(folder, "mailbox/collects.py", 'categories=("lr:Message",)', 'categories=("lr:Message", "Name")')


def connection_of_the_driver(folder: Path) -> None:
    add(
        folder,
        "vault/lapsing.py",
        "\n\ndef peek() -> None:\n    from django.db import connection\n\n"
        "    connection.connection.execute('select 1')\n",
    )


FAULTS: list[tuple[Callable[[Path], None], Callable[[Path], tuple[int, str]], str]] = [
    (clause_without_enforcement, system_checks, "names nothing that keeps it"),
    (clause_whose_enforcement_is_gone, system_checks, "which does not exist"),
    (clause_without_a_check, system_checks, "names no check that counts"),
    (undeclared_column, system_checks, "vault.item.nickname"),
    (undeclared_table, system_checks, "webinars.guest is declared nowhere"),
    (view_without_use, system_checks, "has no door"),
    (task_without_use, system_checks, "vault.peek"),
    (task_with_an_unknown_use, system_checks, "vault.peek"),
    (import_that_climbs, floors, "leadrush.vault.lapsing -> leadrush.mailbox.posting"),
    (room_that_knows_a_room, floors, "leadrush.webinars.views -> leadrush.accountability.views"),
    (foreign_key_that_climbs, system_checks, "points to a floor that is not below"),
    (use_that_no_clause_allows, system_checks, "webinars.resell stands in no clause"),
    (use_for_somebody_else, system_checks, "goes to us, not to"),
    (table_wider_than_its_clause, system_checks, "says nothing about Name"),
    (connection_of_the_driver, system_checks, "vault/lapsing.py"),
]


@pytest.mark.parametrize("check", [system_checks, floors])
def test_the_house_as_it_is_passes(tmp_path: Path, check: Callable[[Path], tuple[int, str]]) -> None:
    code, said = check(copy(tmp_path))
    assert code == 0, said


@pytest.mark.parametrize(("plant", "check", "word"), FAULTS, ids=[plant.__name__ for plant, _, _ in FAULTS])
def test_a_planted_fault_is_found(
    tmp_path: Path, plant: Callable[[Path], None], check: Callable[[Path], tuple[int, str]], word: str
) -> None:
    folder = copy(tmp_path)
    plant(folder)
    code, said = check(folder)
    assert code != 0, f"nothing noticed: {said}"
    assert word in said
