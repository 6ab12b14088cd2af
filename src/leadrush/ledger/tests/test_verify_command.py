"""`leadrush verify`: what it says, and the number it ends with."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import connections

from leadrush.ledger import anchors, terminal
from leadrush.ledger.models import Entry
from leadrush.ledger.tests.tampering import BEGAN, by_hand, write

pytestmark = pytest.mark.django_db
DIGEST = "0123456789abcdef" * 4


def verify(*arguments: str) -> Result:
    return CliRunner().invoke(terminal.verify, arguments)


def test_a_whole_ledger_is_said_to_be_whole_and_what_that_does_not_show(chained: list[Entry]) -> None:
    write(2, began=BEGAN + timedelta(days=4))
    said = verify()
    assert said.exit_code == 0
    for words in (
        "14 entries, 12 of them chained, 3 daily heads",
        "2 not chained yet, the oldest written at 2026-03-05 09:00:00 UTC",
        "The ledger is whole",
        "Without an anchor",
    ):
        assert words in said.output


def test_with_an_anchor_it_says_that_the_head_is_the_one_that_was_kept(
    chained: list[Entry], kept: dict[date, str], tmp_path: Path
) -> None:
    day, digest = max(kept.items())
    file = tmp_path / "heads.txt"
    file.write_text("".join(f"{day} {digest.upper()}\n" for day, digest in kept.items()))
    said = verify("--anchor", f"{day}:{digest}", "--anchor-file", str(file))
    assert said.exit_code == 0 and "Without an anchor" not in said.output
    assert said.output.count("is the one that you kept") == 3


def test_a_fault_is_said_with_its_kind_place_entry_and_day(chained: list[Entry]) -> None:
    by_hand("UPDATE ledger_entry SET what = 'x' WHERE id IN (%s, %s)", chained[5].pk, chained[9].pk)
    said = verify()
    assert said.exit_code == 1
    assert (
        f"First: an entry, or its digest, was changed (at place 6, entry {chained[5].pk}, "
        "up to the head of 2026-03-02)"
    ) in said.output
    assert "also: an entry" in said.output


def test_a_ledger_from_a_backup_is_shorter_than_the_heads_that_were_published(
    chained: list[Entry], kept: dict[date, str]
) -> None:
    by_hand("DELETE FROM ledger_entry WHERE id >= %s", chained[8].pk)
    by_hand("DELETE FROM ledger_link WHERE place > 8")
    by_hand("DELETE FROM ledger_head WHERE place > 8")
    day, digest = max(kept.items())
    said = verify("--anchor", f"{day}:{digest}")
    assert said.exit_code == 1
    assert f"The head of {day} is NOT the one that you kept" in said.output
    assert "the ledger was cut off at the end (at place 9, up to the head of 2026-03-03)" in said.output


def test_as_json_it_says_the_same_to_programs(chained: list[Entry], kept: dict[date, str]) -> None:
    day, digest = min(kept.items())
    said = verify("--json", "--anchor", f"{day}:{digest}")
    found = json.loads(said.stdout)
    assert said.exit_code == 0 and found["whole"] and found["chained"] == 12
    assert found["anchors"] == {"2026-03-01": True} and len(found["digest"]) == 64
    by_hand("DELETE FROM ledger_entry WHERE id = %s", chained[0].pk)
    found = json.loads(verify("--json").stdout)
    assert found["faults"] == [{"kind": "removed", "place": 1, "entry": chained[0].pk, "day": "2026-03-01"}]


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("yesterday", "write DAY:DIGEST"),
        ("2026-03-01:abc", "64 from 0-9"),
        (f"2026-02-30:{DIGEST}", "no day of the calendar"),
        (f"2026-03-01:{DIGEST} 2026-03-01:{DIGEST[::-1]}", "two different digests"),
        ('{"heads": 4}', "not the heads.json"),
        ("{" * 5000, "not the heads.json"),
        ("", "write DAY:DIGEST"),
    ],
)
def test_what_is_no_anchor_gets_a_word_and_ends_with_2(chained: list[Entry], typed: str, word: str) -> None:
    said = verify("--anchor", typed)
    assert said.exit_code == 2 and word in said.output


def test_a_file_that_is_no_text_gets_a_word(chained: list[Entry], tmp_path: Path) -> None:
    file = tmp_path / "heads.bin"
    file.write_bytes(bytes([0xFF, 0xFE, 0]))
    said = verify("--anchor-file", str(file))
    assert said.exit_code == 2 and "That is no anchor" in said.output


def test_a_ledger_that_cannot_be_read_ends_with_2(chained: list[Entry]) -> None:
    with connections["ledger"].cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_link RENAME TO ledger_lost")
    said = verify()
    assert said.exit_code == 2 and "The ledger cannot be read" in said.output


def test_an_empty_ledger_is_whole_and_meets_no_anchor(db: None) -> None:
    assert verify().exit_code == 0
    assert verify("--anchor", f"2026-03-01:{DIGEST}").exit_code == 1


def test_an_anchor_is_read_from_lines_from_json_and_as_it_is_typed() -> None:
    for text in (
        f"2026-03-01:{DIGEST}",
        f"# kept by Ana\n\n2026-03-01 {DIGEST.upper()}\n",
        json.dumps({"heads": [{"day": "2026-03-01", "entries": 12, "digest": DIGEST}]}),
    ):
        assert anchors.parse(text) == {date(2026, 3, 1): DIGEST}
