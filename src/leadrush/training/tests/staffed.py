"""What the tests of the staff's side stand on: a host's browser, small films, folders and archives."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.test import Client

from leadrush import vault
from leadrush.training import building
from leadrush.training.models import Lesson, Module, Training
from leadrush.vault.models import Person

VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nWeigh it.\n"


def hosting(address: str = "rowan@tiller.example", role: str = "host") -> Client:
    """Return a browser of somebody who works here."""
    person, _giving = vault.welcome(
        address=address, where="console.invite", clause="working-here", confirmed=True
    )
    Person.objects.filter(pk=person.pk).update(role=role)
    person.refresh_from_db()
    client = Client(headers={"origin": "http://testserver"})
    client.force_login(person)
    return client


def mp4(seed: bytes = b"x") -> bytes:
    """Return bytes that begin as a film does."""
    return b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + seed * 500


def zipped(members: dict[str, bytes | str]) -> io.BytesIO:
    """Return a ZIP as a browser sends it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    out.seek(0)
    out.name = "course.zip"
    return out


COURSE: dict[str, bytes | str] = {
    "course/01-what-you-need/01-eleven-materials.md": "# Eleven raw materials\n\nNo more than that.\n",
    "course/01-what-you-need/02-by-weight.md": "# By weight, not by spoon\n\nBuy a scale.\n",
    "course/01-what-you-need/02-by-weight.mp4": mp4(),
    "course/01-what-you-need/02-by-weight.en.vtt": VTT,
    "course/10-keeping-them/01-a-log.md": "Write it down.\n",
    "course/2-the-first-six/1-clear.md": "# Clear, and why first\n",
    "course/notes.docx": b"PK",
    "course/.DS_Store": b"x",
}


def outlined(training: Training) -> list[tuple[str, list[str]]]:
    """Return a training's outline as titles."""
    return [
        (module.title, [lesson.title for lesson in lessons])
        for module, lessons in building.read(training).modules
    ]


def built(training: Training) -> tuple[list[Module], list[Lesson]]:
    """Add a second module with two lessons; return all modules and lessons in their order."""
    module = building.add_module(training, "The first six")
    building.add_lesson(module, "Clear")
    building.add_lesson(module, "White")
    outline = building.read(training)
    return [module for module, _lessons in outline.modules], outline.lessons


def words(answer: Any) -> str:
    """Return a page's text as it was sent."""
    return str(answer.content.decode())
