"""What is looked at before a restore changes anything: is it whole, is it ours, does it fit together."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.db.utils import Error
from django.utils import timezone

from leadrush import ledger
from leadrush.vault import backups, clocks, installation, keys, masters, tombstones
from leadrush.website.backups import engines, foreseeing, packing
from leadrush.website.backups.making import Say
from leadrush.website.running.folder import Stop, restore_journal


@dataclass
class Plan:
    """What a restore puts back; written down before its first step, so that another run can end it."""

    data: dict[str, Any] | None = None
    keys: dict[str, Any] | None = None
    aliases: list[str] = field(default_factory=list)
    clock: bool = False
    begun_at: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return asdict(self)


def look(
    data: Path | None, key: Path | None, *, late: bool, clock: bool, say: Say, moved: packing.Moved
) -> Plan:
    """Read both files to their ends and say what would be put back. Raises `Stop`; nothing has changed."""
    plan = Plan(begun_at=timezone.now().isoformat())
    with _workshop() as work:
        if data is not None:
            plan.data = _read(data, backups.DATA, moved, work)
        if key is not None:
            plan.keys = _read(key, backups.KEYS, moved, work)
        _one_installation(plan)
        _master(plan)
        _there(plan)
        _in_time(plan, late=late, say=say)
        plan.aliases = _databases(plan, say)
        foreseeing.say_ahead(plan, work, say)
    plan.clock = clock or _goes_on(plan)
    return plan


@contextmanager
def _workshop() -> Iterator[Path]:
    """Return a folder for what is looked into; it is gone afterwards, or when a site starts here."""
    work = restore_journal(Path(settings.DATA)).parent
    shutil.rmtree(work, ignore_errors=True)
    with packing.room(Path(settings.DATA)):
        packing.make_folder(work)
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _read(file: Path, kind: str, moved: packing.Moved, work: Path) -> dict[str, Any]:
    told = packing.read_through(file, moved, into=work / kind, only=foreseeing.parts_of(kind))
    if told["kind"] != kind:
        raise Stop(f"{file} is a backup of the {told['kind']}: give it with --{told['kind']}.")
    wanted = engines.engine("keys" if kind == backups.KEYS else "default")
    if told.get("engine") != wanted:
        raise Stop(f"{file} was made on {told.get('engine')}, and this site runs on {wanted}.")
    return {name: value for name, value in told.items() if name != "parts"} | {
        "parts": [name for name in told["parts"] if "/" not in name]
    }


def _one_installation(plan: Plan) -> None:
    numbers = {told["installation"] for told in (plan.data, plan.keys) if told}
    if len(numbers) > 1:
        raise Stop("The backup of the data and that of the keys are of two different installations.")
    if engines.exists("default"):
        here = _here()
        if here is not None and numbers != {str(here.number)}:
            raise Stop(
                "This backup is of another installation than the site that is here: give an empty folder "
                "(LEADRUSH_DATA) and empty databases."
            )


def _here() -> installation.Installation | None:
    """Return the site that is here; None where that cannot be read, as of a broken one."""
    try:
        return installation.Installation.objects.first()
    except Error:
        return None


def _master(plan: Plan) -> None:
    """Make sure that the master keys are there which these keys were wrapped with."""
    try:
        hand = [masters.wrapping(key) for key in masters.at_hand()]
    except keys.KeyFault as fault:
        raise Stop(str(fault)) from None
    words = [base64.b64decode(word) for word in plan.keys["masters"]] if plan.keys else []
    if not all(any(_opens(wrap, word) for wrap in hand) for word in words):
        raise Stop(
            "The keys in this backup were wrapped with another master key than the one that is here: put "
            "that one into LEADRUSH_MASTER_KEY (and, of an exchange that was under way, the one to come into "
            "LEADRUSH_MASTER_KEY_NEXT). Nothing was changed."
        )


def _opens(wrap: bytes, word: bytes) -> bool:
    try:
        return bool(keys.open_with(wrap, word, "master"))
    except keys.KeyFault:
        return False


def _there(plan: Plan) -> None:
    if plan.keys is None and not engines.exists("keys"):
        raise Stop(
            "There is no keys database here: give a backup of the keys too, with --keys. Without keys "
            "nothing that was sealed can be read."
        )
    if plan.data is None and not engines.exists("default"):
        raise Stop("There are no data here that these keys could open: give their backup with --data.")


def _in_time(plan: Plan, *, late: bool, say: Say) -> None:
    """Keys that should be gone stay gone, unless somebody who has nothing else says so."""
    if plan.keys is None:
        return
    made = datetime.fromisoformat(plan.keys["made_at"])
    if timezone.now() > made + backups.KEPT and not late:
        raise Stop(
            f"This backup of the keys is of {made:%Y-%m-%d}, and the statement says that none is kept for "
            f"more than {backups.KEPT.days} days: it holds keys of people who may be erased. If there is no "
            "other, and the list of who was erased is here or nobody was: --late-keys."
        )
    if plan.data and made < datetime.fromisoformat(plan.data["made_at"]):
        say(
            f"The keys ({plan.keys['made_at'][:16]}) are older than the data ({plan.data['made_at'][:16]}): "
            "what came in between does not open. A later backup of the keys opens it."
        )
    if late:
        say("The keys are past their time: who was erased and stands on no list here can be read again.")


def _databases(plan: Plan, say: Say) -> list[str]:
    """Return which databases are put back. A ledger that reaches as far as the backup's is never set back."""
    found = ["keys"] if plan.keys else []
    if plan.data is None:
        return found
    if engines.exists("ledger"):
        here = ledger.Entry.objects.aggregate(last=Max("pk"))["last"] or 0
        if here >= plan.data["ledger"]:
            say(f"The ledger here stays: it reaches {here - plan.data['ledger']:,} entries further.")
            return [*found, "default"]
    return [*found, "ledger", "default"]


def _goes_on(plan: Plan) -> bool:
    """Say whether the clock is at most a day past the newest moment that anything here or there knows of."""
    known = [datetime.fromisoformat(told["made_at"]) for told in (plan.data, plan.keys) if told]
    known += [stone.when for stone in tombstones.read()[-1:]]
    if engines.exists("ledger"):
        known += [at for at in [ledger.Entry.objects.aggregate(at=Max("at"))["at"]] if at]
    if engines.exists("default") and (here := _here()) is not None:
        known.append(here.clock_at)
    return timezone.now() - max(known) <= clocks.AHEAD
