"""`leadrush count-log`: views counted from the log files of a server in front of this site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from leadrush.visits.logs.counting import Found
    from leadrush.visits.models import Import


@click.command("count-log")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--dry-run", is_flag=True, help="Say what would be counted, and write nothing.")
def count_log(files: tuple[Path, ...], dry_run: bool) -> None:
    """Count the views of pages in log FILES: combined, common, or JSON of nginx; packed by gzip as well.

    What is cut short goes on by itself where the site runs, or when the same file is given again. Ends with 1
    if a file could not be counted.
    """
    from leadrush import gate
    from leadrush.gate import evidence
    from leadrush.visits.logs import reading, taking

    wrong = 0
    for file in files:
        try:
            taking.demand_open()
            found = _foretell(file) if dry_run else _count(file)
        except (taking.Unfit, reading.Waits, gate.Closed, evidence.Stopped) as fault:
            wrong += 1
            click.echo(f"{file.name}: {fault}", err=True)
        else:
            wrong += _tell(file.name, found)
    if dry_run:
        click.echo("Nothing was written.")
    if wrong:
        raise SystemExit(1)


def _count(file: Path) -> Import:
    from leadrush.visits.logs import reading, taking

    try:
        row = taking.take(file, file.name)
    except taking.Known as fault:
        if fault.row.state not in taking.UNDER_WAY:
            raise
        row = fault.row
    with click.progressbar(length=row.size, label=file.name) as bar:
        return reading.read_whole(row.pk, lambda so_far: bar.update(so_far.offset - bar.pos))


def _foretell(file: Path) -> Found:
    from leadrush.visits.logs import reading

    with click.progressbar(length=file.stat().st_size, label=file.name) as bar:
        return reading.foretell(file, lambda place: bar.update(place - bar.pos))


def _tell(name: str, found: Import | Found) -> int:
    """Print what was counted; return 1 where it was not counted to its end."""
    rows = (
        (found.lines, "lines"),
        (found.views, "views of pages"),
        (found.programs, "views by programs"),
        (found.aside, "no views: files, forms that were sent, forwarding, errors, the back office"),
        (found.strange, "not understood" + (", beginning with:" if found.samples else "")),
    )
    click.echo(name)
    for count, words in rows:
        click.echo(f"{count:12,}  {words}")
    for line in found.samples:
        click.echo(f"              {line}")
    if found.first and found.last:
        click.echo(f"From {found.first:%Y-%m-%d %H:%M} to {found.last:%Y-%m-%d %H:%M} UTC.")
    if why := getattr(found, "why", ""):
        click.echo(why, err=True)
        return 1
    return 0


COMMANDS = [count_log]
