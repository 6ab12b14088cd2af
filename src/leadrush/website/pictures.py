"""Pictures as they come in: turned upright, and without what a camera writes beside them.

A photograph carries the place where it was taken, the camera's number, often a name. None of it is wanted, so
none of it is kept, not even in the file that was uploaded.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePath
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif"}


def cleaned(file: IO[bytes], name: str) -> ContentFile[bytes]:
    """Return the picture's pixels alone, in the format that its content has (not its name).

    Raises `ValidationError` for what is no picture that browsers show (SVG is a program, not a picture).
    """
    file.seek(0)
    try:
        with Image.open(file, formats=list(FORMATS)) as opened:
            kind = opened.format or ""
            if getattr(opened, "is_animated", False):
                raise ValidationError(_("This picture moves. Choose one that stands still."))
            upright = ImageOps.exif_transpose(opened)
            upright.load()
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, SyntaxError):
        raise ValidationError(_("This is no picture that we can show. Send a JPEG, PNG or WebP.")) from None
    colours = upright.info.get("icc_profile")
    clean = Image.new(upright.mode, upright.size)
    if upright.mode == "P":
        clean = upright.convert("RGBA")
    else:
        clean.paste(upright)
    written = BytesIO()
    more = {"quality": 92} if kind in ("JPEG", "WEBP") else {}
    clean.info = {}
    clean.save(written, format=kind if kind != "GIF" else "PNG", icc_profile=colours, **more)
    suffix = FORMATS[kind if kind != "GIF" else "PNG"]
    return ContentFile(written.getvalue(), name=PurePath(name).stem[:60] + suffix)
