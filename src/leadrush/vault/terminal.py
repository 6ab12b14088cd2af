"""`leadrush rotate-key`: another master key, while the site runs. `leadrush clock`: is it believed."""

from __future__ import annotations

from pathlib import Path

import click

BACKUPS = "Backups of the keys that were made before open only with the former master key."


@click.command("rotate-key")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "--old-to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Put the former master key into this file, outside the site's folder, for backups made before.",
)
def rotate_key(dry_run: bool, old_to: Path | None) -> None:
    """Exchange the master key for a new one while the site runs; may be killed and called again."""
    from leadrush.vault import rotating
    from leadrush.vault.sealing import KeyFault

    try:
        ahead = rotating.ahead()
        if ahead.under_way:
            click.echo(f"A rotation is under way: {ahead.left:,} of {ahead.keys:,} keys are left.")
        if dry_run:
            click.echo(
                f"{ahead.left:,} keys and the root would be wrapped under a new master key, {rotating.BATCH} "
                f"at a time. {BACKUPS} Nothing was done."
            )
            return
        if old_to is not None:
            put_away(old_to)
        count = rotating.rotate(click.echo)
    except KeyFault as fault:
        raise click.ClickException(str(fault)) from None
    except OSError as fault:
        raise click.ClickException(f"{fault.filename}: {fault.strerror}. Call this again.") from None
    click.echo(
        f"{count:,} keys and the root open with the new master key; nothing in the keys database opens with "
        "the former one."
    )
    if rotating.by_hand():
        click.echo(
            "Now set LEADRUSH_MASTER_KEY to what LEADRUSH_MASTER_KEY_NEXT is, take the latter out, and "
            f"restart the site. {BACKUPS} Keep it sealed away for 7 days, or make a new backup of them now."
        )
    elif old_to is not None:
        click.echo(f"{BACKUPS} It is in {old_to}: keep it sealed away for 7 days, then destroy it.")
    else:
        click.echo(f"{BACKUPS} It is gone from here: make a new backup of the keys now.")


def put_away(file: Path) -> None:
    """Write the former master key into a file outside the site's folder, unless it is in it already."""
    from django.conf import settings

    from leadrush.vault import rotating

    if file.resolve().is_relative_to(Path(settings.DATA).resolve()):
        raise click.ClickException(f"{file} is inside the site's folder: put the former key somewhere else.")
    key = rotating.former()
    if file.exists():
        if file.read_text(encoding="ascii", errors="replace").strip() != key:
            raise click.ClickException(f"{file} holds something else already: name another file.")
        return
    rotating.write(file, key)


@click.command()
@click.option("--confirm", is_flag=True, help="Say that the clock is right: what is over by it is erased.")
@click.option("--dry-run", is_flag=True, help="Count what would be erased at once, and change nothing.")
def clock(confirm: bool, dry_run: bool) -> None:
    """Say whether what erases believes the clock of this machine, or confirm it."""
    from django.utils import timezone

    from leadrush.vault import clocks
    from leadrush.vault.models import Giving

    now = timezone.now()
    since = clocks.doubted(now)
    over = Giving.objects.filter(lapses_at__lte=now, ended_at__isnull=True).count()
    click.echo(f"The clock says {now:%Y-%m-%d %H:%M} UTC. By it, {over:,} givings are over and not ended.")
    if since is None:
        click.echo("It is believed.")
    elif confirm and not dry_run:
        clocks.confirm(now)
        click.echo("Confirmed: what is over is erased within minutes.")
    else:
        click.echo(
            f"It was last known to be right at {since:%Y-%m-%d %H:%M} UTC, so nothing is erased by it. If it "
            "is right, because the site slept: leadrush clock --confirm"
        )


COMMANDS = [rotate_key, clock]
