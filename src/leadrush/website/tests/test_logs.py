"""A log that is read by whoever runs the machine never repeats what a person typed."""

from __future__ import annotations

import io
import logging
import logging.config
from collections.abc import Iterator

import pytest
from django.conf import settings

from leadrush.website.running.logs import Discreet

ADDRESS = "grace@example.org"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Discreet("%(levelname)s %(message)s"))
    logger = logging.getLogger("leadrush.tests.logs")
    logger.propagate = False
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


def test_a_traceback_shows_place_and_class_of_each_exception_and_no_message(written: io.StringIO) -> None:
    log = logging.getLogger("leadrush.tests.logs")
    try:
        try:
            raise LookupError(ADDRESS)
        except LookupError as error:
            raise ValueError(f"no row for {ADDRESS}") from error
    except ValueError:
        log.exception("A task failed")
    text = written.getvalue()
    assert "ERROR A task failed" in text
    assert "builtins.ValueError" in text
    assert "builtins.LookupError" in text
    assert "test_logs.py" in text
    assert "grace" not in text


def test_an_exception_as_an_argument_is_named_by_its_class(written: io.StringIO) -> None:
    logging.getLogger("leadrush.tests.logs").error("It broke: %s", ValueError(ADDRESS))
    assert written.getvalue() == "ERROR It broke: ValueError\n"


def test_what_another_handler_wrote_into_the_record_is_not_repeated(written: io.StringIO) -> None:
    log = logging.getLogger("leadrush.tests.logs")
    loose = logging.StreamHandler(io.StringIO())
    loose.setFormatter(logging.Formatter("%(message)s"))
    log.handlers.insert(0, loose)
    try:
        raise ValueError(ADDRESS)
    except ValueError:
        log.exception("first the loose one, then ours")
    finally:
        log.removeHandler(loose)
    assert "grace" not in written.getvalue()


def test_every_handler_of_the_site_is_discreet_and_none_sends_mail() -> None:
    handlers = settings.LOGGING["handlers"]
    assert handlers
    for handler in handlers.values():
        assert handler["formatter"] == "discreet"
        assert "mail" not in handler["class"].lower()
    assert logging.getLogger("django").handlers == []
