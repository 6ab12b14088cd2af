"""The privacy statement as data: clauses, terms, versions and the decision. Pure Python."""

from leadrush.statement.clauses import SECTIONS, Clause, ClauseTemplate, Faulty, Slot
from leadrush.statement.decision import Choice, Permission, Prohibition, Reason, decide, mask_of
from leadrush.statement.fitting import faults
from leadrush.statement.linked import gpc, jsonld
from leadrush.statement.reading import Room, read_room
from leadrush.statement.terms import Basis, Retention, Term
from leadrush.statement.uses import EVERYTHING, HEADINGS, US, Category, Meaning, Use
from leadrush.statement.versions import Version

__all__ = [
    "EVERYTHING",
    "HEADINGS",
    "SECTIONS",
    "US",
    "Basis",
    "Category",
    "Choice",
    "Clause",
    "ClauseTemplate",
    "Faulty",
    "Meaning",
    "Permission",
    "Prohibition",
    "Reason",
    "Retention",
    "Room",
    "Slot",
    "Term",
    "Use",
    "Version",
    "decide",
    "faults",
    "gpc",
    "jsonld",
    "mask_of",
    "read_room",
]
