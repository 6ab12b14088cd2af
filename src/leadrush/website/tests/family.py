"""A parent with children, for tests of supervision: prints each child's number as it starts.

Arguments are Python programs, one a child; each child's standard output is the parent's.
"""

from __future__ import annotations

import sys

from leadrush.website.running.supervise import Child, supervise

if __name__ == "__main__":
    # One write a line: two children speak at once, and print makes several writes.
    head = "import os, signal, subprocess, sys, time; os.write(1, b'child %d\\n' % os.getpid());"
    supervise([Child(f"{n}", [sys.executable, "-c", head + code]) for n, code in enumerate(sys.argv[1:])])
    print("ended", flush=True)
