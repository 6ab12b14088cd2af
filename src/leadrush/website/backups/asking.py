"""A restore as somebody at a terminal has it: looked at, asked about, done."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from leadrush.website.backups import checking, engines, packing, restoring
from leadrush.website.running.folder import Stop


def restore(data: Path | None, key: Path | None, *, dry: bool, yes: bool, late: bool, clock: bool) -> None:
    """Look, ask, and put back; or end what was begun. Raises `Stop` with one sentence."""
    begun = restoring.under_way()
    if begun is not None:
        _go_on(begun, given=bool(data or key), dry=dry, clock=clock)
        return
    if data is None and key is None:
        raise Stop("Say what to restore: --data FILE, --keys FILE, or both.")
    said: list[str] = []  # a line in the middle of a bar would tear it
    with _bar("Reading", data, key) as moved:
        plan = checking.look(data, key, late=late, clock=clock, say=said.append, moved=moved)
    for alias in plan.aliases:
        engines.claim(alias)
    for told in (plan.data, plan.keys):
        if told is not None:
            said.append(
                f"A whole backup of the {told['kind']}, made {told['made_at'][:16]} UTC by LeadRush "
                f"{told['program']}, which knew {told['tombstones']:,} tombstones."
            )
    click.echo("\n".join(said))
    if dry:
        click.echo("Nothing was changed.")
        return
    if not yes:
        _agree()
    with _bar("Laying out", data, key) as moved:
        restoring.lay_out(plan, data, key, moved=moved)
    restoring.go(plan, say=click.echo)


def _go_on(begun: checking.Plan, *, given: bool, dry: bool, clock: bool) -> None:
    if given:
        raise Stop("A restore was begun and did not end: run `leadrush restore` without a file first.")
    if dry:
        click.echo(f"Would end the restore that was begun at {begun.begun_at[:16]} UTC.")
        return
    begun.clock = begun.clock or clock
    restoring.go(begun, say=click.echo)


def _agree() -> None:
    if not sys.stdin.isatty():
        raise Stop("Nothing was changed. Add --yes to replace what is here.")
    if not click.confirm("Replace what is here, and destroy it once that is done?"):
        raise Stop("Nothing was changed.")


@contextmanager
def _bar(label: str, *files: Path | None) -> Iterator[packing.Moved]:
    sizes = (file.stat().st_size for file in files if file is not None and file.exists())
    with click.progressbar(length=max(1, sum(sizes)), label=label) as bar:
        yield bar.update
