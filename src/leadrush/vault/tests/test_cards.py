"""A card's number is refused wherever somebody types it, and little else is."""

from __future__ import annotations

import pytest

from leadrush import vault
from leadrush.vault import cards
from leadrush.vault.cards import found_in

CARDS = [
    "4242424242424242", "4000 0566 5566 5556", "5555-5555-5555-4444", "2223003122003222", "378282246310005",
    "6011111111111117", "3056930009020004", "36227206271667", "3566002020360505", "6200000000000005",
    "4222222222222", "4242  4242\n4242-4242", "４２４２４２４２４２４２４２４２",
]  # fmt: skip
OTHERS = [
    "DE89 3704 0044 0532 0130 00", "+44 20 7946 0958 123 4", "4242424242424241", "978-0-306-40615-7",
    "2026-11-29 19:00", "Room 4242 4242", "1234567890123456", "x4242424242424242", "GB29NWBK60161331926819",
    "FR14 2004 1010 0505 0001 3M02 606", "AT61 1904 3002 3457 3201", "4242 4242 / 4242 4242",
]  # fmt: skip


@pytest.mark.parametrize("number", CARDS)
def test_a_card_number_is_told(number: str) -> None:
    assert found_in(number) == number
    assert found_in(f"My card is {number}, thank you.") == number


@pytest.mark.parametrize("text", OTHERS)
def test_an_account_a_telephone_and_a_book_are_no_cards(text: str) -> None:
    assert not found_in(text)


def test_nothing_that_somebody_typed_is_sealed_with_a_card_number_in_it(published: object) -> None:
    person, giving = vault.welcome(address="ana@mail.example", where="t", clause="working-here")
    for typed in ("My card is 4242 4242 4242 4242.", '{"note": "4242424242424242"}'):
        with pytest.raises(cards.CardNumber, match=r"4242 … 4242.*1234 5678 / 1234 5678"):
            vault.seal(person.pk, typed, "t", giving=giving)
        with pytest.raises(cards.CardNumber):
            vault.put(person=person, kind="name", category="Name", value=typed, giving=giving)
    assert vault.seal(person.pk, "4242424242424242", "t", giving=giving, ours=True)
