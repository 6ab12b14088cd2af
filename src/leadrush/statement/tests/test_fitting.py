"""Rooms that do not fit together: the build stops and names the file to mend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadrush.statement import EVERYTHING, Category, ClauseTemplate, Room, Use, faults
from leadrush.statement.tests.making import EMAIL, NAME, a_template, a_term_template, a_use

ADDRESS = Category(EMAIL, "E-mail address")


def a_room(
    name: str,
    uses: tuple[Use, ...] = (),
    clauses: tuple[ClauseTemplate, ...] = (),
    categories: tuple[Category, ...] = (ADDRESS,),
) -> Room:
    return Room(name, uses, categories, tuple(replace(clause, room=name) for clause in clauses))


WEBINARS = a_room("webinars", (a_use(),), (a_template(),))


def test_rooms_that_fit_have_no_faults() -> None:
    rights = a_use("rights.show", 1, everything=True)
    all_of_it = a_template("rights", terms=(a_term_template("days", (EVERYTHING,), "rights.show"),))
    assert faults([]) == []
    assert faults(iter([WEBINARS, a_room("accountability", (rights,), (all_of_it,))])) == []


def test_two_rooms_may_take_the_same_kind_of_data_if_they_call_it_the_same() -> None:
    same = a_room("forum")
    other = a_room("forum", categories=(Category(EMAIL, "Address"),))
    assert faults([WEBINARS, same]) == []
    assert faults([WEBINARS, other]) == [
        "forum/clauses/uses.toml: category EmailAddress is declared otherwise before"
    ]


TAKEN = (a_use("forum.ask", 1), a_use("forum.mail", 2))
ASK = a_template("asking", terms=(a_term_template("days", use="forum.ask"),))
MAIL = a_template("mailing", terms=(a_term_template("days", use="forum.mail"),))


@pytest.mark.parametrize(
    ("room", "words"),
    [
        (
            a_room("forum", (a_use("forum.ask", 0),), (ASK,)),
            ["forum/clauses/uses.toml: bit 0 of forum.ask belongs to webinars.remind: take a free one"],
        ),
        (
            a_room("forum", (a_use("forum.ask", 0), a_use("forum.mail", 0)), (ASK, MAIL)),
            [
                "forum/clauses/uses.toml: bit 0 of forum.ask belongs to webinars.remind: take a free one",
                "forum/clauses/uses.toml: bit 0 of forum.mail belongs to webinars.remind: take a free one",
            ],
        ),
        (
            a_room("forum", (a_use(bit=9),)),
            ["forum/clauses/uses.toml: use webinars.remind is declared twice"],
        ),
        (
            a_room("forum", (a_use(bit=9), *TAKEN), (ASK, MAIL)),
            ["forum/clauses/uses.toml: use webinars.remind is declared twice"],
        ),
        (
            a_room("forum", TAKEN, (ASK,)),
            ["forum/clauses/uses.toml: use forum.mail stands in no clause: no sentence allows it"],
        ),
        (
            a_room("forum", TAKEN),
            [
                "forum/clauses/uses.toml: use forum.ask stands in no clause: no sentence allows it",
                "forum/clauses/uses.toml: use forum.mail stands in no clause: no sentence allows it",
            ],
        ),
        (
            a_room("forum", (), (ASK,)),
            ["forum/clauses/10-asking.toml: use forum.ask is not declared in any uses.toml"],
        ),
        (
            a_room(
                "forum", TAKEN[:1], (replace(ASK, terms=(a_term_template("days", (NAME,), "forum.ask"),)),)
            ),
            ["forum/clauses/10-asking.toml: category Name is not declared in any uses.toml"],
        ),
        (
            a_room(
                "forum",
                TAKEN[:1],
                (replace(ASK, terms=(a_term_template("days", (EVERYTHING,), "forum.ask"),)),),
            ),
            ["forum/clauses/10-asking.toml: forum.ask may not be about everything"],
        ),
        (
            a_room(
                "forum",
                (a_use("forum.ask", 1, recipient="Acme Mail"),),
                (replace(ASK, terms=(replace(ASK.terms[0], recipients=frozenset({"Other", "A"})),)),),
            ),
            ["forum/clauses/10-asking.toml: forum.ask goes to Acme Mail, not to A, Other"],
        ),
        (
            a_room(
                "forum",
                TAKEN[:1],
                (replace(ASK, terms=(replace(ASK.terms[0], given=frozenset({"asking", "z", "gone"})),)),),
            ),
            [
                "forum/clauses/10-asking.toml: forum.ask is for what came by gone, which is no clause",
                "forum/clauses/10-asking.toml: forum.ask is for what came by z, which is no clause",
            ],
        ),
        (
            a_room("forum", TAKEN[:1], (replace(ASK, slug="reminders"),)),
            ["forum/clauses/10-reminders.toml: webinars/clauses/10-reminders.toml has this name already"],
        ),
        (
            a_room("forum", (), (a_template("again"),)),
            [
                "forum/clauses/10-again.toml: EmailAddress for webinars.remind stands in "
                "webinars/clauses/10-reminders.toml already"
            ],
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_file(room: Room, words: list[str]) -> None:
    assert faults([WEBINARS, room]) == words


def test_one_fault_does_not_hide_the_next() -> None:
    lost = a_term_template("days", use="forum.lost")
    strange = a_term_template("days", (NAME, EVERYTHING), "forum.ask", "Other")
    clause = replace(ASK, terms=(lost, strange))
    assert faults([WEBINARS, a_room("forum", TAKEN[:1], (clause, clause))]) == [
        *(
            said := [
                "forum/clauses/10-asking.toml: use forum.lost is not declared in any uses.toml",
                "forum/clauses/10-asking.toml: category Name is not declared in any uses.toml",
                "forum/clauses/10-asking.toml: forum.ask may not be about everything",
                "forum/clauses/10-asking.toml: forum.ask goes to us, not to Other",
            ]
        ),
        "forum/clauses/10-asking.toml: forum/clauses/10-asking.toml has this name already",
        *said,
        *(
            f"forum/clauses/10-asking.toml: {what} stands in forum/clauses/10-asking.toml already"
            for what in ("EmailAddress for forum.lost", "Name for forum.ask", "* for forum.ask")
        ),
    ]
