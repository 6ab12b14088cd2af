"""One command from nothing to a running site: real processes, a real folder, a real port."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from leadrush.look import parts
from leadrush.website.running import folder, prepare
from tests.rig.site import lay_tables

from .processes import environment, eventually, running, runs

FOUNDING = find_spec("leadrush.website.founding")
pytestmark = [
    pytest.mark.skipif(
        os.environ.get("TEST_DATABASES") == "postgresql", reason="starts sites of its own, on SQLite"
    ),
    pytest.mark.skipif(FOUNDING is None, reason="no business can be founded yet"),
]
LEADRUSH = ("-m", "leadrush.website.running")
FOUNDED = {"LEADRUSH_NAME": "Tarn & Tiller", "LEADRUSH_OWNER": "owner@tarn-and-tiller.example"}


def leadrush(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, *LEADRUSH, *arguments],
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def only_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a failed command said: one line, no traceback, and an exit code that scripts notice."""
    assert done.returncode not in (0, -9), done.stdout
    said = done.stderr.strip()
    assert said.count("\n") == 0, said
    return said


class Up:
    """A site that `leadrush up` has started."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said = ""
        assert process.stdout is not None
        for line in process.stdout:
            self.said += line
            if "Ctrl-C ends it" in line:
                break
        address = re.search(r"http://localhost:(\d+)", self.said)
        assert address, self.said
        self.address, self.port = address.group(), int(address.group(1))

    def get(self, path: str = "/") -> int:
        try:
            with urllib.request.urlopen(self.address + path, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def family(self) -> list[int]:
        """Return the numbers of web and worker, as soon as both are what they will be."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")

        def both() -> dict[str, int]:
            found = {}
            for number in listed.read_text().split():
                words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
                found.update({name.decode(): int(number) for name in words if name in (b"web", b"worker")})
            return found if len(found) == 2 else {}

        assert eventually(both, 30)
        return [both()["web"], both()["worker"]]


@contextlib.contextmanager
def up(data: Path, *arguments: str, **more: str) -> Iterator[Up]:
    with running(*LEADRUSH, "up", *arguments, **{"PORT": "0", "LEADRUSH_DATA": str(data)} | more) as process:
        yield Up(process)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a site that was founded and stopped; tests copy it."""
    data = tmp_path_factory.mktemp("made") / "data"
    lay_tables(data)
    done = leadrush("prepare", "--data", str(data), **FOUNDED)
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """Return a founded site's data folder that the test may break."""
    subprocess.run(["cp", "-a", str(made), str(tmp_path / "data")], check=True)
    return tmp_path / "data"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_demo_starts_from_nothing_serves_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    with up(tmp_path / "data", "--demo") as site:
        assert site.get("/privacy/") == 200
        children = site.family()
        assert all(runs(child) for child in children)
        site.process.send_signal(signal.SIGINT)
        assert site.process.wait(10) == 0
        assert not any(runs(child) for child in children)
        with pytest.raises(urllib.error.URLError):
            site.get()


def test_data_and_keys_are_closed_to_everybody_else(made: Path) -> None:
    assert mode(made) == mode(made / "keys") == 0o700
    assert mode(made / "keys" / "master.key") == mode(made / "keys" / "secret.key") == 0o600
    assert (made / "keys" / "keys.sqlite3").exists()
    assert not (made / "keys.sqlite3").exists()


def test_a_second_start_keeps_keys_and_data_and_asks_nothing(data: Path) -> None:
    before = (data / "keys" / "master.key").read_bytes()
    done = leadrush("prepare", "--data", str(data))
    assert (done.returncode, done.stderr) == (0, "")
    assert (data / "keys" / "master.key").read_bytes() == before
    with contextlib.closing(sqlite3.connect(data / "site.sqlite3")) as link:
        assert link.execute("select name from look_business").fetchall() == [("Tarn & Tiller",)]


def test_killing_the_command_leaves_nothing_that_listens(data: Path) -> None:
    with up(data) as site:
        site.get()
        children = site.family()
        site.process.kill()
        assert eventually(lambda: not any(runs(child) for child in children), 6)
        with contextlib.closing(socket.socket()) as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", site.port))


def test_a_web_process_that_dies_comes_back_on_the_same_port(data: Path) -> None:
    with up(data) as site:
        status = site.get()
        os.kill(site.family()[0], signal.SIGKILL)
        assert site.get() == status, "a request between two web processes was refused"


def test_a_port_in_use_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = leadrush("up", "--demo", PORT=str(port), LEADRUSH_DATA=str(tmp_path / "data"))
    assert only_sentence(done).startswith(f"Port {port} is in use")
    assert not (tmp_path / "data").exists()


def test_two_sites_never_run_on_one_folder(data: Path) -> None:
    with up(data):
        done = leadrush("up", PORT="0", LEADRUSH_DATA=str(data))
    assert "already runs" in only_sentence(done)


def test_a_first_start_without_a_terminal_says_what_it_needs_to_know(tmp_path: Path) -> None:
    done = leadrush("up", PORT="0", LEADRUSH_DATA=str(tmp_path / "data"))
    said = only_sentence(done)
    assert "--name" in said
    assert "LEADRUSH_OWNER" in said


def test_an_owner_without_a_real_address_is_refused(tmp_path: Path) -> None:
    done = leadrush("prepare", "--data", str(tmp_path / "data"), "--name", "Tarn", "--owner", "nobody")
    assert done.returncode != 0
    assert "e-mail address" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_owners_address_is_in_no_argument_of_a_process(tmp_path: Path) -> None:
    lay_tables(tmp_path / "data")
    with up(tmp_path / "data", **FOUNDED) as site:
        for process in (site.process.pid, *site.family()):
            assert b"owner@" not in Path(f"/proc/{process}/cmdline").read_bytes()
        for child in site.family():
            assert b"owner@" not in Path(f"/proc/{child}/environ").read_bytes()


def test_a_missing_master_key_is_never_replaced(data: Path) -> None:
    (data / "keys" / "master.key").unlink()
    said = only_sentence(leadrush("up", PORT="0", LEADRUSH_DATA=str(data)))
    assert "master key is missing" in said
    assert not (data / "keys" / "master.key").exists()


@pytest.mark.parametrize("key", ["A" * 43 + "=", "short"], ids=["another", "no key at all"])
def test_a_wrong_master_key_stops_the_start(data: Path, key: str) -> None:
    (data / "keys" / "master.key").write_text(key)
    assert "master key" in only_sentence(leadrush("up", PORT="0", LEADRUSH_DATA=str(data))).lower()


def test_a_master_key_that_others_can_read_stops_the_start(data: Path) -> None:
    (data / "keys" / "master.key").chmod(0o644)
    assert "chmod 600" in only_sentence(leadrush("up", PORT="0", LEADRUSH_DATA=str(data)))


def test_a_master_key_from_the_environment_needs_no_file(data: Path) -> None:
    file = data / "keys" / "master.key"
    key = file.read_text().strip()
    file.unlink()
    done = leadrush("prepare", "--data", str(data), LEADRUSH_MASTER_KEY=key)
    assert (done.returncode, done.stderr) == (0, "")
    assert not file.exists()


@pytest.mark.parametrize("lost", ["keys/keys.sqlite3", "ledger.sqlite3"])
def test_data_without_their_keys_or_ledger_do_not_start_with_empty_ones(data: Path, lost: str) -> None:
    for file in (data / lost).parent.glob(f"{Path(lost).name}*"):
        file.unlink()
    said = only_sentence(leadrush("up", PORT="0", LEADRUSH_DATA=str(data)))
    assert "is missing" in said
    assert lost in said


def test_a_start_that_was_cut_short_after_the_keys_goes_on(tmp_path: Path, made: Path) -> None:
    data = tmp_path / "data"
    subprocess.run(["cp", "-a", str(made), str(data)], check=True)
    for file in data.glob("site.sqlite3*"):
        file.unlink()
    assert leadrush("prepare", "--data", str(data), **FOUNDED).returncode == 0


def test_without_npm_the_site_starts_all_the_same(data: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    done = leadrush("prepare", "--data", str(data), PATH=str(tmp_path / "bin"))
    assert done.returncode == 0, done.stderr


def test_parts_that_are_missing_without_npm_are_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in parts.LISTS:
        shutil.copy(parts.lists() / name, tmp_path / name)
    monkeypatch.setattr(parts, "CLONE", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    said: list[str] = []
    prepare.parts(tmp_path / "data", said.append)
    assert said == ["npm is not installed: pages use the system's font, and large files cannot be brought."]

    # As npm notes what it has fetched: the versions wanted, and no word about them.
    (tmp_path / "node_modules").mkdir()
    shutil.copy(tmp_path / "package-lock.json", tmp_path / "node_modules" / ".package-lock.json")
    prepare.parts(tmp_path / "data", said.append)
    assert len(said) == 1


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = only_sentence(leadrush("up", PORT="0", LEADRUSH_DATA=str(tmp_path / "file" / "data")))
    assert "cannot be used" in said


@pytest.mark.parametrize("command", ["web", "worker", "manage"])
def test_a_part_alone_asks_for_a_prepared_site(tmp_path: Path, command: str) -> None:
    done = leadrush(
        command, *(["check"] if command == "manage" else []), LEADRUSH_DATA=str(tmp_path / "none")
    )
    assert "leadrush up" in only_sentence(done)
    assert not (tmp_path / "none").exists()


def test_djangos_commands_run_on_the_site(data: Path) -> None:
    done = leadrush("manage", "migrate", "--check", "--skip-checks", LEADRUSH_DATA=str(data))
    assert done.returncode == 0, done.stderr
    assert leadrush("manage", "no-such-command", LEADRUSH_DATA=str(data)).returncode != 0


def test_static_files_are_collected_once_and_again_when_they_change(data: Path) -> None:
    found = next((data / "static").rglob("*.css"))
    found.write_text("spoilt")
    assert leadrush("prepare", "--data", str(data)).returncode == 0
    assert found.read_text() == "spoilt", "collected again though nothing changed"
    (data / "static.stamp").write_text("another state")
    assert leadrush("prepare", "--data", str(data)).returncode == 0
    assert found.read_text() != "spoilt"


# --- backups --------------------------------------------------------------------------------------------


def test_a_site_that_was_put_back_only_half_does_not_start_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "restore").mkdir()
    (tmp_path / "restore" / "journal.json").write_text("{}")
    for command in (["up", "--port", "0"], ["prepare"], ["worker"], ["sign-in"]):
        said = only_sentence(leadrush(*command, LEADRUSH_DATA=str(tmp_path), **FOUNDED))
        assert "Run `leadrush restore`" in said, command


def test_a_running_site_is_not_restored_over(data: Path) -> None:
    (data / "restored.tar.gz").touch()
    with folder.lock(data):
        done = leadrush("restore", "--data", str(data / "restored.tar.gz"), LEADRUSH_DATA=str(data))
    assert "already runs" in only_sentence(done)


def test_a_full_disk_leaves_no_half_backup_and_a_backup_comes_back(data: Path) -> None:
    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    done = subprocess.run(
        [sys.executable, *LEADRUSH, "backup", "data"],
        env=environment(LEADRUSH_DATA=str(data)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=small,
        check=False,
    )
    assert "There is no room" in only_sentence(done)
    assert list((data / "backups").iterdir()) == []
    for kind in ("data", "keys"):
        assert leadrush("backup", kind, LEADRUSH_DATA=str(data)).returncode == 0
    (made,) = (data / "backups").iterdir()
    (keys,) = (data / "keys" / "backups").iterdir()
    (data / "site.sqlite3").unlink()
    done = leadrush("restore", "--data", str(made), "--keys", str(keys), "--yes", LEADRUSH_DATA=str(data))
    assert done.returncode == 0 and "Start the site" in done.stdout, done.stderr
