"""Starting a ClickHouse for a test: chDB in a process of its own, with threads and signals of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Yield what `VISITS_URL` says of an empty database whose files lie in a folder."""
    command = [sys.executable, str(Path(__file__).with_name("clickhouse_here.py")), str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        port = int(process.stdout.readline())
        yield f"http://house:{quote('a word/1', safe='')}@127.0.0.1:{port}/visits"
        process.stdin.close()
