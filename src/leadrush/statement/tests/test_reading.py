"""Reading a room's `clauses/` folder: whoever writes a clause is told which file is wrong, and how."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadrush.statement import (
    EVERYTHING,
    US,
    Basis,
    Category,
    ClauseTemplate,
    Faulty,
    Retention,
    Slot,
    Use,
    read_room,
)
from leadrush.statement.clauses import TermTemplate
from leadrush.statement.reading import personal_data, purposes

USES = """
[[use]]
name = "webinars.remind"
bit = 4
heading = "provide"
purpose = "RequestedServiceProvision"
title = "remind you of a webinar"

[[use]]
name = "rights.show"
bit = 5
heading = "rights"
purpose = "RightsFulfilment"
title = "show you what we hold"
recipient = "Acme Mail"
everything = true

[[category]]
name = "EmailAddress"
title = "E-mail address"

[[category]]
name = "lr:Notes"
title = "Notes"
parent = "Interest"
"""

CLAUSE = """
section = "joining"
text = \"\"\"
We remind you, and keep it {days} days.
\"\"\"
short = " Kept {days} days. "
kept = " The worker erases it. "
kept_by = ["leadrush.webinars.tasks.erase"]
check = "leadrush.webinars.keeps.erased"

[slots.days]
default = 30
least = 1
most = 90

[[terms]]
categories = ["EmailAddress", "lr:Notes"]
use = "webinars.remind"
basis = "contract"
recipients = ["us", "Acme Mail"]
keep = { days = "days", after = "webinar" }
switch = true
unconfirmed = true
given = ["reminders"]

[[terms]]
categories = ["*"]
use = "rights.show"
basis = "law"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A room's folder, complete and right."""
    made = tmp_path / "webinars" / "clauses"
    made.mkdir(parents=True)
    (made / "uses.toml").write_text(USES, encoding="utf-8")
    (made / "10-reminders.toml").write_text(CLAUSE, encoding="utf-8")
    return made


def test_a_room_is_read_as_it_is_written(folder: Path) -> None:
    room = read_room(folder)
    assert room.name == "webinars"
    assert room.uses == (
        Use("webinars.remind", 4, "provide", "RequestedServiceProvision", "remind you of a webinar"),
        Use("rights.show", 5, "rights", "RightsFulfilment", "show you what we hold", "Acme Mail", True),
    )
    assert room.uses[0].recipient == US and not room.uses[0].everything
    assert room.categories == (
        Category("EmailAddress", "E-mail address"),
        Category("lr:Notes", "Notes", "Interest"),
    )
    assert room.clauses == (
        ClauseTemplate(
            slug="reminders",
            order=10,
            section="joining",
            text="We remind you, and keep it {days} days.",
            short="Kept {days} days.",
            kept="The worker erases it.",
            kept_by=("leadrush.webinars.tasks.erase",),
            check="leadrush.webinars.keeps.erased",
            terms=(
                TermTemplate(
                    ("EmailAddress", "lr:Notes"),
                    "webinars.remind",
                    Basis.CONTRACT,
                    frozenset({US, "Acme Mail"}),
                    "days",
                    "webinar",
                    True,
                    True,
                    frozenset({"reminders"}),
                ),
                TermTemplate(
                    (EVERYTHING,), "rights.show", Basis.LAW, frozenset({US}), None, "giving", False, False
                ),
            ),
            slots=(Slot("days", 30, 1, 90),),
            room="webinars",
        ),
    )


def test_clauses_come_in_the_order_of_their_files_under_the_name_that_is_given(folder: Path) -> None:
    (folder / "05-opening.toml").write_text(CLAUSE, encoding="utf-8")
    (folder / "README.md").write_text("not a clause", encoding="utf-8")
    room = read_room(folder, "elsewhere")
    assert [(clause.order, clause.slug, clause.room) for clause in room.clauses] == [
        (5, "opening", "elsewhere"),
        (10, "reminders", "elsewhere"),
    ]
    assert room.name == "elsewhere"


def test_a_room_may_have_clauses_only_or_nothing(folder: Path) -> None:
    (folder / "uses.toml").unlink()
    room = read_room(folder)
    assert (room.uses, room.categories) == ((), ())
    (folder / "10-reminders.toml").unlink()
    assert read_room(folder).clauses == ()


@pytest.mark.parametrize(
    ("basis", "switch"),
    [("contract", False), ("law", False), ("consent", True), ("legitimate-interest", True)],
)
def test_a_person_may_switch_off_what_rests_on_consent_or_our_interest(
    folder: Path, basis: str, switch: bool
) -> None:
    plain = CLAUSE.replace('basis = "law"', f'basis = "{basis}"')
    (folder / "10-reminders.toml").write_text(plain, encoding="utf-8")
    term = read_room(folder).clauses[0].terms[1]
    assert (term.basis, term.switch) == (Basis(basis), switch)


def test_days_may_be_a_number_and_short_words_may_be_missing(folder: Path) -> None:
    plain = CLAUSE.replace('{ days = "days", after = "webinar" }', "{ days = 9 }").replace("short =", "#")
    (folder / "10-reminders.toml").write_text(plain, encoding="utf-8")
    clause = read_room(folder).clauses[0].fill({})
    assert clause.short == ""
    assert clause.terms[0].retention == Retention(9, "giving")


def test_a_clause_may_promise_without_a_term_or_a_slot(folder: Path) -> None:
    plain = CLAUSE.split("[slots.days]")[0].replace("{days}", "9")
    (folder / "10-reminders.toml").write_text(plain, encoding="utf-8")
    clause = read_room(folder).clauses[0]
    assert (clause.terms, clause.slots) == ((), ())


def test_the_unit_of_a_slot_and_what_it_is_of_may_be_said(folder: Path) -> None:
    plain = CLAUSE.replace("most = 90", 'most = 90\nunit = "hours"\ntitle = "Hours after it"')
    (folder / "10-reminders.toml").write_text(plain, encoding="utf-8")
    (slot,) = read_room(folder).clauses[0].slots
    assert (slot.unit, slot.title) == ("hours", "Hours after it")


USE_FAULTS = {
    "broken TOML": ("bit = 4", "bit =", "Invalid value"),
    "not UTF-8": ("remind you", "\udcff", "'utf-8' codec can't decode"),
    "an unknown table": (
        "[[category]]",
        "[[categories]]",
        "the file: categories is not a key here; there are",
    ),
    "tables that are one": ("[[use]]", "[use]", "Cannot "),
    "uses that are a text": (USES, 'use = "x"', "the file: use is 'x': write a list of tables"),
    "an unknown key": ("bit = 4", "bit = 4\nbits = 4", "use webinars.remind: bits is not a key here"),
    "a missing key": ("bit = 4", "", "use webinars.remind: bit is missing"),
    "a missing name": ('name = "webinars.remind"', "", "use None: name is missing"),
    "a bit that is a text": ("bit = 4", 'bit = "4"', "use webinars.remind: bit is '4': write a whole number"),
    "a bit that is a yes": (
        "bit = 4",
        "bit = true",
        "use webinars.remind: bit is True: write a whole number",
    ),
    "a bit beside the mask": ("bit = 4", "bit = 62", "use webinars.remind: bit 62 is outside 0..61"),
    "an unknown heading": ('"provide"', '"spy"', "use webinars.remind: heading 'spy' is none of"),
    "no DPV purpose": ('"RequestedServiceProvision"', '"Fun"', "use webinars.remind: Fun is no DPV purpose"),
    "a name without a room": ('"webinars.remind"', '"remind"', "use remind: write it as room.verb"),
    "a name with a capital": ('"webinars.remind"', '"webinars.Do"', "use webinars.Do: write it as room.verb"),
    "a title that is a number": (
        '"show you what we hold"',
        "3",
        "use rights.show: title is 3: write a text",
    ),
    "a yes that is a text": (
        "everything = true",
        'everything = "yes"',
        "use rights.show: everything is 'yes': write true or false",
    ),
    "a recipient that is a list": (
        'recipient = "Acme Mail"',
        'recipient = ["Acme Mail"]',
        "use rights.show: recipient is ['Acme Mail']: write a text",
    ),
    "no parent": ('parent = "Interest"', "", "category lr:Notes is our own and needs a DPV parent"),
    "no DPV-PD parent": ('"Interest"', '"Fun"', "category lr:Notes: Fun is no DPV-PD term"),
    "no DPV-PD term": ('"EmailAddress"', '"Mail"', "category Mail: Mail is no DPV-PD term"),
    "an own name written small": (
        '"lr:Notes"',
        '"lr:notes"',
        "category lr:notes: lr:notes is no DPV-PD term",
    ),
    "a category without a title": ('title = "Notes"', "", "category lr:Notes: title is missing"),
    "a category with a key more": (
        'title = "Notes"',
        'title = "Notes"\ncolour = "red"',
        "category lr:Notes: colour is not a key here; there are name, title, parent",
    ),
    "a parent that is a number": (
        'parent = "Interest"',
        "parent = 3",
        "category lr:Notes: parent is 3: write a text",
    ),
}


@pytest.mark.parametrize(("old", "new", "words"), USE_FAULTS.values(), ids=USE_FAULTS)
def test_a_fault_in_uses_is_named_with_its_file(folder: Path, old: str, new: str, words: str) -> None:
    assert old in USES
    text = USES.replace(old, new, 1).encode("utf-8", errors="surrogateescape")
    (folder / "uses.toml").write_bytes(text)
    with pytest.raises(Faulty) as told:
        read_room(folder)
    assert str(told.value).startswith(f"webinars/clauses/uses.toml: {words}")


CLAUSE_FAULTS = {
    "broken TOML": ('section = "joining"', "section = joining", "Invalid value"),
    "an unknown section": ('"joining"', '"fun"', "clause reminders: section 'fun' is none of"),
    "an unknown key": ("kept =", "promised =", "the clause: promised is not a key here; there are section,"),
    "no section": ('section = "joining"', "", "the clause: section is missing"),
    "nothing that keeps it": ("kept_by =", "#", "the clause: kept_by is missing"),
    "an empty kept_by": (
        '["leadrush.webinars.tasks.erase"]',
        "[]",
        "clause reminders names nothing that keeps it",
    ),
    "a kept_by that is a text": (
        '["leadrush.webinars.tasks.erase"]',
        '"leadrush.x"',
        "the clause: kept_by is 'leadrush.x': write a list of texts",
    ),
    "no check": ("check =", "#", "the clause: check is missing"),
    "an empty check": (
        '"leadrush.webinars.keeps.erased"',
        '""',
        "clause reminders names no check that counts",
    ),
    "no kept": ('kept = " The worker erases it. "', "", "the clause: kept is missing"),
    "a text that is a number": ('" The worker erases it. "', "3", "the clause: kept is 3: write a text"),
    "a short that is a list": ('" Kept {days} days. "', "[]", "the clause: short is []: write a text"),
    "a slot missing": ("[slots.days]", "[slots.weeks]", "clause reminders: no slot named days"),
    "a slot of a term unknown": ('days = "days"', 'days = "weeks"', "clause reminders: no slot named weeks"),
    "a slot that fills nothing": (
        "[slots.days]",
        "[slots.weeks]\ndefault = 1\nleast = 1\nmost = 1\n[slots.days]",
        "clause reminders: slot weeks fills nothing",
    ),
    "a slot that is a number": ("[slots.days]", "[slots]\ndays = 3\n[slot]", "the clause: slot is not a key"),
    "a slot without bounds": ("most = 90", "", "slot days: most is missing"),
    "a slot with a key more": ("most = 90", "most = 90\nmax = 9", "slot days: max is not a key here"),
    "a slot out of its bounds": ("most = 90", "most = 9", "slot days: write 0 <= least <= default <= most"),
    "slots that are a list": ("[slots.days]", "[[slots]]", "the clause: slots is [{"),
    "terms that are one": ("[[terms]]", "[terms]", "Cannot "),
    "an unknown basis": (
        '"contract"',
        '"because"',
        "the term for webinars.remind: basis 'because' is none of",
    ),
    "a term with a key more": (
        "switch = true",
        "swich = true",
        "the term for webinars.remind: swich is not a key here; there are categories, use, basis, ",
    ),
    "a term without a use": ('use = "webinars.remind"', "", "the term for None: use is missing"),
    "a term without a basis": ('basis = "law"', "", "the term for rights.show: basis is missing"),
    "a term without data": ('categories = ["*"]', "", "the term for rights.show: categories is missing"),
    "a term about no data": (
        'categories = ["*"]',
        "categories = []",
        "the term for rights.show: categories is",
    ),
    "data that is a text": (
        'categories = ["*"]',
        'categories = "EmailAddress"',
        "the term for rights.show: categories is 'EmailAddress': write a list of texts",
    ),
    "a recipient that is a text": (
        'recipients = ["us", "Acme Mail"]',
        'recipients = "us"',
        "the term for webinars.remind: recipients is 'us': write a list of texts",
    ),
    "no recipient": (
        'recipients = ["us", "Acme Mail"]',
        "recipients = []",
        "webinars.remind: a term names at least one recipient",
    ),
    "a switch that is a text": (
        "switch = true",
        'switch = "no"',
        "the term for webinars.remind: switch is 'no': write true or false",
    ),
    "an unconfirmed that is a number": (
        "unconfirmed = true",
        "unconfirmed = 1",
        "the term for webinars.remind: unconfirmed is 1: write true or false",
    ),
    "a given that is a text": (
        'given = ["reminders"]',
        'given = "reminders"',
        "the term for webinars.remind: given is 'reminders': write a list of texts",
    ),
    "keep that is a number": (
        '{ days = "days", after = "webinar" }',
        "30",
        "the term for webinars.remind: keep is 30: write a table",
    ),
    "keep with a key more": (
        'after = "webinar"',
        'from = "webinar"',
        "the term for webinars.remind, keep: from is not a key here; there are days, after",
    ),
    "days that are a fraction": (
        'days = "days"',
        "days = 1.5",
        "the term for webinars.remind, keep: days is 1.5: write a whole number of days or a slot's name",
    ),
    "days below none": ('days = "days"', "days = -1", "a retention of -1 days is less than none"),
    "an event that is a number": (
        'after = "webinar"',
        "after = 1",
        "the term for webinars.remind, keep: after is 1: write a text",
    ),
    "consent without a switch": (
        'basis = "law"',
        'basis = "consent"\nswitch = false',
        "rights.show: consent that cannot be withdrawn is none",
    ),
    "a brace left open": ("We remind you,", "We remind you {", "clause reminders: "),
}


@pytest.mark.parametrize(("old", "new", "words"), CLAUSE_FAULTS.values(), ids=CLAUSE_FAULTS)
def test_a_fault_in_a_clause_is_named_with_its_file(folder: Path, old: str, new: str, words: str) -> None:
    assert old in CLAUSE
    (folder / "10-reminders.toml").write_text(CLAUSE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Faulty) as told:
        read_room(folder)
    assert str(told.value).startswith(f"webinars/clauses/10-reminders.toml: {words}")


def test_a_slot_that_is_no_table_is_named_with_its_file(folder: Path) -> None:
    start, _, rest = CLAUSE.partition("[slots.days]")
    terms = rest[rest.index("[[terms]]") :]
    (folder / "10-reminders.toml").write_text(f"{start}[slots]\ndays = 3\n{terms}", encoding="utf-8")
    with pytest.raises(Faulty, match=r"^webinars/clauses/10-reminders.toml: slot days is not a table$"):
        read_room(folder)


@pytest.mark.parametrize(
    "name",
    ["reminders.toml", "1-reminders.toml", "010-reminders.toml", "10-.toml", "10-Re.toml", "10_re.toml"],
)
def test_a_clause_in_a_file_that_does_not_say_its_place_is_named(folder: Path, name: str) -> None:
    (folder / "10-reminders.toml").rename(folder / name)
    with pytest.raises(Faulty) as told:
        read_room(folder)
    assert str(told.value) == (
        f"webinars/clauses/{name}: a clause's file is called NN-slug.toml: two figures, then small letters"
    )


def test_an_unknown_basis_is_answered_with_those_that_there_are(folder: Path) -> None:
    (folder / "10-reminders.toml").write_text(CLAUSE.replace('"law"', '"fun"'), encoding="utf-8")
    with pytest.raises(Faulty, match=r"'fun' is none of contract, consent, legitimate-interest, law$"):
        read_room(folder)


def test_a_room_may_declare_uses_only_or_categories_only(folder: Path) -> None:
    uses, mark, categories = USES.partition("[[category]]")
    (folder / "uses.toml").write_text(uses, encoding="utf-8")
    assert (len(read_room(folder).uses), read_room(folder).categories) == (2, ())
    (folder / "uses.toml").write_text(mark + categories, encoding="utf-8")
    assert (read_room(folder).uses, len(read_room(folder).categories)) == ((), 2)


def test_every_word_of_the_vocabulary_has_its_address() -> None:
    purposes.cache_clear()
    personal_data.cache_clear()
    assert purposes()["RequestedServiceProvision"] == "https://w3id.org/dpv#RequestedServiceProvision"
    assert personal_data()["EmailAddress"] == "https://w3id.org/dpv/pd#EmailAddress"
    assert all(iri == f"https://w3id.org/dpv#{term}" for term, iri in purposes().items())
    assert all(iri == f"https://w3id.org/dpv/pd#{term}" for term, iri in personal_data().items())
