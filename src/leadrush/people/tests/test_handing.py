"""`leadrush export`: everything about somebody, at the terminal."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from leadrush import vault
from leadrush.ledger import Entry
from leadrush.people import handing, receipts
from leadrush.people.terminal import export
from leadrush.people.tests.conftest import ANA
from leadrush.people.tests.test_take import page, valid
from leadrush.vault.models import Person, PersonKey


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(export, [str(one) for one in arguments])


def test_the_file_is_whole_and_its_owners_alone(ana: Person, tmp_path: Path) -> None:
    vault.choose(person=ana, use="webinars.announce", answer=True, where="people.me")
    file, folder = tmp_path / "ana.json", tmp_path / "receipts"
    done = run("--address", ANA, "--output", file, "--receipts", folder)
    assert done.exit_code == 0, done.output
    told = json.loads(file.read_text())
    valid(told)
    assert ANA in file.read_text()
    assert ANA not in done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (yes,) = receipts.held(ana.pk)
    (receipt,) = folder.iterdir()
    assert receipt.name == f"{yes.record}.jsonld"
    assert stat.S_IMODE(receipt.stat().st_mode) == 0o600
    assert json.loads(receipt.read_text())["@graph"][0]["@type"] == "dpv:ConsentReceipt"
    assert "Receipt 1 of 1" in done.output


def test_its_person_reads_that_it_was_done(as_ana: Client, tmp_path: Path) -> None:
    run("--address", ANA, "--output", tmp_path / "ana.json")
    assert "<b>Whoever runs the machine</b> used what we hold about you to hand all of it to you." in page(
        as_ana, "/me/"
    )


def test_a_dry_run_says_what_would_be_written_and_opens_nothing(ana: Person, tmp_path: Path) -> None:
    before = Entry.objects.count()
    done = run("--address", ANA, "--output", tmp_path / "ana.json", "--receipts", tmp_path / "r", "--dry-run")
    assert done.exit_code == 0
    assert "1  What names you" in done.output
    assert "0 receipts would be written" in done.output
    assert list(tmp_path.iterdir()) == []
    assert Entry.objects.count() == before


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_a_file_that_is_there_is_left_as_it_is(ana: Person, tmp_path: Path, more: list[str]) -> None:
    file, link = tmp_path / "ana.json", tmp_path / "link.json"
    file.write_text("mine")
    link.symlink_to(tmp_path / "nowhere")
    before = Entry.objects.count()
    for taken in (file, link):
        done = run("--address", ANA, "--output", taken, *more)
        assert done.exit_code == 1
        assert "is there already" in done.output
    assert file.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    ("address", "word"),
    [("nobody@mail.example", "Nobody has that address"), ("ana at mail", "name@example.org")],
)
def test_an_address_that_nobody_has_gets_a_word(ana: Person, tmp_path: Path, address: str, word: str) -> None:
    done = run("--address", address, "--output", tmp_path / "x.json")
    assert done.exit_code == 1
    assert word in done.output
    assert list(tmp_path.iterdir()) == []


def test_somebody_whose_key_is_gone_gets_a_word_and_no_file(ana: Person, tmp_path: Path) -> None:
    PersonKey.objects.filter(person=ana.pk).delete()
    done = run("--address", ANA, "--output", tmp_path / "x.json")
    assert done.exit_code == 1
    assert "Nothing is held" in done.output
    assert list(tmp_path.iterdir()) == []


def test_of_a_file_that_cannot_be_written_nothing_is_left(
    ana: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run("--address", ANA, "--output", tmp_path / "no such folder" / "x.json")
    assert done.exit_code == 1
    assert "cannot be written: No such file or directory" in done.output

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(handing.os, "fsync", full)
    done = run("--address", ANA, "--output", tmp_path / "x.json")
    assert done.exit_code == 1
    assert "No space left on device" in done.output
    assert list(tmp_path.iterdir()) == []
