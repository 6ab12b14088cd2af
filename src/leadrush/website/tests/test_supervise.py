"""What one command starts, it keeps going and takes along: nothing is left to listen beside the next."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from .processes import eventually, running, runs

pytestmark = pytest.mark.skipif(
    os.environ.get("TEST_DATABASES") == "postgresql", reason="no database takes part"
)
FAMILY = ("-m", "leadrush.website.tests.family")
SLEEPS = "time.sleep(60)"
DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN); os.write(1, b'deaf\\n'); time.sleep(60)"
PARENT = "os.write(1, b'grandchild %d\\n' % subprocess.Popen(['sleep', '60']).pid); time.sleep(60)"


def read(process: subprocess.Popen[str], word: str) -> int:
    """Return the number in the next line that begins with `word`."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(word):
            return int(line.split()[-1]) if line.split()[-1].isdigit() else 0
    raise AssertionError(f"the process ended without saying {word!r}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_and_its_like_end_everything_at_once(number: signal.Signals) -> None:
    with running(*FAMILY, SLEEPS, SLEEPS) as process:
        children = [read(process, "child"), read(process, "child")]
        begun = time.monotonic()
        process.send_signal(number)
        assert process.wait(5) == 0
        assert time.monotonic() - begun < 4
        assert not any(runs(child) for child in children)


def test_what_a_child_has_started_ends_too() -> None:
    with running(*FAMILY, PARENT) as process:
        grandchild = read(process, "grandchild")
        process.send_signal(signal.SIGINT)
        process.wait(5)
        assert eventually(lambda: not runs(grandchild))


def test_killing_the_parent_leaves_no_orphans() -> None:
    with running(*FAMILY, SLEEPS, SLEEPS) as process:
        children = [read(process, "child"), read(process, "child")]
        process.kill()
        assert eventually(lambda: not any(runs(child) for child in children), 3)


def test_a_child_that_ends_is_started_again_and_later_each_time() -> None:
    with running(*FAMILY, "sys.exit(3)", SLEEPS) as process:
        steady = None
        starts: list[float] = []
        words: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("child"):
                starts.append(time.monotonic())
            else:
                words.append(line)
            if len(words) == 3:
                break
        steady = process.poll()
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0
    assert steady is None, "the parent ended with its child"
    assert [word.split(" in ")[1].strip() for word in words] == ["0.5 s.", "1 s.", "2 s."]
    assert starts[-1] - starts[0] > 1.4


def test_a_killed_child_comes_back_while_the_other_goes_on() -> None:
    with running(*FAMILY, SLEEPS, SLEEPS) as process:
        first, second = read(process, "child"), read(process, "child")
        os.kill(first, signal.SIGKILL)
        third = read(process, "child")
        assert third not in (first, second)
        assert runs(second)
        process.send_signal(signal.SIGINT)
        process.wait(5)


@pytest.mark.slow
def test_a_child_that_will_not_end_is_ended_after_eight_seconds() -> None:
    with running(*FAMILY, DEAF) as process:
        child = read(process, "child")
        read(process, "deaf")
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(12) == 0
        assert 7.5 < time.monotonic() - begun < 10
        assert not runs(child)
