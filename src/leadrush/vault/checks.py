"""System checks: nothing about a person is kept undeclared, and nothing is declared that no clause allows."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.db.models import ForeignKey

from leadrush import gate, statement
from leadrush.gate import rooms
from leadrush.vault import collects, taking
from leadrush.vault.models import Held, Item

BUILT_IN = {"mask", "person", "giving"}


def install() -> None:
    """Register the checks; called once, when the app is ready."""
    register(declarations, "leadrush")
    register(clauses, "leadrush")
    register(taking_along, "leadrush")
    register(floors, "leadrush")


def declarations(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each model is declared, each column of a held one too, and the gate holds its table."""
    found: list[CheckMessage] = []
    known = {declared.label: declared for declared in collects.gated()}
    others = collects.nothing() | collects.ground()
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label_lower
        declared = known.get(label)
        if declared is None:
            if issubclass(model, Held):
                found.append(_error("E001", f"{label} holds data about persons and no COLLECTS declares it"))
            elif label not in others:
                found.append(
                    _error("E002", f"{label} is declared nowhere: COLLECTS, or NOTHING with a reason")
                )
            continue
        if not issubclass(model, Held):
            found.append(_error("E003", f"{label} is in COLLECTS and does not extend vault.models.Held"))
            continue
        columns = {f.name for f in model._meta.local_concrete_fields if not f.primary_key} - BUILT_IN
        for missing in sorted(columns - set(declared.fields)):
            found.append(_error("E004", f"{label}.{missing} is a column that collects.py does not declare"))
        for extra in sorted(set(declared.fields) - columns):
            found.append(_error("E005", f"{label}.{extra} is declared and is no column"))
        if model._meta.db_table not in gate.tables.all():
            found.append(_error("E006", f"the gate does not hold {model._meta.db_table}"))
    return found


def taking_along(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each declared column is of a kind that its person can take along in a file. Clause `take-along`."""
    return [
        _error("E007", f"{declared.label}.{name} is of a kind that no file carries: see vault/taking.py")
        for declared in collects.gated()
        for name in declared.fields
        if name not in taking.fields_of(declared) and name in taking.columns_of(declared.model)
    ]


def clauses(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Each declaration's clause exists and allows its categories; real code keeps and checks each clause."""
    found = [_error("E010", fault) for fault in statement.faults(rooms.all())]
    templates = {clause.slug: clause for room in rooms.all() for clause in room.clauses}
    for declared in collects.gated():
        clause = templates.get(declared.clause)
        if clause is None:
            found.append(_error("E011", f"{declared.label}: no clause is called {declared.clause}"))
            continue
        allowed = {category for term in clause.terms for category in term.categories}
        for category in declared.categories:
            if category not in allowed:
                found.append(
                    _error("E012", f"{declared.label}: clause {clause.slug} says nothing about {category}")
                )
        if declared.erase == collects.KEPT:
            laws = {kind for term in clause.terms if term.basis == "law" for kind in term.categories}
            if not (declared.law and declared.until and set(declared.categories) <= laws):
                found.append(
                    _error("E015", f"{declared.label} is kept: say the law, until when, and a term of law")
                )
        elif declared.erase != collects.ROW:
            found.append(_error("E015", f"{declared.label}: erasing does “row” or “kept”"))
        if not declared.categories and declared.model is not Item:
            found.append(_error("E013", f"{declared.label} declares no category"))
    for clause in templates.values():
        for path in (*clause.kept_by, clause.check):
            if not rooms.exists(path):
                found.append(_error("E014", f"clause {clause.slug} is kept by {path}, which does not exist"))
    return found


def floors(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """No foreign key climbs a floor: import-linter cannot see those that are named by a string."""
    order = [app.label for app in apps.get_app_configs() if app.name.startswith("leadrush.")]
    floor = {label: rooms.floor(label) for label in order}
    found: list[CheckMessage] = []
    for model in apps.get_models(include_auto_created=True):
        here = floor.get(model._meta.app_label)
        if here is None:
            continue
        for relation in model._meta.get_fields():
            if not isinstance(relation, ForeignKey) or isinstance(relation.related_model, str):
                continue
            there = floor.get(relation.related_model._meta.app_label)
            same = relation.related_model._meta.app_label == model._meta.app_label
            if there is not None and not same and there >= here:
                found.append(
                    _error("E020", f"{model._meta.label}.{relation.name} points to a floor that is not below")
                )
    return found


def _error(code: str, words: str) -> CheckMessage:
    return Error(words, id=f"leadrush.{code}")
