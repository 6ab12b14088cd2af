"""Putting a site back: what was erased first, then everything else, each step so that it may be taken again.

What is to be put back is laid out beside the site and written down; from then on the site does not start
until a restore has come to its end. `leadrush restore` without a file goes on where one was cut short: a step
that was taken finds its work done. What was there before stays aside until everything else is whole.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models import Max
from django.utils import timezone

from leadrush import gate, ledger
from leadrush.gate import versions
from leadrush.mailbox.models import Message, State
from leadrush.vault import backups, clocks, erasing, lapsing, sweeping, tombstones
from leadrush.vault.models import BlindIndex, Person, PersonKey
from leadrush.visits import forgetting
from leadrush.website.backups import engines, foreseeing, making, packing, trying
from leadrush.website.backups.checking import Plan
from leadrush.website.backups.making import STONES, TREES, Say
from leadrush.website.running import prepare
from leadrush.website.running.folder import restore_journal

BATCH = 500
PROGRAM = "leadrush restore"


def folder() -> Path:
    """Return where what is to be put back lies meanwhile."""
    return restore_journal(Path(settings.DATA)).parent


def journal() -> Path:
    """Return the file whose being there says that a restore has begun and has not ended."""
    return restore_journal(Path(settings.DATA))


def under_way() -> Plan | None:
    """Return what a restore that was cut short had begun to do."""
    try:
        return Plan(**json.loads(journal().read_text()))
    except FileNotFoundError:
        return None


def lay_out(plan: Plan, data: Path | None, key: Path | None, *, moved: packing.Moved) -> None:
    """Lay the parts out beside the site and write the plan down; until that is done, nothing has changed."""
    shutil.rmtree(folder(), ignore_errors=True)
    with packing.room(Path(settings.DATA)):
        packing.make_folder(folder())
        try:
            for kind, file in ((backups.DATA, data), (backups.KEYS, key)):
                if file is not None:
                    packing.read_through(file, moved, into=folder() / kind)
            for tree in TREES if data is not None else ():
                (folder() / backups.DATA / tree).mkdir(parents=True, exist_ok=True)
            said = journal().with_suffix(".new")
            with said.open("w") as writing:
                json.dump(plan.as_json(), writing)
                writing.flush()
                os.fsync(writing.fileno())
            said.replace(journal())
            packing.sync(folder())
        except BaseException:
            if not journal().exists():
                shutil.rmtree(folder(), ignore_errors=True)
            raise


def go(plan: Plan, *, say: Say) -> None:
    """Take every step, from the first to the last. A run that was cut short is ended by the next one."""
    for step in STEPS:
        step(plan, say)


def keep_stones(plan: Plan, say: Say) -> None:
    """Add to the list of what was erased whatever a backup's list has and this one has not; never less."""
    known = set(tombstones.read())
    added = []
    for kind in backups.KINDS:
        for stone in foreseeing.stones(folder() / kind / STONES):
            if stone not in known:
                known.add(stone)
                added.append(stone)
    tombstones.append(*added)
    say(f"Tombstones: {len(known):,}, of which {len(added):,} only a backup knew.")


def put_back(plan: Plan, say: Say) -> None:
    """Move the databases and files into their places, and what stood there aside."""
    for alias in plan.aliases:
        engines.claim(alias)
        kind = backups.KEYS if alias == "keys" else backups.DATA
        engines.put(alias, folder() / kind / engines.part_name(alias))
        connections[alias].close()
        say(f"Put back: {engines.part_name(alias)}.")
    if plan.data is not None:
        for tree in TREES:
            engines.bring(folder() / backups.DATA / tree, making.place_of(tree))
        say("Put back: pictures, translations and visits.")
    versions.IN_FORCE.forget()
    versions.version_of.cache_clear()


def migrate(plan: Plan, say: Say) -> None:
    """Bring the tables to what this program expects, and prove the master key against the keys."""
    prepare.databases()
    prepare.prove_master_key()
    say("Tables are as this version of LeadRush has them; the master key fits.")


def erase_again(plan: Plan, say: Say) -> None:
    """Erase what was erased before, in whatever has come back, before anything else may see it."""
    say(f"Erased again, because it was erased before: {erasing.replay():,}.")
    say(f"Days of visits written anew, for the same reason: {forgetting.forget_due():,}.")


def lapse(plan: Plan, say: Say) -> None:
    """End what lapsed since, if the clock can be believed."""
    if plan.clock:
        clocks.confirm()
    elif clocks.doubted() is not None:
        say(
            f"The clock says {timezone.now():%Y-%m-%d %H:%M} UTC, more than a day past all that is known "
            "here: nothing lapses until you confirm it with `leadrush clock --confirm`."
        )
        return
    ended = 0
    with gate.using("house.keep", actor=gate.Actor("program", PROGRAM), what="vault.restore"):
        while count := lapsing.due():
            ended += count
    say(f"Ended, because its time was over: {ended:,} givings.")


def hold_letters(plan: Plan, say: Say) -> None:
    """Withdraw the letters that were about to leave when the backup was made: they may have left since."""
    if plan.data is None:
        return
    with gate.using("mailbox.deliver", actor=gate.Actor("program", PROGRAM), what="vault.restore"):
        waiting = Message.objects.filter(
            state__in=[State.WAITING, State.LEAVING],
            next_at__lte=plan.begun_at,
            made_at__lte=plan.data["made_at"],
        )
        held = waiting.update(state=State.WITHDRAWN, moved_at=timezone.now(), why="restore")
    say(f"Letters withdrawn, because they may have left since the backup: {held:,}.")


def sweep(plan: Plan, say: Say) -> None:
    """Remove keys and index rows of persons who are not in the data; a backup of them stays for a week."""
    rows = (PersonKey, BlindIndex)
    found = [(model, lone) for model in rows for lone in _lone(model)]
    if found:
        if clocks.doubted() is None:
            making.keys(say=say)
        for model, lone in found:
            model.objects.filter(person__in=lone).delete()
    persons = {person for _model, lone in found for person in lone}
    say(f"Keys swept of persons who are not in these data: {len(persons):,}.")


def _lone(model: Any) -> list[list[Any]]:
    """Return the persons in a table of keys who are not in the data, some hundred at a time."""
    known = sorted(set(model.objects.values_list("person", flat=True).iterator()))
    lone = []
    for start in range(0, len(known), BATCH):
        some = known[start : start + BATCH]
        there = set(Person.objects.filter(pk__in=some).values_list("pk", flat=True))
        if missing := [person for person in some if person not in there]:
            lone.append(missing)
    return lone


def compare(plan: Plan, say: Say) -> None:
    """Say what the ledger knows of and the data do not any more."""
    newest = gate.Version.objects.aggregate(newest=Max("number"))["newest"] or 0
    known = ledger.Entry.objects.aggregate(newest=Max("version"))["newest"] or 0
    if known > newest:
        say(
            f"Version {known} of the statement was in force and is not in these data: version {newest} is in "
            "force again. Publish it once more before you open the site."
        )
    if plan.data is not None:
        later = ledger.Entry.objects.filter(pk__gt=plan.data["ledger"], at__lt=plan.begun_at).count()
        say(
            f"The data are those of {plan.data['made_at'][:16]} UTC. What was given, changed or chosen "
            f"since is not in them; the ledger has {later:,} uses of that time."
        )


def verify(plan: Plan, say: Say) -> None:
    """Read the ledger against its own chain, where this version of LeadRush has one."""
    if find_spec("leadrush.ledger.verifying") is None:
        return
    report = import_module("leadrush.ledger.verifying").check()
    word = (
        "The ledger is whole" if report.whole else "INCIDENT: the ledger is not whole, see `leadrush verify`"
    )
    say(f"{word}: {report.entries:,} entries.")


def forget(plan: Plan, say: Say) -> None:
    """Destroy what was moved aside: it may hold what was erased since."""
    for alias in plan.aliases:
        engines.forget_aside(alias)
    for tree in TREES if plan.data is not None else ():
        engines.remove_aside(making.place_of(tree))
    sweeping.sweep(always=True)
    say("What was there before is destroyed: it may have held what was erased since.")


def end(plan: Plan, say: Say) -> None:
    """Write down that it has ended; from here on the site starts."""
    journal().unlink(missing_ok=True)
    packing.sync(folder())
    shutil.rmtree(folder(), ignore_errors=True)
    say("Restored. Start the site with `leadrush up`.")


Step = Callable[[Plan, Say], None]
STEPS: tuple[Step, ...] = (
    keep_stones,
    put_back,
    migrate,
    erase_again,
    lapse,
    hold_letters,
    sweep,
    trying.try_keys,
    compare,
    verify,
    forget,
    end,
)
