"""The look: base templates, stylesheets in layers, the mark, the proof, the seal, forms, charts.

Use `look.business()` for the name, time zone and locale of the business whose site this is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadrush.look.models import Business


def business() -> Business:
    """Return the business that this site belongs to; before set-up, a nameless one in UTC.

    Held in the process for at most two seconds, so that a change reaches every process within that time.
    """
    from leadrush.look.models import current

    return current()
