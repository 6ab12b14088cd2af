"""The command `leadrush`: starts a site, or one part of it.

A part may bring commands of its own: `COMMANDS`, a list of click commands, in `leadrush/PART/terminal.py`.
"""

from __future__ import annotations

import copy
import functools
import os
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click

from leadrush.tied import tied_to

from . import folder
from .folder import Stop
from .listening import PortInUse, listen
from .supervise import Child, supervise

PACKAGE = Path(__file__).resolve().parent.parent.parent
ITSELF = (sys.executable, "-m", "leadrush.website.running")


class Terminal(click.Group):
    """Finds the commands of each part when they are asked for."""

    def _brought(self) -> dict[str, click.Command]:
        found: dict[str, click.Command] = {}
        for file in sorted(PACKAGE.glob("*/terminal.py")):
            module = import_module(f"leadrush.{file.parent.name}.terminal")
            found.update({command.name or "": command for command in module.COMMANDS})
        return found

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, ours and those that parts bring."""
        return sorted({*super().list_commands(ctx), *self._brought()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name; one that a part brings finds the site ready when it begins."""
        own = super().get_command(ctx, cmd_name)
        brought = None if own else self._brought().get(cmd_name)
        return on_site(brought) if brought else own


def on_site(command: click.Command) -> click.Command:
    """Return the command, with the site's settings and databases made ready before it runs."""
    begin = command.callback
    assert begin is not None

    @functools.wraps(begin)
    def run(*args: object, **given: object) -> object:
        ready(settle(None))
        import django

        django.setup()
        return begin(*args, **given)

    ready_made = copy.copy(command)
    ready_made.callback = run
    return ready_made


def settle(data: Path | None) -> Path:
    """Fix the data folder for this process and those it starts; return it."""
    chosen = (data or Path(os.environ.get("LEADRUSH_DATA", "data"))).resolve()
    os.environ["LEADRUSH_DATA"] = str(chosen)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadrush.website.settings")
    return chosen


data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the site's data [LEADRUSH_DATA].",
)
founding_options = (
    click.option("--demo", is_flag=True, help="Start with an invented business, filled in."),
    click.option("--name", envvar="LEADRUSH_NAME", help="What the business is called [LEADRUSH_NAME]."),
    click.option("--owner", envvar="LEADRUSH_OWNER", help="The owner's e-mail address [LEADRUSH_OWNER]."),
)
port_option = click.option(
    "--port", envvar="PORT", type=click.IntRange(0, 65535), default=8000, show_default=True, help="[PORT]"
)
host_option = click.option(
    "--host", envvar="LEADRUSH_HOST", default="127.0.0.1", show_default=True, help="[LEADRUSH_HOST]"
)


def with_founding(command: click.decorators.FC) -> click.decorators.FC:
    """Add the options that a first start needs."""
    for option in reversed(founding_options):
        command = option(command)
    return command


@click.group(cls=Terminal, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="leadrush")
def main() -> None:
    """LeadRush: a self-hosted site for people who sell what they know."""


def open_port(host: str, port: int) -> socket.socket:
    """Return the listening socket; raises Stop where that port or host cannot be had."""
    try:
        return listen(host, port)
    except PortInUse:
        raise Stop(f"Port {port} is in use: end the other program or choose one with PORT=8001.") from None
    except OSError as error:
        raise Stop(f"Cannot listen on {host}, port {port}: {error.strerror}.") from None


def reachable(listening: socket.socket) -> str:
    """Return the address to type into a browser on this machine."""
    host, port = listening.getsockname()[:2]
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else host  # noqa: S104
    return f"http://{shown}:{port}"


def media_server(data: Path) -> list[Child]:
    """Return the media server of live rooms as a child; without one, say what to install and go on."""
    from leadrush.live.plane import machine

    if os.environ.get("LIVE_OFF") == "1":
        return []
    if not machine.installed():
        click.echo(machine.MISSING)
        return []
    try:
        machine.prepare(data)  # so that pages know where it listens before it does
    except ValueError as error:
        raise Stop(str(error)) from None
    return [Child("live", [*ITSELF, "live"])]


def beside_it(data: Path) -> list[Child]:
    """Return nginx beside the media server as a child; where it cannot be, say why and go on."""
    from leadrush.live.plane import nginx

    try:
        if nginx.installed():
            nginx.prepare(data)  # so that pages know where it listens before it does
            return [Child("nginx", [*ITSELF, "nginx"])]
        click.echo(nginx.MISSING)
    except ValueError as error:
        click.echo(str(error))
    nginx.forget(data)
    return []


@main.command()
@with_founding
@data_option
@port_option
@host_option
def up(demo: bool, name: str | None, owner: str | None, data: Path | None, port: int, host: str) -> None:
    """Prepare the site and serve it, web and worker, until Ctrl-C."""
    chosen = settle(data)
    listening = open_port(host, port)
    folder.make(chosen)
    with folder.lock(chosen), listening:
        folder.forget_unbegun(chosen)
        live = media_server(chosen)
        if live:
            live += beside_it(chosen)
        # Links in mails begin with the port that was really opened.
        os.environ["PORT"] = str(listening.getsockname()[1])
        os.environ.setdefault("LIVE_SITE", reachable(listening).replace("localhost", "127.0.0.1"))
        # In a process of its own, so that the one which stays is small and has a single thread. What was
        # given goes through the environment: arguments can be read by everybody on the machine.
        given = {"LEADRUSH_NAME": name or "", "LEADRUSH_OWNER": owner or ""}
        try:
            done = subprocess.run(  # noqa: S603
                [*ITSELF, "prepare", *["--demo"] * demo, f"--address={reachable(listening)}"],
                env={**os.environ, **given},
                preexec_fn=tied_to(os.getpid()),
                check=False,
            )
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        if done.returncode:
            raise SystemExit(done.returncode if done.returncode > 0 else 128 - done.returncode)
        for variable in given:
            os.environ.pop(variable, None)
        inherited = listening.fileno()
        supervise(
            [
                Child("web", [*ITSELF, "web", f"--socket={inherited}"], inherits=[inherited]),
                Child("worker", [*ITSELF, "worker"]),
                *live,
            ]
        )
    click.echo("\nEnded.")


@main.command()
@with_founding
@data_option
@click.option("--address", default="", hidden=True)
def prepare(demo: bool, name: str | None, owner: str | None, data: Path | None, address: str) -> None:
    """Make or update what a site needs (keys, tables, files), without serving it."""
    from .prepare import prepare as bring

    chosen = settle(data)
    folder.not_half_restored(chosen)
    bring(chosen, demo=demo, name=name, owner=owner, say=click.echo)
    if address:
        from leadrush.website import founding

        click.echo(f"\n{founding.welcome(address)}\nCtrl-C ends it. The data are in {chosen}.")


@main.command()
@data_option
@port_option
@host_option
@click.option("--socket", "inherited", type=int, hidden=True)
def web(data: Path | None, port: int, host: str, inherited: int | None) -> None:
    """Serve pages only, of a site that `leadrush prepare` has prepared."""
    from .web import serve

    ready(settle(data))
    serve(socket.socket(fileno=inherited) if inherited is not None else open_port(host, port))


@main.command()
@data_option
def worker(data: Path | None) -> None:
    """Do what is due only: mail, reminders, deadlines."""
    from .worker import main as work

    ready(settle(data))
    work()


@main.command()
@data_option
def live(data: Path | None) -> None:
    """Carry sound and pictures of live rooms only (Janus)."""
    from leadrush.live.plane import machine

    chosen = settle(data)
    ready(chosen)
    try:
        machine.become(chosen)
    except (machine.NotSet, ValueError) as error:
        raise Stop(str(error)) from None


@main.command()
@data_option
def nginx(data: Path | None) -> None:
    """Take what OBS sends into live rooms, and give the crowd its pictures, only (nginx)."""
    from leadrush.live.plane import machine
    from leadrush.live.plane import nginx as beside

    chosen = settle(data)
    ready(chosen)
    try:
        beside.become(chosen)
    except (machine.NotSet, ValueError) as error:
        raise Stop(str(error)) from None


@main.command()
@click.option("--data", "data_file", type=click.Path(path_type=Path), help="A backup of the data.")
@click.option("--keys", "key_file", type=click.Path(path_type=Path), help="A backup of the keys.")
@click.option("--dry-run", is_flag=True, help="Look whether it would work; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--late-keys", is_flag=True, help="Take keys that are past their seven days.")
@click.option("--clock-is-right", is_flag=True, help="Let lapse what the clock says is over.")
def restore(
    data_file: Path | None,
    key_file: Path | None,
    dry_run: bool,
    yes: bool,
    late_keys: bool,
    clock_is_right: bool,
) -> None:
    """Put the site back from its backups; without a file, end a restore that was cut short."""
    chosen = settle(None)
    folder.make(chosen)
    with folder.lock(chosen):
        os.environ["LEADRUSH_SECRET_KEY"] = folder.secret_key(chosen)
        import django

        django.setup(set_prefix=False)
        from leadrush.website.backups import asking

        asking.restore(data_file, key_file, dry=dry_run, yes=yes, late=late_keys, clock=clock_is_right)


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run one of Django's management commands on this site."""
    from django.core.management import execute_from_command_line

    ready(settle(None))
    execute_from_command_line(["leadrush manage", *arguments])


def ready(data: Path) -> None:
    """Take what a started site needs from its data folder; raises Stop if there is none yet."""
    if not (data / "keys").is_dir():
        raise Stop(f"There is no site in {data} yet: start one with `leadrush up`.")
    folder.not_half_restored(data)
    os.environ["LEADRUSH_SECRET_KEY"] = folder.secret_key(data)
