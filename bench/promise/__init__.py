"""The promise: what it costs to erase, take along, publish, verify and count."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from bench.measuring import Figure


def figures(size: int) -> Iterator[Figure]:
    """Measure each promise on the databases of this process, which hold `size` persons."""
    for module in sorted(one.name for one in pkgutil.iter_modules(__path__)):
        yield from import_module(f"{__name__}.{module}").figures(size)
