"""The field by which a file of the business comes into a lesson's form.

`MediaField(kinds=...)` gives a kept `File`, or None where it may stay empty: one name, so that what takes
larger files stands in one place.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leadrush import media
from leadrush.media.contents import EPUB, MP3, MP4, PDF, ZIP, Kind
from leadrush.media.models import File

VIDEO: tuple[Kind, ...] = (MP4,)
AUDIO: tuple[Kind, ...] = (MP3,)
OTHERS: tuple[Kind, ...] = (PDF, EPUB, ZIP, MP3, MP4)
MOST = int(os.environ.get("LEADRUSH_MAX_BODY", str(20 << 20)))
"""Bytes that one form may bring; a larger one does not reach the site."""


class MediaField(forms.FileField):
    """A file of one of some kinds."""

    def __init__(self, *, kinds: Collection[Kind], **named: Any) -> None:
        accept = ",".join(f".{kind.ending}" for kind in kinds)
        named.setdefault("widget", forms.FileInput(attrs={"accept": accept}))
        named.setdefault(
            "error_messages",
            {"required": _("Choose a file."), "empty": _("This file is empty. Choose another.")},
        )
        super().__init__(**named)
        self.kinds = tuple(kinds)

    def clean(self, data: Any, initial: Any = None) -> File | None:
        """Return the kept file. Raises `ValidationError`."""
        upload = super().clean(data, initial)
        return media.keep(upload, self.kinds) if upload else None
