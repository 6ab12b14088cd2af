"""The site's settings with throw-away data, and beside its databases a plain one on Django's own engine.

The databases survive a power cut exactly as those of the site do: what that costs is part of the figures.
`BENCH_GROUND` is `sqlite` or `postgresql`; where the databases lie is decided by `bench.ground`.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from copy import deepcopy
from pathlib import Path

_DATA = tempfile.mkdtemp(prefix="leadrush-bench-")
atexit.register(shutil.rmtree, _DATA, ignore_errors=True)
os.environ["LEADRUSH_DATA"] = _DATA
for _folder in ("keys", "static", "media"):
    (Path(_DATA) / _folder).mkdir()
# 32 zero bytes, written as the vault writes a master key.
os.environ["LEADRUSH_MASTER_KEY"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
for _variable in ("DATABASE_URL", "KEYS_URL", "LEDGER_URL", "SMTP_URL"):
    os.environ.pop(_variable, None)

from leadrush.website.settings import *  # noqa: E402, F403
from leadrush.website.settings import DATABASES, INSTALLED_APPS, STORAGES  # noqa: E402

GROUND = os.environ.get("BENCH_GROUND", "sqlite")
if GROUND == "postgresql":
    for _alias in DATABASES:
        DATABASES[_alias] = {
            "ENGINE": "leadrush.gate.postgresql",
            "NAME": _alias,
            "CONN_MAX_AGE": None,
        }
    # The gate without its second lock: row-level security taken off, and nothing told to it.
    DATABASES["one_lock"] = {**deepcopy(DATABASES["default"]), "ENGINE": "bench.one_lock"}
DATABASES["plain"] = {**deepcopy(DATABASES["default"]), "ENGINE": "django.db.backends.postgresql"}
if GROUND == "sqlite":
    DATABASES["plain"].update(ENGINE="django.db.backends.sqlite3", NAME=f"{_DATA}/plain.sqlite3")

ROOT_URLCONF = "bench.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "bench.plain", "bench.shelves"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Files by their own names: nothing is collected here.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
