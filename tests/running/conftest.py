"""Where the databases of a site that runs are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rig import cluster, sampling


@pytest.fixture(params=sampling.drawn(["sqlite", "postgresql"], "running"))
def ground(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Say where the site's databases are."""
    if request.param == "sqlite":
        yield {}
        return
    with cluster.of_a_site("running") as (_running, urls):
        yield urls
