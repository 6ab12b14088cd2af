"""People who use a site all the while: they register, look at what is held about them, ask for a code."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Callable

from bs4 import BeautifulSoup

from tests.canary.test_canaries import sign_in
from tests.canary.visitor import Canaries, Visitor
from tests.rig.site import Site


class Doing:
    """What people do on one site; each act is somebody else's, but for Ana's, who is signed in."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.numbers = itertools.count(1)
        self.ana = self.visitor("ana@mail.example")
        page = self.page_of_a_webinar(self.ana)
        self.ana.post(next(form for form in self.ana.forms(self.ana.get(page)) if "email" in form.fields))
        sign_in(self.ana, site, self.ana.address)

    def visitor(self, address: str) -> Visitor:
        """Return somebody with this address, who comes from a place of their own."""
        one = Visitor(self.site.url, Canaries("crowd"), address)
        number = next(self.numbers)
        one.session.headers["X-Forwarded-For"] = f"198.18.{number // 250}.{number % 250}"
        return one

    def registers(self) -> None:
        """Register with an address that nobody had: a key is made."""
        one = self.visitor(f"{uuid.uuid4().hex}@mail.example")
        page = self.page_of_a_webinar(one)
        form = next(form for form in one.forms(one.get(page)) if "email" in form.fields)
        assert one.post(form).status_code == 200

    def looks(self) -> None:
        """Read what is held about oneself, signed in before it all began: sessions and values open."""
        page = self.ana.get("/me/")
        assert self.ana.address in page.text, "the session ended, or the address does not open"

    def asks(self) -> None:
        """Ask for a code: the blind index is looked into, and something is sealed for the worker."""
        one = self.visitor(f"{uuid.uuid4().hex}@mail.example")
        (form,) = (form for form in one.forms(one.get("/sign-in/")) if one.address in form.fields.values())
        assert one.post(form).status_code == 200

    @staticmethod
    def page_of_a_webinar(one: Visitor) -> str:
        """Return the address of a webinar that is on the list."""
        listed = BeautifulSoup(one.get("/webinars/").text, "html.parser").find_all("a", href=True)
        found = (str(link["href"]) for link in listed)
        return next(link for link in found if link.startswith("/webinars/") and len(link) > len("/webinars/"))


class Crowd:
    """Some who use the site all the while; what any of them meets that is no answer stops all."""

    def __init__(self, *acts: Callable[[], None]) -> None:
        self.stop = threading.Event()
        self.done = [0] * len(acts)
        self.faults: list[BaseException] = []
        self.threads = [
            threading.Thread(target=self.go, args=[number, act]) for number, act in enumerate(acts)
        ]

    def go(self, number: int, act: Callable[[], None]) -> None:
        while not self.stop.is_set() and not self.faults:
            try:
                act()
            except BaseException as fault:
                self.faults.append(fault)
            else:
                self.done[number] += 1

    def __enter__(self) -> Crowd:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *what: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()
