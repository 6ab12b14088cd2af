"""What has to be there before a site is served: keys, tables, a founded business, files for the browser."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import click

from . import folder
from .folder import Stop

Say = Callable[[str], None]


def tables(alias: str) -> set[str]:
    """Return the names of the tables in a database; none when it does not exist yet."""
    from django.db import connections

    with connections[alias].cursor() as cursor:
        return set(connections[alias].introspection.table_names(cursor))


def databases() -> None:
    """Migrate all three databases; stop where one of an existing site's is gone.

    The keys and the ledger are migrated before the data, so data without keys are never a first start that
    was cut short: somebody has lost, moved or not restored the keys, and going on would make new ones.
    """
    from django.conf import settings
    from django.db import OperationalError

    from .migrating import migrate_all

    try:
        there = {alias: "django_migrations" in tables(alias) for alias in settings.DATABASES}
        for alias in ("keys", "ledger"):
            if there["default"] and not there[alias]:
                name = settings.DATABASES[alias]["NAME"]
                raise Stop(
                    f"The site's data are here and its {alias} database ({name}) is missing: restore it "
                    "from its own backup. A new one would open nothing."
                )
        migrate_all()
    except OperationalError as error:
        first = str(error).strip().splitlines()[0]
        raise Stop(f"A database cannot be opened: {first}") from None


def master_key(data: Path) -> None:
    """Make the master key's file on the very first start; after that, a missing key is a reason to stop."""
    file = data / "keys" / "master.key"
    # Beside the file lies the key that is to take its place, while `leadrush rotate-key` exchanges them.
    if os.environ.get("LEADRUSH_MASTER_KEY") or file.exists() or file.with_name("master.key.next").exists():
        return
    from django.db import OperationalError

    try:
        used = "django_migrations" in tables("keys") or "django_migrations" in tables("default")
    except OperationalError:
        used = False  # said better when the databases are migrated
    if used:
        raise Stop(
            f"The master key is missing: put it back into {file}, or set LEADRUSH_MASTER_KEY. "
            "Without it nothing that was sealed can be read. If no copy of it is left, it is lost for good."
        )
    folder.write_once(file, folder.new_key())


def prove_master_key() -> None:
    """Stop if the master key is not the one that this site's keys were wrapped with."""
    from leadrush.vault import keys

    try:
        keys.prove_master_key()
    except keys.KeyFault as fault:
        raise Stop(str(fault)) from None


def parts(data: Path, say: Say) -> None:
    """Fetch what npm brings unless it is there already; without npm, say so and go on."""
    from leadrush.look import parts as look

    there = _fetched(look.lists() / "package-lock.json", look.modules(data) / ".package-lock.json")
    if not there and (problem := look.fetch(data)):
        say(problem)


def _fetched(wanted: Path, had: Path) -> bool:
    """Compare two of npm's lists: is every part that pages need there, in the version wanted?"""
    try:
        want, have = (json.loads(file.read_text())["packages"] for file in (wanted, had))
    except (OSError, ValueError, KeyError):
        return False
    needed = {name: part for name, part in want.items() if name and not part.get("dev")}
    return all(have.get(name, {}).get("version") == part["version"] for name, part in needed.items())


def static() -> None:
    """Collect the files for the browser, if any has changed since they were collected last."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    state = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            prefix = getattr(storage, "prefix", "") or ""
            state.update(f"{prefix}/{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name("static.stamp")
    if root.is_dir() and stamp.exists() and stamp.read_text() == state.hexdigest():
        return
    shutil.rmtree(root, ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state.hexdigest())


def ask(name: str | None, owner: str | None) -> tuple[str, str]:
    """Return the business's name and the owner's address: as given, else as typed."""
    if not (name and owner) and not sys.stdin.isatty():
        raise Stop(
            "Say what the business is called and who owns it: --name and --owner, or LEADRUSH_NAME and "
            "LEADRUSH_OWNER (or --demo for an invented business)."
        )
    name = name or click.prompt("What is your business called?")
    owner = address(owner) if owner else click.prompt("What is your e-mail address?", value_proc=address)
    return str(name), str(owner)


def address(text: str) -> str:
    """Return an address as it will be used; raises click.BadParameter with the reason if it is none."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise click.BadParameter(f"{text!r} is no e-mail address: {error}") from None


def prepare(data: Path, *, demo: bool, name: str | None, owner: str | None, say: Say) -> None:
    """Bring everything to where it can be served. Raises Stop with one sentence; may be repeated at will."""
    folder.make(data)
    os.environ["LEADRUSH_SECRET_KEY"] = folder.secret_key(data)
    parts(data, say)  # before Django starts, which looks for them once

    import django

    django.setup(set_prefix=False)
    from leadrush.website import founding

    # Asked before anything is made: whoever has to go and look waits for nothing, and leaves nothing behind.
    said = None if demo or tables("default") else ask(name, owner)
    master_key(data)
    databases()
    prove_master_key()
    if not founding.is_founded():
        if demo:
            founding.demo()
        else:
            founding.found(*(said or ask(name, owner)))
    static()
