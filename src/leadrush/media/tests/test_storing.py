"""Whoever names a storage elsewhere has it, or reads what to write; no secret stands in what they read."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from leadrush.media import storing

HERE = Path("files")


def test_a_storage_elsewhere_is_named_as_the_databases_are() -> None:
    assert set(storing.storages(HERE, "")) == {"files"}
    url = "s3://KEY:a%2Fb@films/a/site/?endpoint=https://storage.example&region=eu-1"
    assert storing.storages(HERE, url)["away"]["OPTIONS"] == {
        "bucket_name": "films",
        "location": "a/site",
        "endpoint_url": "https://storage.example",
        "region_name": "eu-1",
        "access_key": "KEY",
        "secret_key": "a/b",
    }
    assert storing.storages(HERE, "s3://films")["away"]["OPTIONS"] == {"bucket_name": "films", "location": ""}


@pytest.mark.parametrize(
    "url",
    [
        "https://KEY:hush@storage.example/films",
        "s3://KEY:hush@",
        "s3://KEY:hush@films?endpont=x",
        "s3://KEY:hush@films?region=",
        "s3://KEY:hush@[films",
        "films",
    ],
)
def test_an_address_that_is_none_says_what_to_write_and_not_the_secret(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="FILES_URL is like s3://") as said:
        storing.storages(HERE, url)
    assert "hush" not in str(said.value)


def test_without_the_extra_it_says_which_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match=r"leadrush\[s3\]"):
        storing.storages(HERE, "s3://films")
