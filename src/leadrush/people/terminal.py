"""`leadrush sign-in`: lets somebody who runs the site in, without mail."""

from __future__ import annotations

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


COMMANDS = [sign_in]
