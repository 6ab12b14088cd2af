"""Media: files that the business made, kept by their content and handed out by links that end.

`keep(upload, kinds)` takes a file in, `link(file)` gives it out. Nothing here is about a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadrush.late import late

if TYPE_CHECKING:
    from leadrush.media.keeping import keep
    from leadrush.media.links import link

__all__ = ["keep", "link"]

__getattr__ = late(__name__, {"keep": "keeping", "link": "links"})
