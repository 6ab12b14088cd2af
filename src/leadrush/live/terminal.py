"""`leadrush machines`: those that carry live rooms, where one is not enough."""

from __future__ import annotations

import os

import click


@click.group("machines")
def machines() -> None:
    """Add machines that carry sound and pictures of live rooms, list them, drain them, take them out."""


@machines.command("add")
@click.argument("name")
@click.option("--api", required=True, help="Its address in a private network, or of a tunnel to it.")
@click.option("--listen", default="", help="Where it listens itself, if that is another address.")
@click.option("--rtp", default="", help="Where it takes media of your other machines [the same].")
@click.option("--api-port", type=click.IntRange(1, 65535), default=8088, show_default=True)
@click.option("--admin-port", type=click.IntRange(1, 65535), default=7088, show_default=True)
@click.option("--places", type=click.IntRange(1), help="How many may watch there at once [LIVE_WATCHERS].")
@click.option("--recordings", default="", help="Its folder of recordings, as this machine reaches it.")
@click.option("--records-to", default="", help="The same folder, as that machine calls it.")
@click.option("--ports", default="", help="UDP ports for media [20000-29999].")
@click.option("--address", default="", help="Its public address, where it has another one itself.")
@click.option("--interfaces", default="", help="Addresses or interfaces for media, if not all.")
def add(name: str, records_to: str, ports: str, **given: object) -> None:
    """Add the machine NAME, or change it; say what is to be set up there."""
    from leadrush.live import adding
    from leadrush.live.plane import machine

    records_to, ports = records_to or adding.RECORDS_TO, ports or machine.PORTS
    try:
        there = adding.add(name=name, records_to=records_to, ports=ports, **given)  # type: ignore[arg-type]
    except adding.Refused as fault:
        raise click.ClickException(str(fault)) from None
    click.echo("\n".join(adding.steps(name, there, ports=ports)))
    if not given["recordings"]:
        click.echo(
            "Its recordings are not reached from here: rooms that may be recorded are opened elsewhere."
        )
    if machine.private(os.environ).startswith("127.") and not str(given["api"]).startswith("127."):
        click.echo(
            "Set LIVE_RTP to this machine’s address in that network: without it nothing can be sent here, "
            "neither to watchers nor for HLS."
        )


@machines.command("list")
def show() -> None:
    """List them: how many watch there, how many may, which rooms, and whether they answer."""
    from leadrush import gate
    from leadrush.live import machines_seen

    with gate.using("live.host", actor=gate.Actor("program", "leadrush machines")):
        rows = machines_seen.seen()
    if not rows:
        click.echo("This machine is the only one.")
    for row in rows:
        click.echo(f"{row.name:<20} {row.watch}/{row.places} watch, {row.rooms} rooms, {row.state}")


@machines.command("drain")
@click.argument("name")
def drain(name: str) -> None:
    """Bring no new rooms and watchers to NAME; what is there stays."""
    _take(name, takes=False)


@machines.command("fill")
@click.argument("name")
def fill(name: str) -> None:
    """Bring rooms and watchers to NAME again."""
    _take(name, takes=True)


def _take(name: str, *, takes: bool) -> None:
    from leadrush.live import adding

    try:
        adding.drain(name, takes=takes)
    except LookupError:
        raise click.ClickException(f"There is no machine {name}.") from None


@machines.command("remove")
@click.argument("name")
@click.option("--lost", is_flag=True, help="It will not come back, and what it recorded neither.")
def remove(name: str, lost: bool) -> None:
    """Forget NAME and its secrets, once nobody is there and nothing is kept there."""
    from leadrush import gate
    from leadrush.live import adding

    try:
        with gate.using("live.host", actor=gate.Actor("program", "leadrush machines")):
            adding.remove(name, lost=lost)
    except LookupError:
        raise click.ClickException(f"There is no machine {name}.") from None
    except adding.Refused as fault:
        raise click.ClickException(str(fault)) from None


COMMANDS = [machines]
