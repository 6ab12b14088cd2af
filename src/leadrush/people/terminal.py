"""`leadrush sign-in` lets in whoever runs the site; `leadrush export` hands over all about somebody."""

from __future__ import annotations

from pathlib import Path

import click


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


COMMANDS = [sign_in, export]
