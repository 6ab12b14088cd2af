"""What media hold: the business's own files, about nobody."""

from __future__ import annotations

NOTHING = {"media.File": "a file that the business made; who gets it is known to the room that hands it out"}
