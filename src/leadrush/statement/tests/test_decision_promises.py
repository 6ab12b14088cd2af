"""The decision, told as what happens to a person: the exact answer, its reason and its clause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadrush.statement import (
    US,
    Basis,
    Choice,
    Meaning,
    Permission,
    Prohibition,
    Reason,
    Version,
    decide,
    mask_of,
)
from leadrush.statement.tests.making import ELSEWHERE, EMAIL, HERE, REMIND, a_term, a_use, a_version

NOTHING = a_version(number=1)
PROMISED = a_version(a_term(), number=1)
CONSENT = a_version(a_term(basis=Basis.CONSENT), number=1)
INTEREST = a_version(a_term(basis=Basis.LEGITIMATE_INTEREST), number=1)
EARLY = a_version(a_term(unconfirmed=True), number=1)


def again(version: Version, number: int = 3) -> Version:
    """The same sentences, published again."""
    return replace(version, number=number)


def answer(
    given: Version, force: Version, choice: Choice | None = None, confirmed: bool = True
) -> Permission | Prohibition:
    return decide(category=EMAIL, use=REMIND, given=given, force=force, choice=choice, confirmed=confirmed)


def test_what_both_versions_say_is_allowed_and_the_answer_cites_the_clause_in_force() -> None:
    assert answer(PROMISED, again(PROMISED)) == Permission(Reason.ALLOWED, "reminders", 3)


def test_what_the_version_in_force_no_longer_says_is_refused_at_once() -> None:
    assert answer(PROMISED, again(NOTHING)) == Prohibition(Reason.NOT_IN_FORCE, "", 3)


def test_data_given_before_a_use_was_written_is_not_used_for_it() -> None:
    assert answer(NOTHING, again(PROMISED)) == Prohibition(Reason.NOT_GIVEN_FOR, "reminders", 3)


def test_a_yes_under_a_later_version_opens_what_was_not_given_for_it() -> None:
    force = again(PROMISED)
    assert answer(NOTHING, force, Choice(True, force)) == Permission(Reason.ALLOWED_BY_YES, "reminders", 3)


def test_a_yes_from_before_the_giving_does_not_open_what_the_giving_was_not_for() -> None:
    given = again(NOTHING, 2)
    assert answer(given, again(PROMISED), Choice(True, PROMISED)).reason is Reason.NOT_GIVEN_FOR


def test_a_standing_consent_covers_what_is_given_later_under_the_same_sentence() -> None:
    assert answer(again(CONSENT, 2), again(CONSENT), Choice(True, CONSENT)).reason is Reason.ALLOWED_BY_YES


def test_an_unconfirmed_yes_opens_nothing() -> None:
    force = again(CONSENT)
    assert answer(CONSENT, force, Choice(True, CONSENT, confirmed=False)) == Prohibition(
        Reason.NEEDS_YES, "reminders", 3
    )


def test_an_unconfirmed_no_closes_at_once() -> None:
    force = again(INTEREST)
    assert answer(INTEREST, force, Choice(False, INTEREST, confirmed=False)) == Prohibition(
        Reason.SWITCHED_OFF, "reminders", 3
    )


def test_a_yes_does_not_reach_a_recipient_who_was_not_named_when_it_was_said() -> None:
    wide = a_version(a_term(basis=Basis.CONSENT, recipients=(US, "Acme Mail")), number=3)
    assert answer(CONSENT, wide, Choice(True, CONSENT)).reason is Reason.NEEDS_YES
    assert answer(CONSENT, wide, Choice(True, wide)).reason is Reason.ALLOWED_BY_YES


def test_a_new_recipient_gets_nothing_that_was_given_before_it_was_named() -> None:
    wide = a_version(a_term(recipients=(US, "Acme Mail")), number=3)
    assert answer(PROMISED, wide) == Prohibition(Reason.NOT_GIVEN_FOR, "reminders", 3)


def test_a_recipient_fewer_needs_no_yes() -> None:
    wide = a_version(a_term(recipients=(US, "Acme Mail")), number=1)
    assert answer(wide, again(PROMISED)).reason is Reason.ALLOWED


def test_no_consent_was_given_where_nobody_was_asked() -> None:
    assert answer(CONSENT, again(CONSENT)).reason is Reason.NEEDS_YES


HERE_ONLY = a_version(a_term(given=[HERE]), number=1)


def came_by(clause: str, given: Version, force: Version, choice: Choice | None = None) -> Reason:
    return decide(category=EMAIL, use=REMIND, given=given, force=force, choice=choice, under=clause).reason


def test_what_one_form_brought_is_not_used_for_what_another_form_asks() -> None:
    assert came_by(HERE, HERE_ONLY, HERE_ONLY) is Reason.ALLOWED
    assert came_by(ELSEWHERE, HERE_ONLY, HERE_ONLY) is Reason.NOT_GIVEN_FOR
    assert came_by("", HERE_ONLY, HERE_ONLY) is Reason.NOT_GIVEN_FOR
    assert decide(
        category=EMAIL, use=REMIND, given=PROMISED, force=HERE_ONLY, under=ELSEWHERE
    ) == Prohibition(Reason.NOT_GIVEN_FOR, "reminders", 1)


@pytest.mark.parametrize(("clause", "mask"), [(HERE, 1 << 3), (ELSEWHERE, 0), ("", 0)])
def test_a_row_is_open_to_what_its_form_asked_and_closed_to_what_another_one_did(
    clause: str, mask: int
) -> None:
    told = mask_of(
        categories=[EMAIL], given=HERE_ONLY, force=HERE_ONLY, choices={}, uses=[a_use(bit=3)], under=clause
    )
    assert told == mask


def test_a_new_version_that_speaks_of_one_form_only_binds_what_others_brought_before() -> None:
    force = again(HERE_ONLY)
    assert came_by(ELSEWHERE, PROMISED, force) is Reason.NOT_GIVEN_FOR
    assert came_by(HERE, PROMISED, force) is Reason.ALLOWED
    assert came_by(ELSEWHERE, PROMISED, force, Choice(True, force)) is Reason.NOT_GIVEN_FOR


def test_a_new_version_that_speaks_of_every_form_reaches_older_data_by_a_later_yes_only() -> None:
    force = again(PROMISED)
    assert came_by(ELSEWHERE, HERE_ONLY, force) is Reason.NOT_GIVEN_FOR
    assert came_by(ELSEWHERE, HERE_ONLY, force, Choice(True, HERE_ONLY)) is Reason.NOT_GIVEN_FOR
    assert came_by(ELSEWHERE, HERE_ONLY, force, Choice(True, force)) is Reason.ALLOWED_BY_YES
    assert came_by(HERE, HERE_ONLY, force) is Reason.ALLOWED


PLAIN = a_use().meaning
ADVERTISED = replace(PLAIN, purpose="DirectMarketing")
SENT_OUT = replace(PLAIN, recipient="Acme Mail")


@pytest.mark.parametrize("meaning", [ADVERTISED, SENT_OUT], ids=["another purpose", "another recipient"])
def test_a_name_that_means_another_use_by_now_opens_nothing_that_was_given_before(meaning: Meaning) -> None:
    force = a_version(a_term(), number=3, meaning=meaning)
    assert answer(PROMISED, force) == Prohibition(Reason.NOT_GIVEN_FOR, "reminders", 3)
    assert answer(again(force, 2), force) == Permission(Reason.ALLOWED, "reminders", 3)


def test_a_yes_opens_what_its_own_version_meant_and_nothing_else_of_that_name() -> None:
    force = a_version(a_term(basis=Basis.CONSENT), number=3, meaning=ADVERTISED)
    assert answer(CONSENT, force, Choice(True, again(CONSENT, 2))).reason is Reason.NEEDS_YES
    assert answer(CONSENT, force, Choice(True, force)).reason is Reason.ALLOWED_BY_YES
    assert answer(NOTHING, force, Choice(True, again(CONSENT, 2))).reason is Reason.NEEDS_YES


def test_a_no_is_heard_whatever_the_name_means_by_now() -> None:
    force = a_version(a_term(), number=3, meaning=ADVERTISED)
    asked = Choice(True, force), Choice(False, INTEREST)
    assert [answer(INTEREST, force, choice).reason for choice in asked] == [
        Reason.ALLOWED_BY_YES,
        Reason.SWITCHED_OFF,
    ]


def test_better_words_for_a_use_change_nothing() -> None:
    meaning = replace(PLAIN, title="remember you", heading="communicate")
    assert answer(PROMISED, a_version(a_term(), number=3, meaning=meaning)).reason is Reason.ALLOWED


def test_code_that_means_another_use_than_the_statement_opens_nothing() -> None:
    asked = {"categories": (EMAIL,), "given": PROMISED, "force": PROMISED, "choices": {}}
    own = a_use()
    uses = [own, replace(own, bit=1, purpose="Advertising"), replace(own, bit=2, recipient="Acme Mail")]
    uses += [replace(own, bit=3, title="remember you", heading="market"), replace(own, bit=4, name="no.such")]
    assert mask_of(uses=uses, **asked) == 0b1001  # type: ignore[arg-type]


def test_what_was_given_on_consent_is_not_taken_over_on_another_basis() -> None:
    assert answer(CONSENT, again(PROMISED)) == Prohibition(Reason.NEEDS_YES, "reminders", 3)


def test_a_no_on_what_a_contract_needs_is_heard_where_the_statement_offers_the_switch() -> None:
    offered = a_version(a_term(switch=True), number=1)
    assert answer(offered, again(offered), Choice(False, offered)).reason is Reason.SWITCHED_OFF
    assert answer(PROMISED, again(PROMISED), Choice(False, PROMISED)).reason is Reason.ALLOWED


def test_a_no_stays_a_no_when_a_new_version_takes_the_switch_away() -> None:
    assert answer(INTEREST, again(PROMISED), Choice(False, INTEREST)) == Prohibition(
        Reason.SWITCHED_OFF, "reminders", 3
    )


def test_what_is_given_after_the_switch_is_gone_follows_the_statement_it_was_given_under() -> None:
    assert answer(again(PROMISED, 2), again(PROMISED), Choice(False, INTEREST)).reason is Reason.ALLOWED


def test_somebody_elses_address_typed_by_a_stranger_serves_only_what_waits_for_no_confirmation() -> None:
    assert answer(PROMISED, again(PROMISED), confirmed=False) == Prohibition(
        Reason.UNCONFIRMED, "reminders", 3
    )
    assert answer(EARLY, again(EARLY), confirmed=False) == Permission(Reason.ALLOWED, "reminders", 3)


def test_an_unconfirmed_address_is_not_used_because_a_later_version_waits_less() -> None:
    assert answer(PROMISED, again(EARLY), confirmed=False) == Prohibition(Reason.UNCONFIRMED, "reminders", 3)
    assert answer(PROMISED, again(EARLY), confirmed=True).allowed


def test_a_yes_to_a_sentence_that_waits_for_confirmation_does_not_do_without_it() -> None:
    assert answer(PROMISED, again(EARLY), Choice(True, again(PROMISED, 2)), confirmed=False).allowed is False
    assert answer(PROMISED, again(EARLY), Choice(True, again(EARLY, 2)), confirmed=False).allowed is True


def test_a_row_without_a_category_opens_for_nothing() -> None:
    assert mask_of(categories=(), given=EARLY, force=EARLY, choices={}, uses=[a_use()], confirmed=True) == 0


def test_a_row_is_taken_as_confirmed_unless_it_is_said_not_to_be() -> None:
    uses = [a_use(bit=5)]
    asked = {"categories": (EMAIL,), "given": PROMISED, "force": PROMISED, "choices": {}, "uses": uses}
    assert mask_of(**asked) == 32  # type: ignore[arg-type]
    assert mask_of(**asked, confirmed=False) == 0  # type: ignore[arg-type]


def test_a_giving_is_taken_as_confirmed_unless_it_is_said_not_to_be() -> None:
    assert decide(category=EMAIL, use=REMIND, given=PROMISED, force=PROMISED).allowed


def test_an_answer_cannot_be_made_to_say_the_other_thing() -> None:
    with pytest.raises(TypeError):
        Prohibition(Reason.SWITCHED_OFF, "reminders", 3, allowed=True)  # type: ignore[call-arg]
