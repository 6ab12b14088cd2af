"""A film of some seconds, for what rooms show in the demo."""

from __future__ import annotations

from importlib.resources import files

from django.core.files.base import ContentFile


def film() -> ContentFile[bytes]:
    """Return the film, as if somebody had just sent it in."""
    data = files(__name__).joinpath("three-beds.mp4").read_bytes()
    return ContentFile(data, name="three-beds.mp4")
