"""A site that was founded as the demo is, once a test, and browsers of everybody who runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache as counted
from django.test import Client
from PIL import Image

from leadrush.gate.versions import IN_FORCE
from leadrush.look import models
from leadrush.vault import clocks, keys
from leadrush.vault.models import Person
from leadrush.website import drawing, founding

NAMES = ("board", "rotation", "calendar")
DRAWN = {name: getattr(drawing, name) for name in NAMES}


@cache
def small(name: str) -> bytes:
    """Return a drawing of the demo at a quarter of its size: drawn once a process, quick to send."""
    written = BytesIO()
    Image.open(BytesIO(DRAWN[name]())).reduce(4).save(written, "PNG")
    return written.getvalue()


def forget() -> None:
    """Let this process remember nothing of another test's site."""
    counted.clear()
    models.forget()
    IN_FORCE.forget()


@pytest.fixture
def fresh(db: None, data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A site with tables and nothing in them; what it draws is small."""
    for name in NAMES:
        drawn = lambda name=name: small(name)  # noqa: E731
        drawn.__name__ = name
        monkeypatch.setattr(drawing, name, drawn)
    forget()
    yield
    forget()


@pytest.fixture
def site(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's site with its pages and its staff; what rooms put in takes seconds, and is tried there."""
    with monkeypatch.context() as patch:
        patch.setattr(founding, "seed_rooms", lambda: None)
        founding.demo()


@pytest.fixture
def browser_of(site: None) -> Callable[[str], Client]:
    """Return a function that signs somebody of a role in, in a browser of their own; "" for a visitor."""

    def browser(role: str) -> Client:
        client = Client(enforce_csrf_checks=True, raise_request_exception=True)
        if role:
            person = Person.objects.filter(role=role).order_by("joined_at").first()
            assert person is not None
            client.force_login(person)
        return client

    return browser


@pytest.fixture
def folder(data_folder: Path, settings: Any, published: Any) -> Path:
    settings.TOMBSTONES = data_folder / "tombstones" / "erased.jsonl"
    (data_folder / "media").mkdir()
    (data_folder / "media" / "board.png").write_bytes(b"a picture" * 999)
    (data_folder / "locale" / "de").mkdir(parents=True)
    (data_folder / "locale" / "de" / "own.po").write_text("mine")
    keys.prove_master_key()
    clocks.right()
    return data_folder


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a restore says."""
    said: list[str] = []
    monkeypatch.setattr("click.echo", lambda line="", **_: said.append(str(line)))
    return said
