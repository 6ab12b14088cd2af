"""Canaries through every form and header, then a search through every byte that the site left behind.

The site runs as a newcomer starts it. A visitor without script registers, signs in and corrects; the owner
finds and opens people. What owners write for everybody (pages, webinars) is public and left alone.
"""

from __future__ import annotations

import re
import secrets
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.canary.searching import search, spellings
from tests.canary.visitor import Canaries, Visitor
from tests.rig import cluster, sampling
from tests.rig import postman as rig
from tests.rig.site import Site, start, stop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PUBLIC_WORDS = re.compile(
    r"^/(edit|media|static)/|^/console/(webinars|guides|offers|staff|statement|visits/note)/|sign-out|/passkeys/|/lang"
    r"|^/console/trainings/(begin|prose|lessons|questions|quizzes|groups|\d+/(?!learners|report))"
    r"|^/console/trainings/\d+/$"
)
"""What staff write for everybody, and what would end the visit. Who learns, and what they hand in, is not."""


@pytest.fixture(params=sampling.drawn(["sqlite", "postgresql"], "canaries"))
def ground(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Say where the site's databases are: files in its folder, or a PostgreSQL of its own."""
    if request.param == "sqlite":
        yield {}
        return
    with cluster.of_a_site("canary") as (running, urls):
        yield urls | {"CLUSTER": str(running.folder)}


def test_the_search_finds_a_word_however_it_was_written(tmp_path: Path) -> None:
    for name, spelled in spellings("kestrelfeather").items():
        (tmp_path / "file").write_bytes(b"before" + spelled + b"after")
        assert search(tmp_path, ["kestrelfeather"]), name
    from django.core import signing

    (tmp_path / "file").write_text(signing.dumps({"words": "kestrelfeather " * 9}, key="k", compress=True))
    assert search(tmp_path, ["kestrelfeather"])


def sign_in(visitor: Visitor, site: Site, address: str) -> None:
    """Sign in by code, as the page says."""
    (form,) = (f for f in visitor.forms(visitor.get("/sign-in/")) if address in f.fields.values())
    since = len(site.postman.mails)
    answer = visitor.post(form)
    until = time.monotonic() + 20
    while len(site.postman.mails) == since and time.monotonic() < until:
        time.sleep(0.1)
    code = rig.code(site.postman.wait(address, "lets you in"))
    (form,) = (f for f in visitor.forms(answer) if "code" in f.fields)
    visitor.post(form, code=code)


def settled(site: Site) -> None:
    """Wait until the worker has sent what there was to send."""
    count = -1
    while count != len(site.postman.mails):
        count = len(site.postman.mails)
        time.sleep(3)


def staff(site: Site, canaries: Canaries) -> Visitor:
    """Return the owner, who looks for the canary and opens what is found."""
    owner = Visitor(site.url, canaries, canaries.address())
    owner.post(next(owner.forms(owner.get(site.staff_link()))))
    assert owner.get("/console/").url.endswith("/console/"), "the owner was not let in"
    owner.wander("/console/", lambda path: bool(PUBLIC_WORDS.search(path)))
    return owner


def test_no_byte_below_the_data_folder_tells_who_was_here(tmp_path: Path, ground: dict[str, str]) -> None:
    canaries = Canaries(secrets.token_hex(4))
    folder = tmp_path / "data"
    with rig.running() as postman:
        files = Path(ground["CLUSTER"]) if "CLUSTER" in ground else None
        site = start(folder, postman, **{k: v for k, v in ground.items() if k != "CLUSTER"})
        try:
            visitor = Visitor(site.url, canaries, canaries.address())
            visitor.wander("/", lambda path: bool(PUBLIC_WORDS.search(path)))
            webinars = {key: status for key, status in visitor.sent.items() if "email" in key}
            assert 200 in webinars.values(), f"no registration was taken: {visitor.sent}"
            for path in (f"/{canaries.address()}/", f"/?q={canaries.words}", f"/webinars/{canaries.words}/"):
                visitor.get(path)
            settled(site)
            for mail in list(postman.mails):
                for link in set(re.findall(r"http://localhost:\d+/\S+?(?=[>\s])", rig.text(mail))):
                    visitor.get(link)

            person = Visitor(site.url, canaries, canaries.address())
            sign_in(person, site, canaries.address())
            me = person.get("/me/")
            assert canaries.address() in BeautifulSoup(me.text, "html.parser").text, (
                "the person sees their data"
            )
            assert canaries.words in me.text, "the person sees what they answered"
            person.address = canaries.address(1)
            person.wander("/me/", lambda path: bool(PUBLIC_WORDS.search(path)))
            settled(site)
            owner = staff(site, canaries)
            assert any("people" in key[1] for key in owner.sent), sorted(owner.sent)
            settled(site)
        finally:
            printed = site.printed()
            dumped = dump(ground, tmp_path)
            stop(site)
    assert len(postman.mails) >= 3
    (tmp_path / "printed").mkdir()
    (tmp_path / "printed" / "log.txt").write_text(printed)
    for place in (folder, tmp_path / "printed", dumped, files):
        if place is not None:
            assert search(place, canaries.needles) == []


def dump(ground: dict[str, str], tmp_path: Path) -> Path | None:
    """Write the databases out as a backup would; make PostgreSQL write its memory to its files, too."""
    if "CLUSTER" not in ground:
        return None
    folder = tmp_path / "dump"
    folder.mkdir()
    for variable in ("DATABASE_URL", "KEYS_URL", "LEDGER_URL"):
        # Row-level security binds the site's own role, so that a whole dump takes the cluster's owner.
        whole = ground[variable].replace(f"//{cluster.ROLE}@", "//postgres@")
        dumped = subprocess.run([str(cluster.binaries() / "pg_dump"), whole], capture_output=True, check=True)
        (folder / variable).write_bytes(dumped.stdout)
    cluster.Reached(ground["CLUSTER"]).superuser("checkpoint")
    return folder
