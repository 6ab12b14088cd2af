"""What the demo begins with from the street: one backup of its keys, as every site has within a minute."""

from __future__ import annotations

import contextlib
import logging

from leadrush.vault import backups
from leadrush.website.backups import making
from leadrush.website.running.folder import Stop

log = logging.getLogger("leadrush.backups")


def seed() -> None:
    """Make the first backup of the keys; where that cannot be, the clock tries again and says why."""
    with contextlib.suppress(Stop):
        if making.due(backups.KEYS):
            making.keys(say=log.info)
