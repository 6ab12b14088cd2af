"""`leadrush publish`: what would change and for whom is said first, and publishing twice publishes once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client

from leadrush import gate
from leadrush.accountability import drafting, terminal
from leadrush.accountability.tests.changes.conftest import Welcome
from leadrush.gate import rooms
from leadrush.gate.models import Version
from leadrush.statement import Room
from leadrush.website import founding


def run(*arguments: str, answer: str = "") -> tuple[int, str]:
    told = CliRunner().invoke(terminal.publish, arguments, input=answer)
    return told.exit_code, told.output


@pytest.fixture
def shorter(tmp_path: Path) -> str:
    file = tmp_path / "draft.json"
    file.write_text(json.dumps({"filled": {"webinar-seat": {"days": 14}}}))
    return str(file)


def test_a_dry_run_says_what_would_change_and_for_how_many_and_publishes_nothing(
    welcome: Welcome, shorter: str
) -> None:
    welcome("ana@mail.example")
    code, said = run("--draft", shorter, "--dry-run")
    assert code == 0
    assert "webinar-seat: reads otherwise" in said
    assert "Narrower: " in said and "16 days less" in said
    assert "It concerns 1 of 1 people" in said
    assert run("--draft", shorter, answer="n")[0] == 1
    assert Version.objects.count() == 1


def test_what_is_published_is_in_force_when_the_command_ends_and_a_second_time_changes_nothing(
    welcome: Welcome, shorter: str
) -> None:
    welcome("ana@mail.example")
    code, said = run("--draft", shorter, "--yes")
    assert code == 0 and "Version 2 is in force." in said
    assert gate.force().number == 2
    code, said = run("--draft", shorter, "--yes")
    assert code == 0 and "Nothing to publish: version 2 says the same." in said
    assert Version.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("no JSON", "Expecting value"),
        ('{"filled": {"webinar-seat": {"days": 4000}}}', "write a whole number from 1 to 365"),
        ('{"left_out": ["webinar-seat"]}', "cannot be left out"),
        ('{"filled": {"no-such-clause": {}}}', "there is no clause named no-such-clause"),
    ],
)
def test_a_draft_that_cannot_be_published_is_answered_in_words(
    business: object, tmp_path: Path, text: str, word: str
) -> None:
    file = tmp_path / "draft.json"
    file.write_text(text)
    code, said = run("--draft", str(file), "--yes")
    assert code == 1 and word in said


def test_after_an_upgrade_a_new_clause_waits_and_the_owner_is_told_where_they_look(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert drafting.waiting() == []
    assert "shelf-wish" not in owner.get("/console/").content.decode()
    installed = rooms.all()
    sealed = next(one for room in installed for one in room.clauses if one.slug == "sealed")
    shelf = Room("shelf", (), (), (replace(sealed, slug="shelf-wish", room="shelf"),))
    monkeypatch.setattr(rooms, "all", lambda: [*installed, shelf])
    assert drafting.waiting() == founding.clauses_that_wait() == ["shelf-wish"]
    assert "shelf-wish" in owner.get("/console/").content.decode()
    assert "shelf-wish" in founding.welcome("http://localhost:8000")
    code, said = run("--yes")
    assert code == 0 and "shelf-wish: new" in said
    assert drafting.waiting() == []
