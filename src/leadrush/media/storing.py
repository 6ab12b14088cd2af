"""Where files lie: a folder of the data, and elsewhere where `FILES_URL` names an S3-compatible storage.

`s3://KEY:SECRET@bucket/prefix?endpoint=https://storage.example&region=eu-1`; without key and secret those of
the environment are taken (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`). The settings ask it.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

KNOWN = {"endpoint": "endpoint_url", "region": "region_name"}
LIKE = "FILES_URL is like s3://KEY:SECRET@bucket/prefix?endpoint=https://storage.example&region=eu-1."


def storages(folder: Path, url: str) -> dict[str, Any]:
    """Return what Django's STORAGES needs. Raises `ImproperlyConfigured`."""
    here = {
        "files": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder, "base_url": None},
        }
    }
    return here | {"away": _elsewhere(url)} if url else here


def _elsewhere(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        raise ImproperlyConfigured(LIKE) from None
    bucket = parts.netloc.rpartition("@")[2]
    if parts.scheme != "s3" or not bucket or not asked.keys() <= KNOWN.keys() or not all(asked.values()):
        # Without the address itself: it may hold a secret.
        raise ImproperlyConfigured(LIKE)
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise ImproperlyConfigured("FILES_URL needs django-storages: pip install 'leadrush[s3]'.")
    options: dict[str, Any] = {"bucket_name": bucket, "location": parts.path.strip("/")}
    options |= {KNOWN[name]: value for name, value in asked.items()}
    if parts.username and parts.password:
        options |= {"access_key": unquote(parts.username), "secret_key": unquote(parts.password)}
    return {"BACKEND": "leadrush.media.elsewhere.Elsewhere", "OPTIONS": options}
