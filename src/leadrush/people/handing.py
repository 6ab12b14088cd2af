"""Handing a file over at the terminal: whole, for its owner's eyes, and never over another one."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path

from leadrush.people import along, receipts
from leadrush.vault import rights, taking

OWN = 0o600
Say = Callable[[str], object]


class Refused(RuntimeError):
    """The file cannot be written; the message says why, and nothing of it is left behind."""


def foretell(person_id: uuid.UUID, output: Path, folder: Path | None, say: Say) -> None:
    """Say what would be written, opening nothing. Raises `Refused` where writing would."""
    refuse_to_overwrite(output)
    for title, count in taking.counts(person_id):
        say(f"{count:7,}  {title}")
    say(f"{rights.count(person_id):7,}  uses")
    say(f"Would be written to {output}.")
    yeses = receipts.held(person_id)
    if folder is not None:
        say(f"{len(yeses)} receipts would be written into {folder}.")


def hand_over(person_id: uuid.UUID, output: Path, folder: Path | None, say: Say) -> None:
    """Write everything that is held about a person to a new file, and each receipt into a folder.

    Raises `Refused` when a file is there already, before anything is opened, or when it cannot be written.
    """
    refuse_to_overwrite(output)
    say("Reading what is held ...")
    taken = along.take(person_id)
    text = along.text(taken)
    say(f"{len(taken.things):,} things, {len(taken.used):,} uses, {len(taken.yeses):,} receipts.")
    write(output, text)
    say(f"Written to {output} ({len(text.encode()):,} bytes). Only you can read it.")
    if folder is None:
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise Refused(f"{folder} cannot be made: {fault.strerror}.") from fault
    for place, yes in enumerate(taken.yeses, 1):
        told = json.dumps(receipts.document(yes), ensure_ascii=False, indent=1)
        write(folder / f"{yes.record}.jsonld", f"{told}\n")
        say(f"Receipt {place} of {len(taken.yeses)}: {folder / f'{yes.record}.jsonld'}")


def refuse_to_overwrite(file: Path) -> None:
    """Raise `Refused` when something is there already."""
    if os.path.lexists(file):
        raise Refused(f"{file} is there already. Nothing was written: choose another name with --output.")


def write(file: Path, text: str) -> None:
    """Write a new file that only its owner can read, whole or not at all."""
    refuse_to_overwrite(file)
    try:
        # Made by whoever writes it, and by nobody before: a link that waits there is not followed.
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN)
    except OSError as fault:
        raise Refused(f"{file} cannot be written: {fault.strerror}.") from fault
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
    except OSError as fault:
        file.unlink(missing_ok=True)
        raise Refused(f"{file} cannot be written: {fault.strerror}. Nothing of it was left.") from fault
