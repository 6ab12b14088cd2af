"""What these tests stand on: a shelf of their own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from leadrush.media.contents import PDF, ZIP
from leadrush.media.keeping import keep
from leadrush.media.models import File

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
def kept(shelf: Path, db: None) -> Keeping:
    """Return a function that keeps some bytes as a file."""

    def keeping(content: bytes = b"") -> File:
        return keep(ContentFile(content or pdf(), name="a"), (PDF, ZIP))

    return keeping
