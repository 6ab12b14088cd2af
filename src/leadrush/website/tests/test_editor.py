"""Pages are edited by editors and owners; the editor lists nobody, keeps no password, asks nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.db import models
from django.test import Client
from wagtail.models import PageLogEntry

from leadrush.vault.models import Person
from leadrush.website.example import STAFF
from leadrush.website.models import ArticlePage, HomePage

Browser = Callable[[str], Client]
HERE = {"Origin": "http://testserver"}
OPEN = ["", "pages/", "images/", "images/add/", "account/", "choose-page/", "images/chooser/"]
SHUT = [
    "users/", "users/add/", "groups/", "password_reset/", "reports/site-history/", "reports/workflow/",
    "workflows/list/", "sites/", "redirects/", "failwhale/", "bulk/vault/person/delete/",
    "bulk/auth/group/delete/", "api/main/documents/",
]  # fmt: skip


@pytest.mark.parametrize("role", ["owner", "editor"])
def test_owners_and_editors_can_edit(browser_of: Browser, role: str) -> None:
    client = browser_of(role)
    home = HomePage.objects.get()
    for path in [*OPEN, f"pages/{home.pk}/", f"pages/{home.pk}/edit/", f"pages/{home.pk}/history/"]:
        assert client.get(f"/edit/{path}").status_code == 200, path


@pytest.mark.parametrize("role", ["host", "reader", ""])
def test_everybody_else_is_sent_away(browser_of: Browser, role: str) -> None:
    client = browser_of(role)
    home = HomePage.objects.get()
    for path in [*OPEN, f"pages/{home.pk}/edit/"]:
        response = client.get(f"/edit/{path}")
        assert response.status_code == 302, path
        assert response["Location"].startswith("/sign-in/"), path
    sent = client.post(f"/edit/pages/{home.pk}/edit/", {"headline": "Taken over"}, headers=HERE)
    assert sent.status_code == 302
    assert HomePage.objects.get().headline == "A plot you can keep up with."


def test_a_person_who_is_no_longer_an_editor_edits_no_more(browser_of: Browser) -> None:
    client = browser_of("editor")
    assert client.get("/edit/pages/").status_code == 200
    Person.objects.filter(role="editor").update(role="reader")
    assert client.get("/edit/pages/").status_code == 302


def test_what_lists_people_or_keeps_passwords_is_not_there_even_for_the_owner(browser_of: Browser) -> None:
    client = browser_of("owner")
    for path in SHUT:
        assert client.get(f"/edit/{path}").status_code == 404, path
        assert client.post(f"/edit/{path}", headers=HERE).status_code == 404, path


def test_signing_in_is_ours_alone(browser_of: Browser) -> None:
    response = browser_of("").get("/edit/login/")
    assert response["Location"].startswith("/sign-in/")
    posted = browser_of("").post("/edit/login/", {"username": "x", "password": "y"}, headers=HERE)
    assert posted.status_code == 302


def test_the_account_page_asks_for_no_name_face_address_or_password(browser_of: Browser) -> None:
    page = BeautifulSoup(browser_of("owner").get("/edit/account/").content, "html.parser")
    fields = {tag["name"] for tag in page.select("main [name]")}
    assert fields
    assert not [f for f in fields if any(word in f for word in ("name_email", "avatar", "password", "email"))]


def form_of(page: BeautifulSoup) -> dict[str, str]:
    found = {}
    for tag in page.select("form[data-edit-form] [name]"):
        if tag.name == "textarea":
            found[tag["name"]] = tag.text.removeprefix("\n")
        elif tag.get("type") not in ("submit", "file") and tag.name == "input":
            found[tag["name"]] = tag.get("value", "")
    return found


def test_an_editor_writes_an_article_and_everybody_can_read_it(browser_of: Browser) -> None:
    client = browser_of("editor")
    home = HomePage.objects.get()
    where = f"/edit/pages/add/website/articlepage/{home.pk}/"
    form = form_of(BeautifulSoup(client.get(where).content, "html.parser"))
    form |= {
        "title": "Mice and broad beans",
        "slug": "mice-and-broad-beans",
        "day": "2026-11-20",
        "intro": "Sow two.",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "heading",
        "body-0-value": "One for the mouse",
        "body-0-id": "",
        "action-publish": "action-publish",
    }
    sent = client.post(where, form, headers=HERE)
    assert sent.status_code == 302, BeautifulSoup(sent.content, "html.parser").select(".error-message")
    page = browser_of("").get("/mice-and-broad-beans/")
    assert page.status_code == 200
    assert b"One for the mouse" in page.content
    assert b"mice-and-broad-beans" in browser_of("").get("/sitemap.xml").content


def test_a_form_of_the_editor_on_another_site_changes_nothing(browser_of: Browser) -> None:
    client = browser_of("owner")
    home = HomePage.objects.get()
    sent = client.post(f"/edit/pages/{home.pk}/delete/", headers={"Origin": "https://elsewhere.example"})
    assert sent.status_code == 403
    assert HomePage.objects.exists()


def test_the_editor_loads_nothing_from_elsewhere_and_runs_no_script_in_the_page(browser_of: Browser) -> None:
    client = browser_of("owner")
    home, article = HomePage.objects.get(), ArticlePage.objects.first()
    assert article is not None
    edited = [f"pages/{home.pk}/edit/", f"pages/{article.pk}/edit/"]
    for path in ["", "pages/", "images/", "account/", *edited]:
        response = client.get(f"/edit/{path}")
        page = BeautifulSoup(response.content, "html.parser")
        for tag in page.find_all(["script", "link", "img", "iframe"]):
            address = tag.get("src") or tag.get("href") or "/"
            assert address.startswith(("/", "#")) and not address.startswith("//"), (path, tag)
        inside = [s for s in page.find_all("script") if not s.get("src") and "json" not in s.get("type", "")]
        assert inside == [], path
        policy = response["Content-Security-Policy"]
        assert "unsafe" not in policy and "http" not in policy
        assert "script-src 'self'" in policy
        if path in edited:
            assert page.select_one("template[data-chooser]"), "the chooser of pictures is started by a file"


def test_what_wagtail_keeps_of_staff_is_a_number(browser_of: Browser) -> None:
    client = browser_of("owner")
    article = ArticlePage.objects.first()
    assert article is not None
    assert client.get(f"/edit/pages/{article.pk}/edit/").status_code == 200
    client.post(f"/edit/pages/{article.pk}/unpublish/", headers=HERE)
    assert PageLogEntry.objects.filter(
        action="wagtail.unpublish", user=Person.objects.get(role="owner")
    ).exists()
    known = [word for address, _role, name in STAFF for word in (address, address.split("@")[0], name)]
    public = {"Maren Holt", "maren"}  # signs a quote in an article, and the first page names her
    for model in apps.get_models(include_auto_created=True):
        if not model.__module__.startswith(("wagtail", "taggit", "allauth", "django")):
            continue
        texts = [
            f.attname
            for f in model._meta.concrete_fields
            if isinstance(f, models.CharField | models.TextField | models.JSONField)
        ]
        for row in model._base_manager.values_list(*texts) if texts else []:
            said = " ".join(str(value) for value in row)
            assert not [w for w in known if w not in public and w in said], model._meta.label
