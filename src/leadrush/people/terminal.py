"""`sign-in` lets in whoever runs the site; `export` hands over all about somebody, `erase` erases it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from leadrush.vault.plans import Plan


@click.command("sign-in")
@click.option("--address", help="Whose; without it, the owner who was first.")
@click.option("--site", default="", help="How the site is reached, when that is not SITE_URL.")
def sign_in(address: str | None, site: str) -> None:
    """Print a link that signs in one of those who run the site, once, within 15 minutes."""
    from django.core.exceptions import ValidationError

    from leadrush import vault
    from leadrush.people import letting_in
    from leadrush.vault.models import Person, Role

    try:
        person = (
            vault.find(address)
            if address
            else Person.objects.filter(role=Role.OWNER, is_active=True).order_by("joined_at").first()
        )
    except ValidationError as fault:
        raise click.ClickException(" ".join(fault.messages)) from None
    if person is None or not person.is_staff:
        raise click.ClickException("Nobody who runs this site has that address.")
    click.echo(letting_in.make_link(person, site))
    click.echo("Good once, for 15 minutes.")


@click.command("export")
@click.option("--address", required=True, help="Whose.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file [business and day .json]."
)
@click.option(
    "--receipts", type=click.Path(path_type=Path, file_okay=False), help="Also each receipt, in this folder."
)
@click.option("--dry-run", is_flag=True, help="Say what would be written; open and write nothing.")
def export(address: str, output: Path | None, receipts: Path | None, dry_run: bool) -> None:
    """Write everything that is held about somebody into a file that only its owner can read.

    The person sees in their list of uses that it was done.
    """
    from django.core.exceptions import ValidationError

    from leadrush import gate, vault
    from leadrush.ledger import Unwritten
    from leadrush.people import along, handing

    try:
        person = vault.find(address)
    except ValidationError as fault:
        raise click.ClickException(" ".join(fault.messages)) from None
    if person is None:
        raise click.ClickException(
            "Nobody has that address here, so nothing is held and nothing was written."
        )
    output = output or Path(along.file_name("json"))
    with gate.using("rights.own", actor=gate.Actor("program", "leadrush export"), what=along.WHAT):
        try:
            if dry_run:
                handing.foretell(person.pk, output, receipts, click.echo)
            else:
                handing.hand_over(person.pk, output, receipts, click.echo)
        except (handing.Refused, along.Gone, Unwritten) as fault:
            raise click.ClickException(str(fault)) from None


@click.command("erase")
@click.option("--address", help="Whose, by the whole address.")
@click.option("--person", help="Whose, by the number under which the site knows them.")
@click.option("--dry-run", is_flag=True, help="Say what would go and what must stay; erase nothing.")
@click.option("--yes", is_flag=True, help="Erase without asking once more.")
def erase(address: str | None, person: str | None, dry_run: bool, yes: bool) -> None:
    """Erase everything about one person, as they can themselves at /me/erase/."""
    from leadrush import gate, ledger
    from leadrush.people import leaving
    from leadrush.vault import erasing, plans, tombstones

    number = _number(address, person)
    with gate.using("rights.own", actor=gate.Actor("program", "leadrush erase"), what="people.erase"):
        plan = plans.plan(number)
    _say(plan)
    if dry_run:
        click.echo("Nothing was erased.")
        return
    if plan.last_owner:
        raise click.ClickException("This is the only owner: name another one first.")
    if not yes:
        click.confirm("Erase?", abort=True)
    click.echo("Writing down that it is to go, then the way in, the rows, the key ...")
    try:
        erasure = leaving.by_the_owner(number)
    except erasing.LastOwner:
        raise click.ClickException("This is the only owner: name another one first.") from None
    except (ledger.Unwritten, tombstones.Unwritten) as fault:
        raise click.ClickException(f"Nothing was erased. {fault}") from None
    if erasure is None:
        click.echo("They were erased already.")
        return
    click.echo(f"Erased: {erasure.things}. Kept by law: {erasure.kept}. Receipt: {erasure.code}")
    click.echo("The last letter to them leaves within the hour; then its address and its key go as well.")


def _number(address: str | None, person: str | None) -> uuid.UUID:
    """Return whose number is meant. Raises `click.ClickException`."""
    from django.core.exceptions import ValidationError

    from leadrush import vault
    from leadrush.vault.models import Person

    if bool(address) == bool(person):
        raise click.ClickException("Say whose: --address or --person.")
    try:
        found = vault.find(address) if address else Person.objects.filter(pk=uuid.UUID(person)).first()
    except ValidationError as fault:
        raise click.ClickException(" ".join(fault.messages)) from None
    except ValueError:
        raise click.ClickException("--person takes a number of 32 hex figures.") from None
    if found is None:
        raise click.ClickException("Nobody here has that address or number.")
    return found.pk


def _say(plan: Plan) -> None:
    """Say a plan in words; no value is opened for it."""
    from leadrush.vault import copies

    click.echo(f"Goes now: {plan.count}")
    for going in plan.goes:
        click.echo(f"  {len(going.keys):5}  {going.title}")
    click.echo(f"Must stay: {plan.staying}")
    for staying in plan.stays:
        click.echo(f"  {len(staying.keys):5}  {staying.title}, until {staying.until}: {staying.law}")
    held = copies.now()
    if held.last is None:
        click.echo("Backups: this site has no copy of the keys.")
    else:
        click.echo(f"Backups: {len(held.lapses)} copies of the keys hold them, until {held.last:%Y-%m-%d}.")


COMMANDS = [sign_in, export, erase]
