"""Answers are judged alike whoever gave them, and no form that can be sent breaks the judge."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from leadrush.training import judging

CHOICES = [
    {"id": 1, "text": "one", "pair": "I", "right": True, "feedback": "yes, one"},
    {"id": 2, "text": "two", "pair": "II", "right": False, "feedback": "not two"},
    {"id": 3, "text": "three", "pair": "III", "right": True, "feedback": ""},
]


def question(kind: str, **facts: Any) -> dict[str, Any]:
    base = {
        "id": 7,
        "kind": kind,
        "text": "?",
        "number": "12",
        "tolerance": "0.5",
        "accepted": ["Broad bean", "faba"],
        "right_words": "good",
        "wrong_words": "look again",
        "choices": CHOICES if kind not in ("number", "text") else [],
    }
    return base | facts


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("one", ["1"], ["2", "", None, "99"]),
        ("many", [["1", "3"], ["3", "1"]], [["1"], ["1", "2", "3"], []]),
        ("number", ["12", "12,5", "11.5", " 12 "], ["12.51", "twelve", "", "inf", "1e999999"]),
        ("text", ["broad  BEAN", "Faba."], ["bean", ""]),
        ("order", [["1", "2", "3"]], [["3", "2", "1"], ["1", "2"]]),
        ("match", [{"1": "1", "2": "2", "3": "3"}], [{"1": "2", "2": "1", "3": "3"}, {"1": "1"}]),
    ],
)
def test_each_kind_of_question_knows_its_right_answers(kind: str, right: list[Any], wrong: list[Any]) -> None:
    for answer in right:
        assert judging.is_right(question(kind), answer), answer
    for answer in wrong:
        assert not judging.is_right(question(kind), answer), answer


def test_two_choices_of_the_same_pair_are_alike_in_a_match() -> None:
    same = [one | {"pair": "leaf"} if one["id"] in (1, 2) else one for one in CHOICES]
    assert judging.is_right(question("match", choices=same), {"1": "2", "2": "1", "3": "3"})


def test_passing_asks_for_the_percentage_that_was_shown() -> None:
    content = {"pass_mark": 66, "questions": [question("one") | {"id": at} for at in (1, 2, 3)]}
    two_of_three = judging.judge(content, {"1": "1", "2": "1", "3": "2"})
    assert (two_of_three.right, two_of_three.of, two_of_three.passed) == (2, 3, True)
    assert not judging.judge(content | {"pass_mark": 67}, {"1": "1", "2": "1", "3": "2"}).passed
    assert two_of_three.judged[2].words == ("look again", "not two")


KINDS = st.sampled_from(["one", "many", "number", "text", "order", "match"])
VALUES = st.text(max_size=12) | st.sampled_from(["1", "2", "3", "12", "-0", "1e400", "٣", "NaN"])


@given(
    kinds=st.lists(KINDS, min_size=1, max_size=4),
    sent=st.dictionaries(st.text(max_size=6), VALUES),
    data=st.data(),
)
def test_whatever_a_form_sends_it_is_read_and_judged_without_a_fault(
    kinds: list[str], sent: dict[str, str], data: Any
) -> None:
    content = {"pass_mark": 70, "questions": [question(kind) | {"id": at} for at, kind in enumerate(kinds)]}
    form = QueryDict(mutable=True)
    for name, value in sent.items():
        form[name] = value
    for at in range(len(kinds)):
        form.setlist(f"q{at}", data.draw(st.lists(VALUES, max_size=3)))
        for choice in (1, 2, 3):
            form[f"q{at}-{choice}"] = data.draw(VALUES)
    answers, wrong = judging.read(content, form)
    result = judging.judge(content, answers)
    assert 0 <= result.right <= result.of == len(kinds)
    assert set(wrong) <= {str(at) for at in range(len(kinds))}


@given(st.permutations([1, 2, 3]))
def test_a_right_order_is_read_from_its_places(order: list[int]) -> None:
    content = {"pass_mark": 70, "questions": [question("order")]}
    form = QueryDict(mutable=True)
    for place, choice in enumerate(order, 1):
        form[f"q7-{choice}"] = str(place)
    answers, wrong = judging.read(content, form)
    assert (answers["7"], wrong) == ([str(one) for one in order], {})
    assert judging.judge(content, answers).passed is (list(order) == [1, 2, 3])


def test_what_is_to_be_ordered_is_shown_in_an_order_that_stays_and_does_not_tell() -> None:
    mixed = judging.shuffled(CHOICES, "seed")
    assert mixed == judging.shuffled(CHOICES, "seed")
    orders = {tuple(one["id"] for one in judging.shuffled(CHOICES, str(at))) for at in range(40)}
    assert len(orders) == 6
