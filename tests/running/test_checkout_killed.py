"""The server is killed at random points of a checkout by card: nobody pays for nothing, or pays twice.

Each checkout runs the site's own code in a process that a parent forks, and that kills itself before or
after a statement, a commit or a word with the processor, drawn by seed. After that either the browser sends
its form again, or it never comes back and the worker alone goes on.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rig import processor as rig
from tests.rig.site import lay_tables

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
KILLS = 100 if os.environ.get("LEADRUSH_SLOW") == "all" else 8
OFFER = "an-hour-over-your-plan"
FORKING = """
import json, os, re, signal, sys
from leadrush.website.running.command import ready, settle
ready(settle(None))
import django
django.setup()
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Sum
from django.test import Client
from leadrush import gate
from leadrush.gate import tasks
from leadrush.purchases import invoicing, stripe_processor
from leadrush.purchases.models import Access, Invoice, Order, Payment
from leadrush.mailbox.models import Message
from tests.rig import processor as rig

ORIGIN = {"origin": "http://testserver"}
points = 0

def die_at(point):
    def passed():
        global points
        points += 1
        if points == point:
            os.kill(os.getpid(), signal.SIGKILL)
    def around(execute, *asked):
        passed()
        return execute(*asked)
    for connection in connections.all():
        connection.execute_wrappers.append(around)
    committed, asked = BaseDatabaseWrapper.commit, stripe_processor._asked
    def commit(self):
        passed()
        committed(self)
        passed()
    def ask(call):
        passed()
        answer = asked(call)
        passed()
        return answer
    BaseDatabaseWrapper.commit, stripe_processor._asked = commit, ask

def browser(said):
    client = Client()
    page = client.get(f"/pay/{said['offer']}.1/").content.decode()
    shown = re.search(r'name="shown" value="(\\d+)"', page)[1]
    form = {"once": said["once"], "shown": shown, "email": said["email"], "way": "card", "at_once": "on"}
    answer = client.post(f"/pay/{said['offer']}.1/", form, headers=ORIGIN)
    assert answer.status_code == 302, answer.content.decode()
    card = answer["Location"]
    if not card.startswith("/card/"):
        return
    page = client.get(card)
    found = re.search(r'data-secret="(pi_\\w+)_secret_', page.content.decode())
    if found:
        rig.Processor(said["port"], said["behind"], secrets=rig.known(said["port"])).pay(found[1])
    client.get(card + "back/")

def worker():
    with gate.using("purchases.charge"):
        Payment.objects.update(asked_at=None)  # a minute passes
    tasks.get("purchases.settle").run()

def tell(said):
    with gate.using("purchases.serve"):
        order = Order.objects.filter(once=said["once"]).first()
        if order is None:
            return {"order": None}
        accesses = Access.objects.filter(line__order=order, ended_at=None).count()
        papers = Invoice.objects.filter(order_number=order.number, number__isnull=False).count()
    with gate.using("house.keep"):
        letters = Message.objects.filter(about=order.about, template="purchases.paid").count()
    number = invoicing.reference(order)
    return {"order": number, "state": order.state, "had": accesses, "papers": papers, "letters": letters}

def act(said):
    die_at(said.get("point"))
    if said["do"] == "buy":
        browser(said)
    if said["do"] in ("buy", "work"):
        worker()
    return tell(said) | {"points": points}

for line in sys.stdin:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with os.fdopen(writing, "w") as out:
            json.dump(act(json.loads(line)), out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        said = told.read()
    os.waitpid(child, 0)
    print(said or "null", flush=True)
"""


class House:
    """The site's code, a process for each thing that it is asked to do."""

    def __init__(self, data: Path, cards: rig.Processor) -> None:
        self.cards = cards
        own = {
            "LEADRUSH_DATA": str(data),
            "LEADRUSH_MASTER_KEY": "",
            "DJANGO_SETTINGS_MODULE": "leadrush.website.settings",
            "PYTHONPATH": os.pathsep.join((str(Path("src").resolve()), str(Path.cwd()))),
            "VISITS_DEMO_DAYS": "0",
        }
        around = os.environ | own | cards.environment
        prepare = [sys.executable, "-m", "leadrush.website.running", "prepare", "--demo"]
        subprocess.run(prepare, env=around, check=True, capture_output=True)
        self.parent = subprocess.Popen(
            [sys.executable, "-c", FORKING],
            env=around,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, what: str, **more: Any) -> dict[str, Any] | None:
        """Do something; return how its order stands, None where the process was killed."""
        assert self.parent.stdin is not None
        assert self.parent.stdout is not None
        said = {"do": what, "port": self.cards.port, "behind": self.cards.behind, "offer": OFFER} | more
        self.parent.stdin.write(json.dumps(said) + "\n")
        self.parent.stdin.flush()
        told: dict[str, Any] | None = json.loads(self.parent.stdout.readline())
        return told

    def payments(self, order: str | None) -> list[dict[str, Any]]:
        """Return what the processor has of an order."""
        return [one for one in self.cards.intents() if one["metadata"]["order"] == order]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    data = tmp_path / "data"
    lay_tables(data)
    with rig.running() as cards:
        running = House(data, cards)
        yield running
        running.parent.kill()
        running.parent.wait()


def test_nobody_loses_what_they_paid_for_gets_it_twice_or_pays_twice(house: House) -> None:
    dice = random.Random(os.environ.get("LEADRUSH_SEED", ""))
    whole = house.do("buy", once=str(uuid.UUID(int=1)), email="first@mail.example")
    assert whole is not None
    assert whole["state"] == "paid"
    killed = 0
    for number in range(KILLS):
        form = {"once": str(uuid.UUID(int=100 + number)), "email": f"buyer{number}@mail.example"}
        point = dice.randrange(1, whole["points"])
        killed += house.do("buy", point=point, **form) is None
        if dice.random() < 0.5:
            alone = house.do("work", **form)
            assert alone is not None
            paid = {one["status"] for one in house.payments(alone["order"])} == {"succeeded"}
            assert not paid or alone["state"] == "paid", f"{point}: the browser was gone; it is not paid"
        after = house.do("buy", **form)
        assert after is not None
        stands = {name: after[name] for name in ("state", "had", "papers", "letters")}
        assert stands == {"state": "paid", "had": 1, "papers": 1, "letters": 1}, f"at point {point}"
        taken = [one["status"] for one in house.payments(after["order"])]
        assert taken == ["succeeded"], f"at point {point} it was charged twice, or not"
    assert killed > KILLS * 0.8, "too few were killed to say anything"
