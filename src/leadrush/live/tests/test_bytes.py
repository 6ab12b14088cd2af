"""What is typed into a room lies sealed while it is there, and after its time nowhere, in no byte."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connections

from leadrush.gate import tasks
from leadrush.live import asking, chatting, entering, polling, showing, tickets
from leadrush.live.models import Guest, Option, Room, Secret, Vote
from leadrush.live.tests.conftest import now
from leadrush.vault import clocks
from leadrush.webinars.models import Webinar
from tests.canary.searching import spellings
from tests.drill import gathering

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = ("vault.lapse", "live.end", "vault.rekey", "vault.settle", "vault.erase", "vault.sweep")


def found(folder: Path, word: bytes) -> list[str]:
    for link in connections.all():
        link.close()
    return gathering.where({"it": word}, gathering.live(folder, []))


def test_after_its_time_nothing_that_was_typed_or_chosen_in_a_room_is_in_any_byte(
    seat: Callable[..., Guest],
    host: Guest,
    room: Room,
    webinar: Webinar,
    data_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gathering.set_up()
    seed = secrets.token_hex(6)
    name, said, asked = (f"{bird}{seed}" for bird in ("wren", "kestrel", "heron"))
    ana = seat(name)
    entering.sit(ticket=tickets.read(tickets.issue(ana), room.about), chair="a")
    chatting.say(guest=ana.pk, text=f"{said} said so", once=uuid.uuid4())
    asking.ask(guest=ana.pk, text=f"{asked} asked so", once=uuid.uuid4(), named=True)
    poll = polling.make(guest=host.pk, text="Which?", options=["A", "B"], opens=True)
    option = Option.objects.filter(poll=poll).first()
    assert option is not None
    polling.answer(guest=ana.pk, poll=poll, option=option.pk)
    mark, secret = Vote.objects.get().digest, bytes(Secret.objects.get().secret)
    state = showing.state(guest=ana.pk)
    assert said in state["lines"][0]["text"] and asked in state["inquiries"][0]["text"]
    for word in (said, asked):
        for spelled in spellings(word).values():
            assert not found(data_folder, spelled), "it is sealed while it is there"
    assert found(data_folder, name.encode()), "a chosen name is public words; the search would find it"

    polling.close(guest=host.pk, poll=poll)
    gathering.an_hour()
    assert not Vote.objects.exists() and not Secret.objects.exists()
    if not gathering.POSTGRESQL:
        assert not found(data_folder, mark.encode()) and not found(data_folder, secret)

    monkeypatch.setattr(clocks, "right", lambda: True)
    with time_machine.travel(webinar.ends_at + timedelta(days=30, minutes=1)):
        for _again in range(2):
            for task in WORKER:
                tasks.get(task).run()
        with pytest.raises(Guest.DoesNotExist):
            now(ana)
    gathering.an_hour()
    words = [said, asked] if gathering.POSTGRESQL else [said, asked, name, mark]
    for word in words:
        for spelled in spellings(word).values():
            assert not found(data_folder, spelled), word
