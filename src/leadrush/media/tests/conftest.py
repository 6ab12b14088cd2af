"""What these tests stand on: a shelf of their own."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from leadrush.media import looking, storing
from leadrush.media.contents import PDF, ZIP
from leadrush.media.keeping import keep
from leadrush.media.models import File
from tests.rig.postman import free_port
from tests.rig.site import answers

Keeping = Callable[..., File]


def pdf(size: int = 300, seed: bytes = b"x") -> bytes:
    """Return bytes that begin and end as a PDF does."""
    return b"%PDF-1.7\n" + (seed * size)[:size] + b"\n%%EOF\n"


def packed(**members: bytes) -> bytes:
    """Return a ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def shelf(settings: Any, tmp_path: Path) -> Path:
    """Return the folder in which files lie during a test."""
    folder = tmp_path / "files"
    settings.STORAGES = settings.STORAGES | {
        "files": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder, "base_url": None},
        }
    }
    return folder


@pytest.fixture
def kept_here(shelf: Path, db: None) -> Keeping:
    """Return a function that keeps some bytes as a file, in the folder."""

    def keeping(content: bytes = b"") -> File:
        return keep(ContentFile(content or pdf(), name="a"), (PDF, ZIP))

    return keeping


@pytest.fixture(scope="session")
def bucket() -> Iterator[str]:
    """Return the address of an S3 storage that runs beside the tests, as a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            until = time.monotonic() + 60
            while not answers(url):
                assert server.poll() is None, "moto did not start"
                assert time.monotonic() < until, "moto did not answer"
                time.sleep(0.1)
            yield f"s3://key:secret@films/site?endpoint={url}&region=us-east-1"
        finally:
            server.terminate()


@pytest.fixture
def elsewhere(shelf: Path, bucket: str, settings: Any) -> Storage:
    """Return a storage elsewhere, to which files go on from the folder."""
    settings.STORAGES = settings.STORAGES | {"away": storing.storages(shelf, bucket)["away"]}
    storage: Any = storages["away"]
    storage.connection.create_bucket(Bucket="films")
    return storage


@pytest.fixture(params=["here", "elsewhere"])
def kept(request: pytest.FixtureRequest, kept_here: Keeping) -> Keeping:
    """Return a function that keeps some bytes as a file, in the folder, or carried elsewhere."""
    if request.param == "here":
        return kept_here
    request.getfixturevalue("elsewhere")

    def keeping(content: bytes = b"") -> File:
        file = kept_here(content)
        if not file.away:
            looking.carry(file)
            file.refresh_from_db()
        assert file.away
        return file

    return keeping
