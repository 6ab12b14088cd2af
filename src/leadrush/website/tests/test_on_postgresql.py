"""The same command where the three databases are on a PostgreSQL server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .test_command import FOUNDED, FOUNDING, leadrush, only_sentence

pytestmark = [
    pytest.mark.skipif(os.environ.get("TEST_DATABASES") != "postgresql", reason="needs PostgreSQL"),
    pytest.mark.skipif(FOUNDING is None, reason="no business can be founded yet"),
]
NAMES = {"DATABASE_URL": "up_site", "KEYS_URL": "up_keys", "LEDGER_URL": "up_ledger"}


@pytest.fixture
def urls(worker_id: str) -> Iterator[dict[str, str]]:
    """Make three empty databases and return their addresses, by the variables that take them."""
    from tests.rig.cluster import Reached
    from tests.rig.postgresql import SOCKET

    cluster = Reached(os.environ[SOCKET])
    names = {variable: f"{name}_{worker_id}" for variable, name in NAMES.items()}
    cluster.run(*(f"create database {name}" for name in names.values()))
    yield {variable: cluster.url(name) for variable, name in names.items()}
    cluster.run(*(f"drop database if exists {name} with (force)" for name in names.values()))


def test_a_site_is_prepared_twice_and_refuses_to_start_without_its_keys(
    tmp_path: Path, urls: dict[str, str], worker_id: str
) -> None:
    from tests.rig.cluster import Reached
    from tests.rig.postgresql import SOCKET

    data = str(tmp_path / "data")
    for _ in range(2):
        done = leadrush("prepare", "--data", data, **urls, **FOUNDED)
        assert (done.returncode, done.stderr) == (0, "")
    assert not list(Path(data).rglob("*.sqlite3"))

    cluster = Reached(os.environ[SOCKET])
    keys = f"up_keys_{worker_id}"
    cluster.run(f"drop database {keys}", f"create database {keys}")
    said = only_sentence(leadrush("up", LEADRUSH_DATA=data, PORT="0", **urls))
    assert "keys database" in said
    assert "is missing" in said

    cluster.run(f"drop database {keys}")
    said = only_sentence(leadrush("up", LEADRUSH_DATA=data, PORT="0", **urls))
    assert "cannot be opened" in said
