"""When something goes wrong, whoever runs the machine reads where; never what a person typed."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views.debug import ExceptionReporter

from leadrush import gate
from leadrush.ledger.writing import Unwritten
from leadrush.vault.keys import NoKey

CANARY = "grace.hopper+canary@example.org"


def fails(request: HttpRequest, word: str = "") -> HttpResponse:
    raise FAULTS[request.headers["X-Fault"]]


FAULTS: dict[str, Exception] = {
    "value": ValueError(f"no such person: {CANARY}"),
    "row": IntegrityError(f"Key (address)=({CANARY}) already exists"),
    "no use": gate.NoUse(f"{CANARY}"),
    "refused": gate.Refused(f"{CANARY}"),
    "unwritten": Unwritten(f"{CANARY}"),
    "key": NoKey(f"{CANARY}"),
    "database": OperationalError(f"no route for {CANARY}"),
}
urlpatterns = [path("letter/<str:word>/", gate.door("webinars.serve")(fails))]
handler500 = "leadrush.website.failing.failed"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Return what the terminal shows; the site's own handler writes there."""
    stream = io.StringIO()
    handlers = [h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler]
    assert handlers, "the site's LOGGING is in force"
    before = [(h, h.setStream(stream)) for h in handlers]
    yield stream
    for handler, old in before:
        handler.setStream(old)


def ask(fault: str) -> Any:
    with override_settings(ROOT_URLCONF=__name__):
        client = Client(raise_request_exception=False)
        return client.post(
            f"/letter/{CANARY}/?back={CANARY}",
            {"address": CANARY},
            headers={"X-Fault": fault, "Referer": f"https://a.example/{CANARY}", "User-Agent": CANARY},
        )


@pytest.mark.parametrize("fault", list(FAULTS))
def test_no_fault_repeats_what_was_typed_neither_in_the_page_nor_in_the_log(
    fault: str, written: io.StringIO
) -> None:
    answer = ask(fault)
    said = written.getvalue()
    assert answer.status_code in (500, 503)
    assert "grace" not in answer.content.decode()
    assert "grace" not in said and "canary" not in said
    assert "/letter/<str:word>/" in said, "the log says at which page"
    assert type(FAULTS[fault]).__name__ in said, "the log says of which kind"


@pytest.mark.parametrize("fault", ["no use", "refused"])
def test_a_closed_gate_is_told_with_its_door(fault: str, written: io.StringIO) -> None:
    assert ask(fault).status_code == 500
    assert "webinars.serve" in written.getvalue()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("unwritten", "nothing was opened and nothing was stored"),
        ("key", "A key that this page needs is not in its place"),
        ("database", "cannot reach its records"),
    ],
)
def test_what_may_pass_is_answered_with_when_to_try_again(fault: str, words: str) -> None:
    answer = ask(fault)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert words in " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    "line",
    [
        ("mail to %s failed", (CANARY,)),
        ("mail to %s failed", ("grace.hopper%2Bcanary%40example.org",)),
        ("GET /find/?q=grace", ()),
        ("%(who)s", ({"who": CANARY},)),
        ("550 <%s> canary unknown", (ValueError(CANARY),)),
    ],
)
def test_a_line_of_anybodys_code_loses_addresses_and_queries(
    line: tuple[str, tuple[Any, ...]], written: io.StringIO
) -> None:
    logging.getLogger("some.library").warning(line[0], *line[1])
    assert written.getvalue()
    assert "grace" not in written.getvalue()


def test_djangos_own_report_of_an_error_is_empty_of_values(rf: RequestFactory) -> None:
    request = rf.post(f"/x/?q={CANARY}", {"address": CANARY}, headers={"cookie": f"a={CANARY}"})
    try:
        held = CANARY
        raise LookupError(len(held))
    except LookupError as error:
        reporter = ExceptionReporter(request, type(error), error, error.__traceback__)
        data = reporter.get_traceback_data()
    assert data["filtered_POST_items"] == []
    assert list(data["request_COOKIES_items"]) == []
    assert data["settings"] == {} and data["request_meta"] == {}
    assert all(not frame["vars"] for frame in data["frames"])


def test_nobody_is_sent_errors_by_mail() -> None:
    assert settings.ADMINS == []
    for logger in [logging.getLogger(), logging.getLogger("django"), logging.getLogger("django.request")]:
        assert "AdminEmailHandler" not in [type(handler).__name__ for handler in logger.handlers]
