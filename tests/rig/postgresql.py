"""PostgreSQL for tests: a private cluster a run, three databases a worker, copied from templates in it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from django.db import connections

from . import cluster
from .folders import run_folder
from .sqlite import VARIABLES
from .template import migrate, prepared

SOCKET = "LEADRUSH_TEST_CLUSTER"


def _build(folder: Path) -> None:
    cluster.init(folder / "data")
    running = cluster.Cluster(folder / "data")
    try:
        # The site's own role: it owns its databases, and row-level security binds it.
        running.superuser(f"create role {cluster.ROLE} login createdb nosuperuser nobypassrls")
        running.run(*(f"create database template_{alias}" for alias in VARIABLES))
        migrate({variable: running.url(f"template_{alias}") for alias, variable in VARIABLES.items()})
    finally:
        running.stop()


class Server:
    """The cluster of a whole run; the first process starts it, workers find it in the environment."""

    def __init__(self) -> None:
        template = prepared("postgresql", _build)
        self.folder = run_folder()
        cluster.copy(template / "data", self.folder / "data")
        self.cluster = cluster.Cluster(self.folder / "data")
        os.environ[SOCKET] = self.cluster.socket

    def close(self) -> None:
        """End the cluster and forget its files."""
        self.cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Databases:
    """The three databases of this process; `restore` brings them back to the template."""

    def __init__(self, worker: str) -> None:
        self.cluster = cluster.Reached(os.environ[SOCKET])
        self.names = {alias: f"test_{worker}_{alias}" for alias in VARIABLES}
        for alias, name in self.names.items():
            for settings in (connections.settings[alias], connections[alias].settings_dict):
                settings.update(NAME=name, HOST=self.cluster.socket, USER=cluster.ROLE, PASSWORD="", PORT="")
        self.restore()

    def restore(self) -> None:
        """Drop every database, whoever is connected, and copy the template again."""
        for alias, name in self.names.items():
            connections[alias].close()
            # The server's own vacuum may be at work in it, and only the cluster's owner may end that.
            self.cluster.superuser(f"drop database if exists {name} with (force)")
            self.cluster.run(f"create database {name} template template_{alias}")

    def close(self) -> None:
        """Let go; the databases end with the cluster."""
        for alias in self.names:
            connections[alias].close()
