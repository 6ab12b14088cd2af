"""The site's settings as tests want them: throw-away data, quick databases, and the test apps of each part.

`TEST_DATABASES` is `sqlite` (default) or `postgresql`; where the databases lie is decided by the test rig.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# A process of its own data: two test runs, or two workers of one run, never meet in a file.
_DATA = tempfile.mkdtemp(prefix="leadrush-data-")
atexit.register(shutil.rmtree, _DATA, ignore_errors=True)
os.environ["LEADRUSH_DATA"] = _DATA
for _folder in ("keys", "static", "media", "files"):
    (Path(_DATA) / _folder).mkdir()
# 32 zero bytes, written as the vault writes a master key.
os.environ["LEADRUSH_MASTER_KEY"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
os.environ.setdefault("VISITS_DEMO_DAYS", "5")

from leadrush.website.settings import *  # noqa: E402, F403
from leadrush.website.settings import DATABASES, INSTALLED_APPS, PACKAGE, STORAGES  # noqa: E402

TEST_DATABASES = os.environ.get("TEST_DATABASES", "sqlite")
if TEST_DATABASES not in ("sqlite", "postgresql"):
    raise SystemExit(f"TEST_DATABASES is {TEST_DATABASES!r}; it can be sqlite or postgresql.")

for _alias, _database in DATABASES.items():
    if TEST_DATABASES == "postgresql":
        _database.update(ENGINE="leadrush.gate.postgresql")
        if _database.get("OPTIONS", {}).pop("init_command", None):  # no address given: the rig sets it
            _database.update(NAME=f"test_{_alias}", OPTIONS={})
    else:
        # A test's data need not survive a power cut; the other pragmas are those of the real site.
        _pragmas = _database["OPTIONS"]["init_command"].replace("synchronous=FULL", "synchronous=OFF")
        _database["OPTIONS"]["init_command"] = _pragmas.replace("synchronous=NORMAL", "synchronous=OFF")


def _test_apps() -> list[str]:
    """Name the apps that parts bring for their tests: each folder `PART/tests/APP` that has an `apps.py`."""
    found = sorted(Path(PACKAGE).glob("*/tests/*/apps.py"))
    return [".".join(("leadrush", *app.parent.relative_to(PACKAGE).parts)) for app in found]


INSTALLED_APPS = [*INSTALLED_APPS, *_test_apps()]

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Files by their own names: tests collect nothing.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
