"""The country of an internet address, looked up in a file on this machine and forgotten with the address.

The file comes by npm with the browser's parts (IP to country, CC0), or is the owner's own
(`VISITS_COUNTRIES`, in MaxMind's format). Without one, countries are not told.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

import maxminddb
from django.conf import settings

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _reader(file: str) -> Any:
    if not file or not Path(file).is_file():
        return None
    try:
        return maxminddb.open_database(file)
    except (OSError, maxminddb.InvalidDatabaseError) as fault:
        log.error("Countries are not told: %s cannot be read (%s)", Path(file).name, type(fault).__name__)
        return None


def known() -> bool:
    """Say whether there is a file to look into."""
    return _reader(str(settings.VISITS_COUNTRIES)) is not None


@lru_cache(maxsize=1024)
def of(address: str) -> str:
    """Return the country of an address as two letters (ISO 3166), empty where it is not known."""
    reader = _reader(str(settings.VISITS_COUNTRIES))
    if reader is None:
        return ""
    try:
        found = reader.get(address)
    except (ValueError, maxminddb.InvalidDatabaseError):
        return ""
    if not isinstance(found, dict):
        return ""
    country = found.get("country_code") or (found.get("country") or {}).get("iso_code", "")
    return country if isinstance(country, str) and len(country) == 2 else ""
