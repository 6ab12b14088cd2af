"""The folder of everything a site writes: closed to others, its keys apart, used by one site at a time."""

from __future__ import annotations

import base64
import fcntl
import os
import shutil
from pathlib import Path
from typing import IO

import click


class Stop(click.ClickException):
    """A reason not to go on, in one sentence for the terminal."""

    def show(self, file: IO[str] | None = None) -> None:
        """Print the sentence, and nothing around it."""
        click.echo(self.message, err=True, file=file)


def make(data: Path) -> None:
    """Make the folder and the one of the keys below it, both for their owner only."""
    for folder in (data, data / "keys"):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        except OSError as error:
            raise Stop(f"The data folder {folder} cannot be used: {error.strerror}.") from None
    if not os.access(data, os.W_OK | os.X_OK):
        raise Stop(f"The data folder {data} cannot be written to.")


def restore_journal(data: Path) -> Path:
    """Return the file that is there from the first step of a restore until its last."""
    return data / "restore" / "journal.json"


def not_half_restored(data: Path) -> None:
    """Stop where a restore was cut short: what is here is neither what was nor what is to be."""
    if restore_journal(data).exists():
        raise Stop(
            f"A restore in {data} did not end. Run `leadrush restore`, without a file: it goes on from there."
        )


def forget_unbegun(data: Path) -> None:
    """Remove what a restore left that was killed before it had begun; called while the folder is taken.

    It holds parts of backups, keys among them, which are kept for days only.
    """
    if not restore_journal(data).exists():
        shutil.rmtree(restore_journal(data).parent, ignore_errors=True)


def lock(data: Path) -> IO[str]:
    """Take the folder for this process, until it ends however it ends; raises Stop if it is taken."""
    file = (data / "running.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Stop(f"A site already runs on the data folder {data}; end that one first.") from None
    return file


def new_key() -> str:
    """Return 32 random bytes as base64url text, as the vault writes a master key."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def write_once(file: Path, text: str) -> None:
    """Write a file that only its owner can read, on the disk before this returns; never replaces one."""
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w") as writing:
        writing.write(text + "\n")
        writing.flush()
        os.fsync(writing.fileno())


def secret_key(data: Path) -> str:
    """Return the key that signs sessions and forms, from the environment or its file, made when missing.

    A new one costs nobody anything but a sign-in, so its absence is no fault.
    """
    if given := os.environ.get("LEADRUSH_SECRET_KEY"):
        return given
    file = data / "keys" / "secret.key"
    if not file.exists():
        write_once(file, new_key())
    return file.read_text().strip()
