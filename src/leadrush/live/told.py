"""How live rooms are told to persons: deeds, forms, and until when what they left is kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from leadrush import ledger
from leadrush.console import overview
from leadrush.live import agreeing, console_machines, filming, lasting, others, settling
from leadrush.live.entering import FORM
from leadrush.live.models import Appearance, Connection, Secret
from leadrush.media import films
from leadrush.vault import ending, erasing, rights, sweeping

DEEDS = {
    "live.chat": _("to show what was said in a live room to those in it"),
    "live.questions": _("to show what was asked in a live room to those in it"),
    "live.replay": _("to show what was said in a live room with its replay"),
    "live.people": _("to see who is in a live room"),
    "live.report": _("to see who was in a live room, and when"),
    "live.correct": _("to correct when you were in a live room"),
}


def register() -> None:
    """Register words and ends; called once, when the app is ready."""
    for code, words in DEEDS.items():
        ledger.deed(code, words)
    ledger.program("live.end", _("The program that ends live rooms"))
    ledger.program("live.crowd", _("The program that shows live rooms to a crowd"))
    ledger.program("live.carry", _("The program that brings what OBS sends into live rooms"))
    ledger.program("live.film", _("The program that makes films of live rooms"))
    ledger.program("live.takes_back", _("The program that takes down films of those who said no"))
    ledger.program("live.originals", _("The program that erases what was recorded"))
    ledger.program("live.machines", _("The program that sees which machines carry live rooms"))
    ledger.program("live.media", _("The program that connects live rooms with the media server"))
    overview.block(
        "live.machines",
        _("Machines of live rooms"),
        "live/console/machines_summary.html",
        console_machines.summary,
        use="live.host",
        more=(_("See them"), "live:machines"),
        role="owner",
        order=90,
    )
    rights.form(FORM, _("The door of a live room"))
    rights.form(agreeing.FORM, _("The stage of a live room that is recorded"))
    erasing.ends(Connection, settling.rows_go)
    erasing.ends(Appearance, filming.rows_go)
    sweeping.also(Secret)
    films.register(others.KIND, others.Films())
    ending.register(lasting.CLAUSE, lasting.ends)
