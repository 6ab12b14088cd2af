"""A parent with children, for tests of supervision: prints each child's number as it starts.

Arguments are Python programs, one a child; each child's standard output is the parent's.
"""

from __future__ import annotations

import sys

from leadrush.website.running.supervise import Child, supervise

if __name__ == "__main__":
    head = "import os, signal, subprocess, sys, time; print('child', os.getpid(), flush=True);"
    supervise([Child(f"{n}", [sys.executable, "-c", head + code]) for n, code in enumerate(sys.argv[1:])])
    print("ended", flush=True)
