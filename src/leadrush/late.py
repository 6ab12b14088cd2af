"""Names that a package offers and fetches when first asked for.

Django imports every app's package before models may be imported, so a package that offers verbs about models
cannot import them at once.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def late(package: str, names: dict[str, str]) -> Callable[[str], Any]:
    """Return a module's `__getattr__` that finds each name in the submodule given for it."""

    def fetch(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{names[name]}"), name)

    return fetch
