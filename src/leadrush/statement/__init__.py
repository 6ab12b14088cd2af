"""The privacy statement as data: clauses, terms, versions and the decision. Pure Python."""

from leadrush.statement.clauses import SECTIONS, Clause, ClauseTemplate, Faulty, Slot
from leadrush.statement.decision import Choice, Permission, Prohibition, Reason, decide, mask_of
from leadrush.statement.difference import Aspect, Change, Difference, Pair, Way, difference, stays_locked
from leadrush.statement.drafts import Draft
from leadrush.statement.fitting import faults
from leadrush.statement.keeping import kept
from leadrush.statement.linked import gpc, jsonld
from leadrush.statement.reading import Room, read_room
from leadrush.statement.terms import Basis, Retention, Term
from leadrush.statement.uses import EVERYTHING, HEADINGS, US, Category, Meaning, Use
from leadrush.statement.versions import Prose, Version

__all__ = [
    "EVERYTHING",
    "HEADINGS",
    "SECTIONS",
    "US",
    "Aspect",
    "Basis",
    "Category",
    "Change",
    "Choice",
    "Clause",
    "ClauseTemplate",
    "Difference",
    "Draft",
    "Faulty",
    "Meaning",
    "Pair",
    "Permission",
    "Prohibition",
    "Prose",
    "Reason",
    "Retention",
    "Room",
    "Slot",
    "Term",
    "Use",
    "Version",
    "Way",
    "decide",
    "difference",
    "faults",
    "gpc",
    "jsonld",
    "kept",
    "mask_of",
    "read_room",
    "stays_locked",
]
