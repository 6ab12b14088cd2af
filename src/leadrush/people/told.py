"""The words in which signing in and a person's own deeds are told."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from leadrush import ledger
from leadrush.look import menu, regions
from leadrush.people import choice
from leadrush.vault import rights
from leadrush.vault.merging import ALSO, FORMER, PENDING


def register() -> None:
    """Register forms, items, deeds, the menu and the question; called once, when the app is ready."""
    rights.form("people.sign_in", _("When you signed in"))
    rights.form("people.name", _("Form “Your name”"))
    rights.form("people.address", _("Form “Your addresses”"))
    rights.form("people.me", _("The page “What we hold about you”"))
    rights.form("people.join", _("When two records of yours were joined"))
    rights.form("people.erase", _("Your wish to be erased"))
    rights.form("vault.before", _("A no of before, under the same address"))
    rights.item_kind(
        "email", _("E-mail"), correct="people:address", loses=_("You will not be able to sign in.")
    )
    for kind in ALSO:
        rights.item_kind(kind, _("Another e-mail of yours: it signs you in"), correct="people:address")
    rights.item_kind(PENDING, _("An e-mail that waits for its code, at most an hour"))
    rights.item_kind(FORMER, _("Your e-mail before, kept 7 days to tell it"))
    rights.item_kind("name", _("The name you go by"), correct="people:name")
    ledger.program("account.mail", _("The sign-in program"))
    ledger.program("people.codes", _("The sign-in program"))
    ledger.program("website", _("The website"))
    ledger.program("leadrush export", _("Whoever runs the machine"))
    ledger.deed("people.code", _("to send you a code"))
    ledger.deed("people.which", _("to see to which of your addresses a code goes"))
    ledger.deed("people.proof", _("to send you a code"))
    ledger.deed("people.moved", _("to tell you that your mail goes elsewhere now"))
    ledger.deed("people.staff", _("to tell somebody by name who used their data"))
    ledger.deed("people.address", _("to change your addresses"))
    ledger.deed("rights.take", _("to hand all of it to you"))
    ledger.deed("rights.receipt", _("to hand you the receipt of a yes"))
    ledger.program("vault.rekey", _("The program that exchanges keys"))
    ledger.deed("vault.rekey", _("to seal it under a new key"))
    ledger.program("leadrush restore", _("Whoever restored this site from a backup"))
    ledger.deed("vault.lost", _("to write in its place that it was lost, since no key opens it any more"))
    ledger.deed("people.erase", _("to erase everything about you"))
    ledger.deed("people.erase_item", _("to erase it"))
    ledger.deed("people.farewell", _("to tell you that everything was erased"))
    ledger.program("rights.mail", _("The mail program"))
    ledger.deed("vault.merge", _("to make two records of yours one"))
    menu.register(_("What we hold about you"), "people:me", 800, push=True)
    menu.register(_("Sign in"), "people:sign_in", 900, push=True, shown=lambda r: not r.user.is_authenticated)
    menu.register(
        _("Sign out"), "people:sign_out", 900, push=True, post=True, shown=lambda r: r.user.is_authenticated
    )
    menu.register_foot(_("What we hold about you"), "people:me", 10)
    menu.register_foot(_("Change your cookie answer"), "people:choice", 20)
    regions.fill("choice", "people/choice_region.html", choice.question)
