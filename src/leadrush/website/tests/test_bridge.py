"""The bridge over real sockets: whole, streamed, large, broken, slow and abandoned exchanges."""

from __future__ import annotations

import ast
import hashlib
import http.client
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from .processes import eventually, running

pytestmark = pytest.mark.skipif(
    os.environ.get("TEST_DATABASES") == "postgresql", reason="no database takes part"
)
SITE = ("-m", "leadrush.website.tests.plain_site")
SETTINGS = {"DJANGO_SETTINGS_MODULE": "leadrush.website.test_settings", "LEADRUSH_MAX_BODY": str(21 << 20)}


class Site:
    """A running server, spoken to over real connections."""

    def __init__(self, port: int) -> None:
        self.port = port

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
        with closing(self.connect()) as link:
            link.request(method, path, body, headers)  # type: ignore[arg-type]
            answer = link.getresponse()
            return answer.status, answer.read()

    def raw(self, text: bytes) -> bytes:
        """Send bytes as they are and return all that comes back until the server closes."""
        with closing(socket.create_connection(("127.0.0.1", self.port), 20)) as link:
            link.sendall(text)
            answer = b""
            while part := link.recv(65536):
                answer += part
            return answer

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = ast.literal_eval(self.ask("GET", "/counts")[1].decode())
        return found


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running(*SITE, **SETTINGS) as process:
        assert process.stdout is not None
        yield Site(int(process.stdout.readline()))


def test_path_query_and_headers_arrive_as_they_were_sent(site: Site) -> None:
    with closing(site.connect()) as link:
        link.putrequest("GET", "/environ?a=1&b=%20", skip_host=True)
        for name, value in (("Host", "h.example"), ("X-One", "1"), ("X-One", "2"), ("Cookie", "a=1")):
            link.putheader(name, value)
        link.putheader("Cookie", "b=2")
        link.endheaders()
        seen = ast.literal_eval(link.getresponse().read().decode())
    assert seen["QUERY_STRING"] == "a=1&b=%20"
    assert seen["HTTP_HOST"] == "h.example"
    assert seen["HTTP_X_ONE"] == "1,2"
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert seen["REMOTE_ADDR"] == "127.0.0.1"


def test_a_header_with_an_underscore_cannot_pose_as_one_that_a_proxy_vouches_for(site: Site) -> None:
    answer = site.raw(
        b"GET /environ HTTP/1.1\r\nHost: h\r\nX_Forwarded_Host: evil.example\r\nConnection: close\r\n\r\n"
    )
    assert b"evil" not in answer


def test_an_address_in_unicode_reaches_the_page_byte_for_byte(site: Site) -> None:
    assert site.ask("GET", "/%C3%A4%FF")[0] == 404
    with closing(site.connect()) as link:
        link.request("GET", "/environ%3F")  # a question mark that belongs to the path
        assert link.getresponse().status == 404


def test_a_body_of_20_mb_arrives_whole(site: Site) -> None:
    body = os.urandom(20 << 20)
    assert site.ask("POST", "/digest", body)[1].decode() == f"{len(body)} {hashlib.sha256(body).hexdigest()}"


def test_a_chunked_body_arrives_whole_and_with_its_length(site: Site) -> None:
    parts = [os.urandom(size) for size in (1, 70_000, 3, 2_000_000)]
    whole = b"".join(parts)
    status, answer = site.ask("POST", "/digest", iter(parts))
    assert (status, answer.decode()) == (200, f"{len(whole)} {hashlib.sha256(whole).hexdigest()}")


@pytest.mark.parametrize("path", ["/big", "/file"])
def test_an_answer_of_20_mb_arrives_whole(site: Site, path: str) -> None:
    status, answer = site.ask("GET", path)
    assert (status, len(answer), len(set(answer))) == (200, 20 << 20, 1)


@pytest.mark.parametrize("path", ["/big", "/file", "/stream", "/counts"])
def test_head_sends_no_body_and_leaves_the_connection_usable(site: Site, path: str) -> None:
    with closing(site.connect()) as link:
        link.request("HEAD", path)
        answer = link.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
        link.request("GET", "/counts")
        assert link.getresponse().read().startswith(b"{")


def test_both_cookies_of_one_answer_arrive(site: Site) -> None:
    with closing(site.connect()) as link:
        link.request("GET", "/two-cookies")
        answer = link.getresponse()
        assert (answer.status, answer.getheader("location")) == (302, "/next")
        assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]


def test_a_streamed_page_arrives_while_it_is_made_and_is_closed_once(site: Site) -> None:
    before = site.counts()["closed"]
    with closing(site.connect()) as link:
        begun = time.monotonic()
        link.request("GET", "/stream")
        answer = link.getresponse()
        assert answer.read(4) == b"   0"
        assert time.monotonic() - begun < 0.5, "the first part waited for the last"
        assert answer.read() == b"   1   2   3   4"
    assert site.counts()["closed"] == before + 1


def test_a_client_that_leaves_frees_the_page_thread_and_closes_the_response(site: Site) -> None:
    before = site.counts()["closed"]
    for _ in range(12):  # so many wedged the bridge that was tried before this one
        link = site.connect()
        link.request("GET", "/endless")
        link.getresponse().read(10)
        link.close()
    assert eventually(lambda: site.counts()["closed"] == before + 12)


def test_a_page_nobody_waits_for_any_more_is_not_made(site: Site) -> None:
    with closing(site.connect()) as first:
        first.request("GET", "/pause?0.6")
        time.sleep(0.1)
        before = None
        for _ in range(5):
            with closing(site.connect()) as leaving:
                leaving.request("GET", "/context?left")
        time.sleep(0.2)
        assert first.getresponse().read() == b"woken"
        before = site.counts()["pages"]
    assert site.counts()["pages"] == before + 1


def test_slow_readers_of_whole_pages_and_files_hold_no_page_thread(site: Site) -> None:
    links = []
    for path in ("/big", "/file", "/big", "/file"):
        link = socket.create_connection(("127.0.0.1", site.port), 20)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        links.append(link)
    time.sleep(0.3)
    begun = time.monotonic()
    assert site.ask("GET", "/counts")[0] == 200
    assert time.monotonic() - begun < 1
    for link in links:
        link.close()


def test_slow_senders_hold_no_page_thread(site: Site) -> None:
    links = []
    for _ in range(8):
        link = socket.create_connection(("127.0.0.1", site.port), 20)
        link.sendall(b"POST /digest HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc")
        links.append(link)
    begun = time.monotonic()
    assert site.ask("GET", "/counts")[0] == 200
    assert time.monotonic() - begun < 1
    for link in links:
        link.close()


def test_what_one_request_sets_in_its_context_no_other_sees(site: Site) -> None:
    seen: list[bytes] = []
    with closing(site.connect()) as link:
        for number in range(50):
            link.request("GET", f"/context?{number}")
            seen.append(link.getresponse().read())
    threads = [
        threading.Thread(target=lambda: seen.append(site.ask("GET", "/context?other")[1])) for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen) == {b"nothing"}
    assert len(seen) == 60


def test_a_broken_page_is_a_500_with_a_plain_word_and_the_next_one_works(site: Site) -> None:
    status, answer = site.ask("GET", "/broken")
    assert (status, b"broke on our side" in answer, b"grace" in answer) == (500, True, False)
    assert site.ask("GET", "/counts")[0] == 200


def test_a_page_that_breaks_midway_is_seen_to_be_cut_short(site: Site) -> None:
    with pytest.raises(http.client.IncompleteRead):
        site.ask("GET", "/broken-midway")
    assert site.ask("GET", "/counts")[0] == 200


def test_the_log_names_what_broke_and_never_what_it_said() -> None:
    with running(*SITE, **SETTINGS) as process:
        assert process.stdout is not None
        site = Site(int(process.stdout.readline()))
        site.ask("GET", "/broken")
        process.terminate()
        log = process.communicate(timeout=10)[0]
    assert "ValueError" in log
    assert "plain_site.py" in log
    assert "secret" not in log


@pytest.mark.parametrize("framing", ["declared", "chunked"])
def test_a_body_over_the_limit_is_refused_in_a_plain_sentence(framing: str) -> None:
    with running(*SITE, **SETTINGS | {"LEADRUSH_MAX_BODY": "100000"}) as process:
        assert process.stdout is not None
        site = Site(int(process.stdout.readline()))
        body = b"z" * 300_000
        if framing == "declared":
            status, answer = site.ask("POST", "/digest", body)
        else:
            status, answer = site.ask("POST", "/digest", iter([body]))
        assert status == 413
        assert "larger than this site takes" in answer.decode()
        assert site.ask("POST", "/digest", b"z" * 100_000)[0] == 200


def test_a_request_for_a_websocket_gets_no_socket(site: Site) -> None:
    answer = site.raw(
        b"GET /counts HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert not answer.startswith(b"HTTP/1.1 101")


def test_the_server_ends_at_once_when_asked_even_while_it_streams() -> None:
    with running(*SITE, **SETTINGS) as process:
        assert process.stdout is not None
        site = Site(int(process.stdout.readline()))
        assert site.ask("GET", "/counts")[0] == 200
        with closing(site.connect()) as link:
            link.request("GET", "/endless")
            link.getresponse().read(10)
            begun = time.monotonic()
            process.terminate()
            process.wait(8)
            assert time.monotonic() - begun < 6
