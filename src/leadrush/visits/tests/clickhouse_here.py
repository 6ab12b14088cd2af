"""ClickHouse's HTTP form in front of chDB, its own engine in a process: what tests ask instead of a server.

`python clickhouse_here.py FOLDER` prints its port and ends with its standard input. The user is `house`, the
password `a word/1`, the database `visits`. `POST /fail?on=INSERT&code=241` lets the next statement that
begins so fail with that code.
"""

from __future__ import annotations

import re
import sys
import tempfile
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from chdb.session import Session

USER, WORD, DATABASE = "house", "a word/1", "visits"
LOGIN = "Basic " + b64encode(f"{USER}:{WORD}".encode()).decode()
PLAIN = {"database", "query", "wait_end_of_query", "readonly"}


class Answers(BaseHTTPRequestHandler):
    """Answers one statement at a time."""

    protocol_version = "HTTP/1.1"
    session: Session
    one = threading.Lock()
    failing: tuple[str, str] | None = None

    def do_POST(self) -> None:
        address = urlsplit(self.path)
        said = dict(parse_qsl(address.query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if address.path == "/fail":
            Answers.failing = said["on"], said["code"]
            self._say(200, b"")
        elif self.headers["Authorization"] != LOGIN:
            self._say(403, b"Code: 516. DB::Exception: Authentication failed")
        else:
            with self.one:
                self._say(*self._answer(said, body))

    def _answer(self, said: dict[str, str], body: bytes) -> tuple[int, bytes]:
        sql = said.get("query") or body.decode()
        if Answers.failing and sql.startswith(Answers.failing[0]):
            code, Answers.failing = Answers.failing[1], None
            return 500, f"Code: {code}. DB::Exception: as the test wanted".encode()
        if said.get("readonly") and not sql.startswith(("SELECT", "WITH")):
            return 500, b"Code: 164. DB::Exception: Cannot execute query in readonly mode."
        settings = {name: value for name, value in said.items() if name not in PLAIN and name[:6] != "param_"}
        if settings:
            sql += " SETTINGS " + ", ".join(f"{name} = '{value}'" for name, value in settings.items())
        params = {name[6:]: value for name, value in said.items() if name[:6] == "param_"}
        with tempfile.NamedTemporaryFile(suffix=".parquet") as taken:
            if "query" in said:
                taken.write(body)
                taken.flush()
                sql = sql.replace(" SETTINGS ", f" FROM INFILE '{taken.name}' SETTINGS ", 1)
            try:
                self.session.query(f"USE {said['database']}")
                return 200, self.session.query(sql, "CSV", params=params or None).bytes() or b""
            except Exception as fault:
                return 500, str(fault).encode()

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if found := re.match(rb"Code: (\d+)", body):
            self.send_header("X-ClickHouse-Exception-Code", found[1].decode())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the test says what it asked."""


def main() -> None:
    Answers.session = Session(str(Path(sys.argv[1])))
    Answers.session.query(f"CREATE DATABASE IF NOT EXISTS {DATABASE} ENGINE = Atomic")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
