"""`leadrush backup data` and `leadrush backup keys`."""

from __future__ import annotations

from pathlib import Path

import click

folder_argument = click.argument("dest", required=False, type=click.Path(path_type=Path, file_okay=False))
dry_option = click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")


@click.group()
def backup() -> None:
    """Make a backup: of the data, or of the keys, each in a folder of its own."""


@backup.command("data")
@folder_argument
@dry_option
@click.option("--keep", type=click.IntRange(1), help="Afterwards keep so many of them, the newest.")
def data(dest: Path | None, dry_run: bool, keep: int | None) -> None:
    """Write site, ledger, pictures and translations into one file in DEST [LEADRUSH_BACKUPS]."""
    from leadrush.website.backups import engines, making

    engines.ready()
    making.data(dest, say=click.echo, dry=dry_run, keep=keep)


@backup.command("keys")
@folder_argument
@dry_option
def keys(dest: Path | None, dry_run: bool) -> None:
    """Write the keys database, never the master key, into one file in DEST [LEADRUSH_KEY_BACKUPS]."""
    from leadrush.website.backups import engines, making

    engines.ready()
    making.keys(dest, say=click.echo, dry=dry_run)


COMMANDS = [backup]
