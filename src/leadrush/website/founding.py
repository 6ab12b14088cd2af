"""Founding a site: the business, its first statement, its owner, its first page; each step may be repeated.

`leadrush up` founds a site once. What was cut short is made whole by the next start: a step that was taken
finds its own work and leaves it, and only after the last one is it written down that the site is founded.
"""

from __future__ import annotations

import json
import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page, Site

from leadrush import gate, look, statement, vault
from leadrush.gate import rooms
from leadrush.look.models import Business
from leadrush.purchases import processor
from leadrush.vault.giving import NAME, NAME_CATEGORY
from leadrush.vault.models import Giving, Person, Role
from leadrush.website.models import Founded, HomePage

WHERE = "leadrush.up"
CLAUSE = "working-here"


def is_founded() -> bool:
    """Say whether this site was founded, to the last step."""
    return Founded.objects.exists()


def found(name: str, owner: str) -> None:
    """Found a site for real: empty, with one owner. Raises `ValidationError` for a bad address or name."""
    name_business(Business(name=name, time_zone=here()))
    publish_first()
    welcome_staff(owner, Role.OWNER)
    first_page(
        HomePage(
            title=name,
            headline=name,
            lede=_("This site is new. What it offers stands here as soon as it is written."),
            body=json.dumps([promises()]),
        )
    )
    finish(demo=False)


def demo() -> None:
    """Found the invented business that `make run` shows, with what each room brings to it."""
    from leadrush.website import example

    name_business(example.business())
    publish_first()
    for address, role, name in example.STAFF:
        welcome_staff(address, role, name)
    example.pages()
    seed_rooms()
    finish(demo=True)


def seed_rooms() -> None:
    """Let each room put in what the demo shows of it."""
    for app in apps.get_app_configs():
        if app.name.startswith("leadrush.") and find_spec(f"{app.name}.seed") is not None:
            import_module(f"{app.name}.seed").seed()


def name_business(business: Business) -> None:
    """Write the business's row unless it is there. Raises `ValidationError`."""
    if Business.objects.exists():
        return
    business.full_clean(exclude=["id"])
    business.save()


def publish_first() -> None:
    """Publish version 1, drawn up from the installed rooms, unless a version is published.

    What the owner has to set up before it is true stays out, unless it is set up already.
    """
    if gate.Version.objects.exists():
        return
    today = timezone.localdate(timezone=look.business().zone)
    out = {clause.slug for room in rooms.all() for clause in room.clauses if not clause.first}
    if processor.is_set_up():
        out.discard(processor.CLAUSE)
    gate.publish(statement.Version.draw_up(rooms.all(), number=1, published=today, left_out=out))


def welcome_staff(address: str, role: Role, name: str = "") -> Person:
    """Make somebody who runs the site, once; their address and name are sealed like everybody's."""
    person = vault.find(address)
    giving = Giving.objects.filter(person=person, where=WHERE).first() if person else None
    if person is None or giving is None:
        person, giving = vault.welcome(address=address, where=WHERE, clause=CLAUSE, confirmed=True)
    if name:
        vault.put(person=person, kind=NAME, category=NAME_CATEGORY, value=name, giving=giving)
    if person.role != role:
        person.role = role
        person.save(update_fields=["role"])
    return person


def first_page(home: HomePage) -> HomePage:
    """Put the first page under Wagtail's root, in the place of the one that it comes with."""
    there = HomePage.objects.first()
    if there is not None:
        return there
    address = urlsplit(settings.SITE_URL)
    with transaction.atomic():
        root = Page.get_first_root_node()
        greeting = [page for page in root.get_children() if page.specific_class is Page]
        home.slug = "first"
        root.add_child(instance=home)
        home.save_revision().publish()
        Site.objects.update_or_create(
            is_default_site=True,
            defaults={
                "hostname": address.hostname or "localhost",
                "port": address.port or (443 if address.scheme == "https" else 80),
                "site_name": look.business().name,
                "root_page": home,
            },
        )
        for page in greeting:
            page.delete()
    return home


def promises() -> dict[str, object]:
    """Return the section of a first page that shows clauses: those that hold for every visitor."""
    force = gate.force()
    wanted = ("nobody-else", "one-cookie", "sealed")
    return {
        "type": "promises",
        "value": {
            "heading": _("Our privacy statement is bound to the code that keeps it."),
            "words": _(
                "The program can do with what you give us what the statement allows, and nothing else. "
                "Each sentence has a mark; you find it wherever we ask you for something."
            ),
            "clauses": [slug for slug in wanted if force.number_of(slug)],
        },
    }


def finish(*, demo: bool) -> None:
    """Write down that the site is founded."""
    Founded.objects.get_or_create(id=1, defaults={"demo": demo})


def here() -> str:
    """Return the time zone of this machine, or UTC where it does not say."""
    named = os.environ.get("TZ", "").lstrip(":")
    if named not in available_timezones():
        link = str(Path("/etc/localtime").resolve())
        named = link.partition("zoneinfo/")[2]
    return named if named in available_timezones() else "UTC"


def clauses_that_wait() -> list[str]:
    """Return the clauses that this program brings and no published version has."""
    return import_module("leadrush.accountability.drafting").waiting()


def welcome(address: str) -> str:
    """Return what the terminal says at a start: where the site is, how to get in, where its mail is."""
    lines = [_("The site is at %(address)s") % {"address": address}]
    if find_spec("leadrush.people.letting_in") is not None:
        letting_in = import_module("leadrush.people.letting_in")
        owner = Person.objects.filter(role=Role.OWNER, is_active=True).order_by("joined_at").first()
        if owner is not None:
            link = letting_in.make_link(owner, address)
            lines.append(_("Sign in as its owner, once, within 15 minutes: %(link)s") % {"link": link})
        lines.append(_("A new link: leadrush sign-in"))
    if waiting := clauses_that_wait():
        lines.append(
            _(
                "Clauses wait to be published (%(clauses)s): what stands on them is closed until then. "
                "Publish them at %(address)s/console/statement/ or with: leadrush publish"
            )
            % {"clauses": ", ".join(waiting), "address": address}
        )
    if settings.SMTP_URL:
        lines.append(_("Mail goes out through the server that SMTP_URL names."))
    else:
        lines.append(_("No mail server is set: outgoing mail is read at %(address)s/console/outbox/")
                     % {"address": address})  # fmt: skip
    return "\n".join(lines)
