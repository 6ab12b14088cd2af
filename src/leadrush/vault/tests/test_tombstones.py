"""Tombstones: durable before anything is erased, whole after a crash, and seen by every process at once."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from leadrush.vault import tombstones
from leadrush.vault.tombstones import ITEM, JOINED, PERSON, append, erased, make, read


@pytest.fixture(autouse=True)
def file(tmp_path: Path, settings: Any) -> Path:
    settings.TOMBSTONES = tmp_path / "tombstones" / "erased.jsonl"
    return tmp_path / "tombstones" / "erased.jsonl"


def test_what_was_written_is_read_back_and_only_its_owner_can(file: Path) -> None:
    one, giving = uuid.uuid4(), uuid.uuid4()
    stones = [make(PERSON, one), make(ITEM, one, label="vault.item", row="17", giving=giving, itself="ab")]
    append(*stones)
    assert read() == stones
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_without_a_file_nobody_is_erased_and_nothing_is_read() -> None:
    assert read() == []
    assert erased({uuid.uuid4()}) == set()


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_half_a_line_that_a_crash_left_is_no_tombstone_and_spoils_none(file: Path, cut: int) -> None:
    first, half, next_one = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    append(make(PERSON, first), make(PERSON, half))
    os.truncate(file, file.stat().st_size - cut)
    assert [stone.whom for stone in read()] == [first]
    assert erased({first, half}) == {first}
    append(make(PERSON, next_one))
    assert [stone.whom for stone in read()] == [first, next_one]
    assert erased({first, half, next_one}) == {first, next_one}


@pytest.mark.parametrize("written", [0, 10, 150])
def test_on_a_full_disk_nothing_is_written_and_it_says_so(
    file: Path, written: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = uuid.uuid4()
    append(make(PERSON, first))
    real = os.write

    def full(handle: int, text: bytes) -> int:
        real(handle, text[:written])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(tombstones.Unwritten, match="nothing was erased"):
        append(make(PERSON, uuid.uuid4()), make(PERSON, uuid.uuid4()))
    monkeypatch.undo()
    assert file.read_bytes().endswith(b"\n")
    assert [stone.whom for stone in read()] == [first]


def test_a_folder_that_cannot_be_written_says_so(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.parent.parent.joinpath("tombstones").write_text("a file where the folder should be")
    with pytest.raises(tombstones.Unwritten, match="nothing was erased"):
        append(make(PERSON, uuid.uuid4()))


def test_a_line_that_somebody_changed_is_told_and_the_others_still_refuse(file: Path) -> None:
    first, last = uuid.uuid4(), uuid.uuid4()
    append(make(PERSON, first))
    with file.open("ab") as handle:
        handle.write(b'{"what": "person"}\n')
    append(make(PERSON, last))
    with pytest.raises(tombstones.Damaged, match="Line 2"):
        read()
    assert erased({first, last}) == {first, last}


def test_what_another_process_writes_refuses_here_at_once(file: Path) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    append(make(PERSON, one))
    assert erased({other}) == set()
    code = (
        "import sys, uuid; from django.conf import settings; settings.configure(TOMBSTONES=sys.argv[1],"
        "USE_TZ=True); from leadrush.vault import tombstones as t;"
        "t.append(t.make(t.PERSON, uuid.UUID(sys.argv[2])))"
    )
    subprocess.run([sys.executable, "-c", code, str(file), str(other)], check=True, env=os.environ)
    assert erased({one, other, uuid.uuid4()}) == {one, other}


def test_a_file_that_was_put_back_is_read_from_its_beginning(file: Path) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    append(make(PERSON, one))
    earlier = file.read_bytes()
    append(make(PERSON, other))
    assert erased({one, other}) == {one, other}
    file.write_bytes(earlier)
    assert erased({one, other}) == {one}


def test_records_that_were_joined_are_found_however_long_the_chain(file: Path) -> None:
    first, second, third = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    append(make(JOINED, first, row=str(second)), make(JOINED, second, row=str(third)))
    assert tombstones.went_into(third) == {first, second, third}
    assert tombstones.went_into(first) == {first}
    assert erased({first, second, third}) == set()


def test_a_tombstone_names_nobody(file: Path) -> None:
    append(make(PERSON, uuid.uuid4()))
    assert set(__import__("json").loads(file.read_text())) == {"when", "what", "whom"}
