"""A visitor without a browser, who follows every link and fills in every form with canaries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

import requests
from bs4 import BeautifulSoup, SoupStrainer, Tag

FORMS, LINKS = SoupStrainer("form"), SoupStrainer("a")
WRITTEN = {"text", "search", "email", "tel", "url", "password", ""}


@dataclass
class Canaries:
    """The words that one run hides; each is random, so that nothing else can be mistaken for it."""

    seed: str

    def address(self, n: int = 0) -> str:
        """Return a canary's e-mail address."""
        return f"wren{self.seed}{n}@canary{self.seed}.example"

    @property
    def words(self) -> str:
        """What is typed into every field for words."""
        return f"kestrel{self.seed} said so"

    @property
    def header(self) -> str:
        """What is put into every header that a visitor can fill."""
        return f"heron{self.seed}"

    @property
    def needles(self) -> list[str]:
        """What is looked for afterwards."""
        return [f"wren{self.seed}", f"canary{self.seed}", f"kestrel{self.seed}", f"heron{self.seed}"]


@dataclass
class Form:
    """One form of a page, as a browser would send it."""

    page: str
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    files: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """What makes a form the same as another: where it goes and what it asks."""
        path = re.sub(r"[0-9a-f-]{8,}|\d+", "N", urlsplit(self.action).path)
        return (self.method, path, *sorted(self.fields))


class Visitor:
    """Walks a site over HTTP with cookies of its own."""

    def __init__(self, url: str, canaries: Canaries, address: str) -> None:
        self.url = url
        self.canaries = canaries
        self.address = address
        self.seen: dict[str, int] = {}
        self.sent: dict[tuple[str, ...], int] = {}
        self.session = requests.Session()
        self.session.headers.update(
            {
                "User-Agent": f"Mozilla/5.0 (X11; Linux) Firefox/150.0 {canaries.header}",
                "Accept-Language": f"en,x-{canaries.header}",
                "Referer": f"https://forum.example/{canaries.address(8)}/?q={canaries.header}",
                "X-Forwarded-For": "203.0.113.77",
                "X-Request-Id": canaries.header,
                "From": canaries.address(9),
                "Accept": "text/html,*/*",
            }
        )
        self.session.cookies.set("c", canaries.header)

    def get(self, address: str) -> requests.Response:
        """Open an address; no page may break, whatever it was asked."""
        answer = self.session.get(urljoin(self.url, address), timeout=20)
        self.seen[urldefrag(answer.url)[0]] = answer.status_code
        assert answer.status_code < 500, f"{address}: {answer.status_code}"
        return answer

    def post(self, form: Form, **changed: str) -> requests.Response:
        """Send a form as a browser does."""
        data = form.fields | changed
        headers = {"Origin": self.url}
        if form.method == "get":
            answer = self.session.get(form.action, params=data, timeout=20)
        elif form.files:
            files = {name: (None, value) for name, value in data.items()}
            answer = self.session.post(form.action, files=files, headers=headers, timeout=20)
        else:
            answer = self.session.post(form.action, data=data, headers=headers, timeout=20)
        self.sent[form.key] = answer.status_code
        assert answer.status_code < 500, f"{form.action} {sorted(data)}: {answer.status_code}"
        return answer

    def forms(self, answer: requests.Response) -> Iterator[Form]:
        """Yield the forms of a page, filled in with canaries."""
        soup = BeautifulSoup(answer.text, "html.parser", parse_only=FORMS)
        for form in soup.find_all("form"):
            if form.get("method", "get").lower() != "dialog":
                yield self._form(answer.url, form)

    def _form(self, page: str, form: Tag) -> Form:
        found = Form(
            page,
            urljoin(page, str(form.get("action") or "")),
            str(form.get("method") or "get").lower(),
            files=form.get("enctype") == "multipart/form-data",
        )
        for asked in form.find_all(["input", "textarea", "select", "button"]):
            name = str(asked.get("name") or "")
            if name:
                self._fill(found, asked, name)
        return found

    def _fill(self, form: Form, asked: Tag, name: str) -> None:
        kind = str(asked.get("type") or "").lower()
        if asked.name == "select":
            options = [str(option.get("value", option.text)) for option in asked.find_all("option")]
            form.fields[name] = next((option for option in options if option), "")
        elif asked.name == "button":
            if asked.get("value") and name not in form.fields:
                form.fields[name] = str(asked["value"])
        elif kind == "hidden":
            form.fields[name] = str(asked.get("value") or "")
        elif kind in ("checkbox", "radio"):
            form.fields.setdefault(name, str(asked.get("value", "on")))
        elif "email" in (kind, asked.get("inputmode"), asked.get("autocomplete"), name):
            form.fields[name] = self.address
        elif asked.name == "textarea" or (kind in WRITTEN and asked.get("inputmode") != "numeric"):
            form.fields[name] = self.canaries.words
        elif kind != "file":
            form.fields[name] = str(asked.get("value") or "1")

    def wander(self, start: str, skip: Callable[[str], bool], most: int = 120) -> None:
        """Follow every link below the site and send every form once, breadth first."""
        waiting = [urljoin(self.url, start)]
        known = set(waiting)
        while waiting and len(self.seen) < most:
            answer = self.get(waiting.pop(0))
            if "html" not in answer.headers.get("Content-Type", ""):
                continue
            answers = [answer]
            for form in list(self.forms(answer)):
                if form.key not in self.sent and not skip(urlsplit(form.action).path):
                    answers.append(self.post(form))
            for page in answers:
                for link in BeautifulSoup(page.text, "html.parser", parse_only=LINKS).find_all(
                    "a", href=True
                ):
                    to = urldefrag(urljoin(page.url, str(link["href"])))[0]
                    if to.startswith(self.url) and to not in known and not skip(urlsplit(to).path):
                        known.add(to)
                        waiting.append(to)
