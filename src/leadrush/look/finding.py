"""Finding static files: of what plays HLS, which comes in twenty forms, the one that is used."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from django.contrib.staticfiles.finders import FileSystemFinder

from leadrush.look.parts import PLAYER


class Parts(FileSystemFinder):
    """Finds what others made, without thirty megabytes of it that no page loads."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Any:
        """Yield the files to collect."""
        player = PurePosixPath(PLAYER)
        for path, storage in super().list(ignore_patterns):
            if getattr(storage, "prefix", None) != str(player.parent) or path == player.name:
                yield path, storage
