"""A card's number is refused wherever somebody types it, and little else is."""

from __future__ import annotations

import pytest

from leadrush.purchases.cards import holds_card_number

CARDS = [
    "4242424242424242", "4000 0566 5566 5556", "5555-5555-5555-4444", "2223003122003222", "378282246310005",
    "6011111111111117", "3056930009020004", "36227206271667", "3566002020360505", "6200000000000005",
    "4222222222222",
]  # fmt: skip
OTHERS = [
    "DE89 3704 0044 0532 0130 00", "+44 20 7946 0958 123 4", "4242424242424241", "978-0-306-40615-7",
    "2026-11-29 19:00", "Room 4242 4242", "1234567890123456", "x4242424242424242", "GB29NWBK60161331926819",
]  # fmt: skip


@pytest.mark.parametrize("number", CARDS)
def test_a_card_number_is_told(number: str) -> None:
    assert holds_card_number(number)
    assert holds_card_number(f"My card is {number}, thank you.")


@pytest.mark.parametrize("text", OTHERS)
def test_an_account_a_telephone_and_a_book_are_no_cards(text: str) -> None:
    assert not holds_card_number(text)
