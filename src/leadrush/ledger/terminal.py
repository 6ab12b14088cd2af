"""`leadrush verify`: reads the whole ledger and says whether it is as it was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from leadrush.ledger.faults import Report

WHOLE, FAULTY, UNREAD = 0, 1, 2


@click.command("verify")
@click.option(
    "--anchor", "typed", multiple=True, metavar="DAY:DIGEST", help="The head of a day that you kept."
)
@click.option(
    "--anchor-file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file of heads that you kept: lines of a day and a digest, or heads.json.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.pass_context
def verify(context: click.Context, typed: tuple[str, ...], files: tuple[Path, ...], as_json: bool) -> None:
    """Read the whole ledger, and say whether anything in it was changed, removed, moved or added.

    Ends with 0 if it is whole, with 1 if it is not, with 2 if it could not be read. Whoever can write to the
    database can write all of it anew, or cut off its end: only an anchor that was kept elsewhere shows that.
    The heads of all days are published at /privacy/ledger/.
    """
    from django.db import DatabaseError

    from leadrush.ledger import anchors, verifying

    try:
        texts = [*typed, *(file.read_text(encoding="utf-8") for file in files)]
        kept = anchors.parse(*texts) if texts else {}
        with click.progressbar(length=1, label="Reading the ledger", hidden=as_json) as bar:

            def progress(done: int, of: int) -> None:
                bar.length = of
                bar.update(done - bar.pos)

            report = verifying.check(kept, progress=progress)
    except (OSError, ValueError) as fault:
        _unread(context, f"That is no anchor: {fault}")
    except DatabaseError as fault:
        _unread(context, f"The ledger cannot be read: {str(fault).strip().splitlines()[0]}")
    else:
        click.echo(json.dumps(report.out(), indent=1) if as_json else told(report))
        context.exit(WHOLE if report.whole else FAULTY)


def _unread(context: click.Context, words: str) -> None:
    click.echo(words, err=True)
    context.exit(UNREAD)


def told(report: Report) -> str:
    """Return a report in words."""
    lines = [
        f"{report.entries:,} entries, {report.chained:,} of them chained, {len(report.heads):,} daily heads."
    ]
    if report.waiting:
        since = f", the oldest written at {report.since} UTC" if report.since else ""
        lines.append(f"{report.waiting:,} not chained yet{since}: that is done every other second.")
    lines += [
        f"The head of {day} is {'the one' if met else 'NOT the one'} that you kept."
        for day, met in report.anchors.items()
    ]
    if report.whole:
        lines.append(f"The ledger is whole. Its digest now: {report.digest}")
        if not report.anchors:
            lines.append(
                "Without an anchor this cannot show that its end was cut off, or that all of it was written "
                "anew: give a head that you kept elsewhere, --anchor DAY:DIGEST."
            )
        return "\n".join(lines)
    lines.append(f"THE LEDGER IS NOT WHOLE. First: {report.faults[0]}.")
    lines += [f"  also: {fault}" for fault in report.faults[1:]]
    if report.found > len(report.faults):
        lines.append(f"  and {report.found - len(report.faults):,} more")
    return "\n".join(lines)


COMMANDS = [verify]
