"""Declarations: what each table holds about a person, under which clause. No declaration, no column.

Every part has a `collects.py` with up to three names:

- `COLLECTS`: a list of `Collects`, one for each model that extends `vault.models.Held`.
- `GROUND`: tables that concern persons without naming them, which the gate itself stands on, with the reason.
- `NOTHING`: models that hold nothing about persons, with the reason, also for third-party apps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise

if TYPE_CHECKING:
    from leadrush.vault.models import Held

Words = str | Promise
ROW, KEPT = "row", "kept"


@dataclass(frozen=True)
class Sealed:
    """A column of sealed private text: its field, and the context that it is sealed for.

    `reads` returns what the opened text is where it is more than words, for whoever takes it along; `lost`
    returns the text that reads so where its own was lost, from the words that say that.
    """

    field: str
    context: str
    reads: Callable[[str], Any] = str
    lost: Callable[[str], str] = str


@dataclass(frozen=True)
class Beside:
    """What lies in files beside a table and belongs to its rows: its name, its title, and what reads it.

    `read` returns a value that JSON can hold for each row's key. It is taken along as one more column, and
    goes with its row by `erasing.ends`.
    """

    name: str
    title: Words
    read: Callable[[list[Any]], Mapping[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class Collects:
    """What one table takes: its kinds of data, the clause that lets it, each field in words.

    `fields` maps every column of the table's own to what a person calls it; `of` gives a row's name on “What
    we hold about you”, `correct` the address where its person corrects it. `erase` says what erasing does:
    "row" removes it; "kept" keeps it where a law says so: then `law` names the law in words, `until` the last
    day of a row, and its sealed columns go under a key that serves the law alone. `itself` names the columns
    that make a row itself, beside its key and its giving; `loses` says what its person loses with it. `lost`
    does what else follows for rows of whose sealed text no key is left, in the same transaction. `shows`
    returns (title, value) pairs for the page; without it, `fields` are shown. `beside` is what its
    rows have in files.
    """

    model: type[Held]
    categories: tuple[str, ...]
    clause: str
    title: Words
    fields: Mapping[str, Words]
    sealed: tuple[Sealed, ...] = ()
    erase: str = ROW
    loses: Words = ""
    law: Words = ""
    until: Callable[[Any], date] | None = None
    itself: tuple[str, ...] = ()
    lost: Callable[[Any], object] | None = None
    shows: Callable[[list[Any]], Mapping[Any, str]] | None = None
    correct: Callable[[Any], str] | None = None
    related: tuple[str, ...] = ()
    beside: Beside | None = None

    @property
    def label(self) -> str:
        """The model's label in lower case, `app.model`."""
        return self.model._meta.label_lower


@dataclass
class _Register:
    collects: dict[str, Collects] = field(default_factory=dict)
    nothing: dict[str, str] = field(default_factory=dict)
    ground: dict[str, str] = field(default_factory=dict)


_register = _Register()


def discover() -> None:
    """Read every app's `collects.py`."""
    for app in apps.get_app_configs():
        # The vault's own declarations stand beside this module, because this one has the name already.
        name = f"{app.name}.{'declared' if app.label == 'vault' else 'collects'}"
        if not app.name.startswith("leadrush.") or find_spec(name) is None:
            continue
        module = import_module(name)
        for declared in getattr(module, "COLLECTS", ()):
            register(declared)
        _register.nothing |= {key.lower(): why for key, why in getattr(module, "NOTHING", {}).items()}
        _register.ground |= {key.lower(): why for key, why in getattr(module, "GROUND", {}).items()}


def register(declared: Collects) -> None:
    """Register one declaration. The gate holds its table already: the model extends `Held`."""
    _register.collects[declared.label] = declared


def of(model: type[Model]) -> Collects:
    """Return the declaration of a model. Raises `LookupError`, naming the file to write it in."""
    label = model._meta.label_lower
    try:
        return _register.collects[label]
    except KeyError:
        raise LookupError(f"{label} is declared nowhere: add it to COLLECTS in its collects.py") from None


def gated() -> list[Collects]:
    """Return every declaration, in the order of the apps."""
    return list(_register.collects.values())


def sealing() -> set[str]:
    """Return the labels of the models that hold sealed values, as Django counts what it deletes."""
    return {one.model._meta.label for one in gated() if one.sealed or "sealed" in one.fields}


def nothing() -> dict[str, str]:
    """Return the models that hold nothing about persons, each with its reason."""
    return dict(_register.nothing)


def ground() -> dict[str, str]:
    """Return the tables that the gate stands on, each with its reason."""
    return dict(_register.ground)
