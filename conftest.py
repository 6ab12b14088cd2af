"""What every test stands on: all three databases, on SQLite or on PostgreSQL.

`TEST_DATABASES=postgresql` runs the same tests on a private PostgreSQL. A test that asks for a database gets
all three; after a test with `transaction=True` they are copied from the migrated template again, so what
migrations put there is there for the next one, and tables that forbid deletion are no obstacle.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rig import sampling

POSTGRESQL = os.environ.get("TEST_DATABASES") == "postgresql"
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_reset_sequences"}


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    sampling.settle(config)


def pytest_report_header(config: pytest.Config) -> str:
    return (
        f"databases: {'postgresql' if POSTGRESQL else 'sqlite'}, LEADRUSH_SEED={os.environ['LEADRUSH_SEED']}"
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    # xdist starts its workers in its own sessionstart, which comes after this one.
    if POSTGRESQL and not _is_worker(session.config) and not session.config.option.collectonly:
        from tests.rig.postgresql import Server

        session.config.stash[SERVER] = Server()


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(SERVER, None)
    if server is not None:
        server.close()


SERVER: pytest.StashKey[Any] = pytest.StashKey()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give every test that touches a database all of them: an act on one is written down in another."""
    marker = item.get_closest_marker("django_db")
    if marker is None and not DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ())):
        return
    given = dict(marker.kwargs) if marker else {}
    if marker and marker.args:
        given["transaction"] = marker.args[0]
    given.setdefault("databases", "__all__")
    item.add_marker(pytest.mark.django_db(**given), append=False)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if POSTGRESQL:
        _ask_once(config, items)
    sampling.sample(config, items)


def _ask_once(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what asks no database of ours: it says on PostgreSQL what it has said on SQLite."""
    if any("::" in argument or argument.endswith(".py") for argument in config.args):
        return
    asks = [item for item in items if item.get_closest_marker("django_db") or "postgresql" in item.nodeid]
    asks = [item for item in asks if sampling.on_postgresql(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(asks)])
    items[:] = asks


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    """Copy the template once a process, in place of Django's own making of test databases."""
    from django.test import TransactionTestCase

    from tests.rig.postgresql import Databases
    from tests.rig.sqlite import Files

    with django_db_blocker.unblock():
        databases = Databases(worker_id) if POSTGRESQL else Files()

    def restore(case: TransactionTestCase) -> None:
        from django.contrib.contenttypes.models import ContentType

        databases.restore()
        ContentType.objects.clear_cache()

    TransactionTestCase._fixture_teardown = restore  # type: ignore[method-assign]
    yield
    with django_db_blocker.unblock():
        databases.close()


@pytest.fixture
def visits(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Return a folder of visits that is this test's own, with nothing of another test's in memory."""
    from leadrush.visits import addresses, inbox, middleware, salts

    def forget() -> None:
        inbox.close()
        salts.forget()
        middleware.forget_titles()
        addresses.forget()

    settings.VISITS = tmp_path / "data" / "visits"
    forget()
    yield settings.VISITS
    forget()


@pytest.fixture
def data_folder(tmp_path: Path, settings: Any, visits: Path) -> Path:
    """Return a folder of the site's data that is this test's own, closed to others."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    settings.DATA = folder
    settings.MEDIA_ROOT = folder / "media"
    settings.STATIC_ROOT = folder / "static"
    settings.BACKUPS = folder / "backups"
    settings.KEY_BACKUPS = folder / "keys" / "backups"
    (folder / "keys").mkdir(mode=0o700)
    return folder


@pytest.fixture
def published(db: None) -> Any:
    """Put version 1 of the statement in force, made of the installed rooms' clauses with their defaults."""
    from datetime import date

    from leadrush import gate, statement
    from leadrush.accountability import evidence
    from leadrush.gate import rooms, versions

    evidence.forget()
    versions.IN_FORCE.forget()
    versions.version_of.cache_clear()
    text = statement.Version.draw_up(rooms.all(), number=1, published=date(2026, 1, 1))
    gate.publish(text)
    yield text
    versions.IN_FORCE.forget()
    versions.version_of.cache_clear()
