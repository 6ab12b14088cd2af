"""A picture read once, made smaller, and written anew, so that nothing else in the file stays."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

WIDEST = 1440
MOST_BYTES = 12_000_000
MOST_PIXELS = 60_000_000


@dataclass(frozen=True)
class Small:
    """A picture ready to be kept."""

    webp: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        """What names its bytes in an address, 16 hex."""
        return hashlib.sha256(self.webp).hexdigest()[:16]


def made_small(file: IO[bytes]) -> Small:
    """Return the picture at most 1,440 pixels wide, without what cameras write. Raises `ValidationError`."""
    file.seek(0)
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValidationError(_("Choose a picture below 12 MB."))
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValidationError(_("Choose a picture below 60 million pixels."))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, Image.DecompressionBombError, SyntaxError):
        raise ValidationError(_("Choose a picture: JPEG, PNG or WebP.")) from None
    upright.thumbnail((WIDEST, WIDEST * 2))
    out = io.BytesIO()
    upright.save(out, "WEBP", quality=82)
    return Small(out.getvalue(), upright.width, upright.height)
