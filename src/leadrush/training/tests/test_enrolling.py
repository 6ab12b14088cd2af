"""How somebody comes to a training, by address and by order, and how it ends."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from leadrush import gate
from leadrush.gate import evidence
from leadrush.mailbox.letters import open_letters
from leadrush.mailbox.models import Message
from leadrush.purchases import baskets, instalments, moving, offering, ordering
from leadrush.purchases.instalment_models import Instalment
from leadrush.purchases.models import Access, Move, Offer, Part, Price, Seller
from leadrush.purchases.money import Money
from leadrush.training import enrolling, lasting, ticking
from leadrush.training.models import Cohort, Enrolment, Lesson, State, Tick, Training
from leadrush.training.tests.conftest import ADDRESS, Teaching, learner, lessons_of, person_of, signed_in
from leadrush.vault import lapsing
from leadrush.vault.models import Giving, Person


def post(client: Any, training: Training, **sent: str) -> Any:
    return client.post(training.get_absolute_url(), sent, headers={"origin": "http://testserver"})


def enrolments() -> list[Enrolment]:
    with gate.using("training.learn"):
        return list(Enrolment.objects.order_by("pk").select_related("giving", "training"))


def letters(template: str) -> list[Any]:
    with gate.using("mailbox.deliver"):
        found = list(Message.objects.filter(template=template).order_by("made_at"))
        return [open_letters([one], what="tests")[one.pk] for one in found]


def test_the_same_address_twice_is_one_training_and_one_letter(taught: Teaching, client: Any) -> None:
    training = taught()
    pages = [post(client, training, email=ADDRESS) for _ in range(2)]
    assert [page.status_code for page in pages] == [302, 302]
    assert pages[0]["Location"] == pages[1]["Location"]
    assert "We have written to you" in client.get(pages[0]["Location"]).content.decode()
    (enrolment,) = enrolments()
    assert not enrolment.giving.confirmed
    assert enrolment.giving.lapses_at is not None
    assert len(letters("training.opened")) == 1


def test_a_bad_address_gets_a_word_and_keeps_what_was_typed(taught: Teaching, client: Any) -> None:
    page = post(client, taught(), email="wren at letters")
    assert page.status_code == 422
    assert "name@example.org" in page.content.decode()
    assert 'value="wren at letters"' in page.content.decode()
    assert not Person.objects.exists()


def test_a_training_that_nobody_opens_goes_after_thirty_days(taught: Teaching, client: Any) -> None:
    post(client, taught(), email=ADDRESS)
    with time_machine.travel(timezone.now() + lasting.UNOPENED + timedelta(hours=1)):
        assert lapsing.due() == 1
    assert not enrolments()


def test_the_letters_link_sends_figures_to_its_own_address_and_lets_a_forwarded_one_in_nowhere(
    taught: Teaching, client: Any
) -> None:
    training = taught()
    post(client, training, email=ADDRESS)
    (letter,) = letters("training.opened")
    link = re.search(r"https://tiller\.example(\S+)", letter.text.partition("Open the training")[2])
    assert link is not None
    page = client.get(link[1], follow=True)
    assert "Send me the figures" in page.content.decode()
    word = page.request["PATH_INFO"]
    assert client.get(training.get_absolute_url() + f"{lessons_of(training)[1].pk}/").status_code == 302
    answer = client.post(word, headers={"origin": "http://testserver"})
    assert answer["Location"].startswith("/sign-in/code/")
    assert not client.session.get("_auth_user_id"), "the link alone signs nobody in"


def test_this_was_not_me_erases_it_but_not_what_somebody_paid_for(taught: Teaching) -> None:
    training = taught()
    enrolling.enrol(training=training, source=Enrolment.Source.FREE, address=ADDRESS)
    (enrolment,) = enrolments()
    with gate.using("training.learn"):
        Enrolment.objects.update(source=Enrolment.Source.ORDER)
    enrolling.it_was_not_me(giving=enrolment.giving)
    assert enrolments()
    with gate.using("training.learn"):
        Enrolment.objects.update(source=Enrolment.Source.FREE)
    enrolling.it_was_not_me(giving=enrolment.giving)
    assert not enrolments()


def test_a_group_has_no_seat_more_than_it_has(taught: Teaching, client: Any) -> None:
    training = taught()
    day = timezone.now().date()
    group = Cohort.objects.create(
        training=training, name="Winter", first_day=day, last_day=day + timedelta(days=9), seats=1
    )
    assert post(client, training, email=ADDRESS, cohort=str(group.pk)).status_code == 302
    with pytest.raises(enrolling.NotOpen, match="seats of this group are taken"):
        enrolling.enrol(
            training=training, source=Enrolment.Source.FREE, address="late@letters.example", cohort=group
        )
    page = post(client, training, email="late@letters.example", cohort=str(group.pk))
    assert page.status_code == 422
    assert len(enrolments()) == 1


def test_a_draft_is_seen_by_nobody_and_a_closed_one_takes_nobody_new(taught: Teaching, client: Any) -> None:
    draft, closed = taught(state=State.DRAFT), taught(state=State.CLOSED)
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert post(client, closed, email=ADDRESS).status_code == 422
    assert not enrolments()


# --- by an order ------------------------------------------------------------------------------------------


def sold(training: Training, key: str = "") -> Offer:
    Seller.objects.get_or_create(
        pk=1,
        defaults={"name": "Tarn & Tiller", "address": "Mill Lane 4", "account": "1", "currency": "GBP"},
    )
    offer = Offer.objects.create(slug=f"o-{uuid.uuid4().hex[:8]}", title="Nine lessons")
    Price.objects.create(offer=offer, currency="GBP", amount=4900)
    Part.objects.create(offer=offer, deliverable=enrolling.DELIVERABLE, key=key or enrolling.key_of(training))
    offering.open_to_all(offer)
    return offer


def bought(offer: Offer, address: str = ADDRESS, *, at_once: bool = True, parts: int = 1) -> Any:
    basket = baskets.read(baskets.code([(offer.slug, 1)]))
    wanted = ordering.Wanted(
        basket=basket,
        once=uuid.uuid4(),
        shown=basket.add_up().gross,
        address=address,
        at_once=at_once,
        parts=parts,
    )
    return ordering.order(wanted)


def paid(order: Any) -> None:
    with gate.using("purchases.sell", what="purchases.act"):
        moving.pay(order, by=Move.By.STAFF)


def test_what_was_bought_is_had_when_it_is_paid_and_taken_back_when_it_is_paid_back(taught: Teaching) -> None:
    training = taught(asks=Training.For.MONEY)
    order = bought(sold(training))
    assert not enrolments()
    paid(order)
    paid(order)
    (enrolment,) = enrolments()
    assert enrolment.source == Enrolment.Source.ORDER
    assert enrolment.giving.lapses_at is None, "what was bought does not go for want of being opened"
    assert enrolment.giving.clause == "training-access"
    lesson = lessons_of(training)[0]
    ticking.tick(enrolment, lesson)
    with gate.using("purchases.sell", what="purchases.act"):
        moving.refund(order, Money(4900, "GBP"), before=Money(0, "GBP"), by=Move.By.STAFF, why="no")
    (enrolment,) = enrolments()
    assert enrolment.ended_at is not None
    assert enrolment.giving.lapses_at == enrolment.ended_at + timedelta(days=lasting.days_kept())
    browser = signed_in(person_of())
    page = browser.get(lesson.get_absolute_url()).content.decode()
    assert "Your access to this training has ended." in page


def test_lessons_shut_while_a_part_is_missing_and_open_when_it_is_here(taught: Teaching) -> None:
    training = taught(asks=Training.For.MONEY)
    offer = sold(training)
    Offer.objects.update(instalments=3)
    order = bought(offer, parts=3)
    paid(order)
    client = signed_in(person_of())
    lesson = lessons_of(training)[0].get_absolute_url()
    assert "Lesson 1" in client.get(lesson).content.decode()
    with gate.using("purchases.serve"):
        Instalment.objects.filter(nth=2).update(due_at=timezone.now() - timedelta(days=15))
        instalments.go_on()
    shut = client.get(lesson).content.decode()
    assert "It is paused: a payment is missing." in shut
    assert "I have done it" not in shut
    with gate.using("purchases.sell"):
        assert instalments.pay(order, 2, by=Move.By.STAFF)
    assert "It is paused" not in client.get(lesson).content.decode()


def test_what_is_paid_back_stays_where_another_order_gave_it_too(taught: Teaching) -> None:
    training = taught(asks=Training.For.MONEY)
    offer = sold(training)
    orders = [bought(offer), bought(offer)]
    for order in orders:
        paid(order)
    with gate.using("purchases.sell", what="purchases.act"):
        moving.refund(orders[1], Money(4900, "GBP"), before=Money(0, "GBP"), by=Move.By.STAFF, why="twice")
    (enrolment,) = enrolments()
    assert enrolment.ended_at is None


def test_what_was_bought_without_the_tick_opens_after_fourteen_days(taught: Teaching) -> None:
    training = taught(asks=Training.For.MONEY)
    paid(bought(sold(training), at_once=False))
    browser, lesson = signed_in(person_of()), lessons_of(training)[0]
    assert "It is not open yet" in browser.get(lesson.get_absolute_url()).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=14, hours=1)):
        cookie = signed_in(person_of())
        assert "Next step" in cookie.get(lesson.get_absolute_url()).content.decode()


def test_an_order_is_paid_while_the_clause_is_broken_and_its_person_claims_the_training_later(
    taught: Teaching, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = taught(asks=Training.For.MONEY)
    order = bought(sold(training))
    evidence.watch(lambda slug: slug == enrolling.CLAUSE)
    try:
        paid(order)
        assert not enrolments()
    finally:
        evidence.watch(None)
    with gate.using("purchases.serve"):
        assert Access.objects.filter(deliverable=enrolling.DELIVERABLE).count() == 1
    browser = signed_in(person_of())
    page = browser.get(training.get_absolute_url()).content.decode()
    assert "You bought this" in page
    browser.post(training.get_absolute_url(), {"act": "claim"})
    assert len(enrolments()) == 1


def test_an_offer_of_a_group_puts_its_buyer_into_the_group(taught: Teaching) -> None:
    training = taught(asks=Training.For.MONEY)
    day = timezone.now().date()
    group = Cohort.objects.create(training=training, name="Winter", first_day=day, last_day=day)
    paid(bought(sold(training, enrolling.key_of(training, group))))
    assert enrolments()[0].cohort_id == group.pk


# --- erasing ------------------------------------------------------------------------------------------------


def test_erasing_one_tick_leaves_the_training_and_erasing_the_training_takes_all_of_it(
    taught: Teaching,
) -> None:
    from leadrush.vault import item_erasing

    enrolment = learner(taught())
    lesson = lessons_of(enrolment.training)[0]
    ticking.tick(enrolment, lesson)
    with gate.using("rights.own"):
        tick = Tick.objects.get()
        item_erasing.erase_item(enrolment.person_id, f"training.tick:{tick.pk}")
    assert enrolments()
    ticking.tick(enrolment, lesson)
    with gate.using("rights.own"):
        item_erasing.erase_item(enrolment.person_id, f"training.enrolment:{enrolment.pk}")
        assert not Tick.objects.exists()
    assert not Giving.objects.filter(clause="training-access", ended_at=None).exists()
    assert Lesson.objects.count() == 3


def test_two_records_made_one_lose_no_note_and_no_tick(taught: Teaching) -> None:
    from leadrush.training import courses, noting
    from leadrush.vault import merging

    training = taught()
    first, second = lessons_of(training)[:2]
    kept, gone = learner(training), learner(training, "other@letters.example")
    for enrolment, lesson in ((kept, first), (gone, first), (gone, second)):
        ticking.tick(enrolment, lesson)
        words = f"{enrolment.pk} in {lesson.title}"
        noting.write(enrolment, lesson, words, once=uuid.uuid4())
    merging.merge(kept.person_id, gone.person_id)
    with gate.using("training.learn", actor=gate.Actor("person", str(kept.person_id))):
        mine = enrolling.newest(training, kept.person)
        assert mine is not None
        assert courses.read(training, mine).done == 2
        written = {one.words for one in noting.of(kept.person, [first, second])}
    assert written == {f"{kept.pk} in Lesson 1", f"{gone.pk} in Lesson 1", f"{gone.pk} in Lesson 2"}
