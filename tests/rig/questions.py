"""What an act asks the databases, so that a test can say how much a page may cost.

A process looks by the clock for a new version of the statement, for new counts, and for a changed business,
whoever comes: on a slow machine such a look falls into an act by chance. It is left out, and so is the frame
of a transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

BY_THE_CLOCK = ("gate_version", "gate_coming", "look_business", "accountability_counted")
LOOKS = re.compile(rf'^SELECT .*FROM "({"|".join(BY_THE_CLOCK)})"', re.DOTALL)
FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")
# On PostgreSQL the use is told in front of a question, in the same message.
TOLD = re.compile("^SET LOCAL [^;]*;")


def asked(act: Callable[[], object], *databases: str) -> list[str]:
    """Return the statements that an act puts to these databases, or to all of them where none is named."""
    with ExitStack() as stack:
        captured = [
            stack.enter_context(CaptureQueriesContext(connections[alias]))
            for alias in databases or tuple(connections)
        ]
        act()
    found = [TOLD.sub("", query["sql"]) for one in captured for query in one.captured_queries]
    return [sql for sql in found if not LOOKS.match(sql) and not sql.upper().startswith(FRAME)]


def of_page(client: Client, path: str, method: str = "get") -> tuple[str, list[str]]:
    """Return a page, which has to be there, and what it asked."""
    answers: list[Any] = []
    found = asked(lambda: answers.append(getattr(client, method)(path)))
    assert answers[0].status_code == 200, path
    return answers[0].content.decode(), found
