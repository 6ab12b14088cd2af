"""A guest buys a parcel and an hour in one basket, pays by transfer; staff send it and pay half back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import sign_in
from tests.rig import postman as rig
from tests.rig import processor as rig_cards
from tests.rig.processor import Processor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

# Their orders are long gone; a number of an order that stands would be one that was charged twice.
A_BUSY_YEAR = """
from leadrush import gate
from leadrush.purchases import books
from leadrush.purchases.models import Invoice, Series
with gate.using("purchases.account", what="tests"):
    one = Invoice.objects.filter(number__isnull=False).first()
    prefix = one.number.rpartition("-")[0]
    series = Series.objects.get(pk=f"invoices-{one.day.year}")
    for _more in range(books.AT_ONCE):
        series.last += 1
        one.pk, one.number, one.order_number = None, f"{prefix}-{series.last:04}", 100_000 + series.last
        one.save(force_insert=True)
    series.save()
"""


def test_a_guest_buys_two_things_staff_send_them_and_the_buyer_sees_and_erases_it(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    guest, address = walk(), "buys-stakes@walk.example"
    page = guest.page
    guest.go("/")
    guest.follow(page.locator("header").get_by_role("link", name="Shop"))
    guest.look_in_each("shop")
    guest.follow(page.get_by_role("link", name="String and twenty-four stakes"))
    guest.look_in_each("offer")
    guest.follow(page.get_by_role("link", name="Buy it"))
    guest.follow(page.get_by_role("link", name="An hour over your plan"))
    guest.look_in_each("pay")
    page.get_by_label("Your e-mail").fill(address)
    page.get_by_label("Name on the parcel").fill("Ana Brightwater")
    page.get_by_label("Street and number").first.fill("Millrace 12, 4242 4242 4242 4242")
    page.get_by_label("Town").first.fill("Orrowby")
    page.get_by_text("I have a coupon").click()
    page.get_by_label("Coupon", exact=True).fill("firstbed")
    order = page.get_by_role("button", name="Order for")
    guest.follow(order)
    expect(page.get_by_text("looks like a card number").first).to_be_visible()
    expect(page.get_by_label("Town").first).to_have_value("Orrowby")
    guest.look_in_each("pay-error")
    page.get_by_label("Street and number").first.fill("Millrace 12")
    page.get_by_label("Postal code").first.fill("4410")
    page.get_by_label("By bank transfer").check()
    guest.follow(order)
    expect(page.locator("h1")).to_contain_text("to pay")
    guest.look_in_each("ordered")
    with page.expect_download() as download:
        page.get_by_role("link", name="Invoice").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    number = page.locator("header p.less").first.inner_text().split(",")[0].removeprefix("Order ").strip()

    desk = staff(address="tove@tarnandtiller.example")
    desk.go("/console/orders/")
    desk.look_in_each("orders-desk")
    desk.follow(desk.page.get_by_role("link", name=number))
    desk.follow(desk.page.get_by_role("button", name="The money is here"))
    expect(desk.page.get_by_text("It is paid, and open.")).to_be_visible()
    desk.follow(desk.page.get_by_role("button", name="Show where it goes"))
    expect(desk.page.get_by_text("Millrace 12")).to_be_visible()
    desk.look_in_each("order-desk")
    desk.page.get_by_label("How it is followed").fill("FM 20 118 225")
    desk.follow(desk.page.get_by_role("button", name="It is sent"))
    desk.page.get_by_label("How much").fill("45")
    desk.page.get_by_label("Why").last.fill("The hour was shorter.")
    desk.follow(desk.page.get_by_role("button", name="Note it as paid back"))
    expect(desk.page.get_by_text("is noted as paid back")).to_be_visible()

    letter = guest.site.postman.wait(address, "goes back to you")
    guest.go(rig.link(letter, "Your order"))
    expect(page.get_by_text("The hour was shorter.")).to_be_visible()
    guest.look_in_each("order-paid-back")
    person = walk(390, "light")
    sign_in(person, address)
    person.go("/me/")
    person.follow(person.page.get_by_role("link", name="Your orders, what they give"))
    person.look_in_each("own-orders")
    person.go("/me/uses/")
    expect(person.page.get_by_text("to send a parcel").first).to_be_visible()
    person.go("/me/")
    person.look("me-with-orders")


def test_a_guest_pays_by_card_in_the_processors_frame_and_nowhere_else(
    walk: Callable[..., Walk], staff: Callable[..., Walk], cards: Processor
) -> None:
    guest, address = walk(), "by-card@walk.example"
    page = guest.page
    guest.go("/pay/string-and-stakes.1+an-hour-over-your-plan.1/")
    page.get_by_label("Your e-mail").fill(address)
    page.get_by_label("Name on the parcel").fill("Ana Brightwater")
    page.get_by_label("Street and number").first.fill("Millrace 12")
    page.get_by_label("Postal code").first.fill("4410")
    page.get_by_label("Town").first.fill("Orrowby")
    page.get_by_label("By card").check()
    guest.look_in_each("pay-by-card")
    assert not guest.elsewhere, "the processor was spoken to before a card was chosen"
    guest.follow(page.get_by_role("button", name="Order for"))
    frame = page.frame_locator("iframe[title=Card]")
    expect(frame.get_by_label("Card number")).to_be_visible()
    assert {url for url in guest.elsewhere if not url.startswith(cards.url)} == set()
    assert guest.elsewhere
    guest.elsewhere.clear()
    assert address not in page.content()
    guest.look_in_each("card")
    pay = page.get_by_role("button", name="Pay £")
    frame.get_by_label("Card number").fill(rig_cards.DECLINED)
    pay.click()
    expect(page.get_by_text("Your card was declined.")).to_be_visible()
    guest.elsewhere.clear()
    guest.look_in_each("card-declined")
    frame.get_by_label("Card number").fill(rig_cards.ASKS)
    pay.click()
    with page.expect_navigation():
        frame.get_by_role("button", name="It is me").click()
    expect(page.locator("h1")).to_contain_text("It is paid")
    guest.elsewhere.clear()
    guest.look_in_each("paid-by-card")
    with page.expect_download() as download:
        page.get_by_role("link", name="Invoice").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    number = page.locator("header p.less").first.inner_text().split(",")[0].removeprefix("Order ").strip()
    letter = guest.site.postman.wait(address, "is paid")
    assert rig.link(letter, "Your order")

    desk = staff(address="tove@tarnandtiller.example")
    desk.go("/console/orders/")
    desk.follow(desk.page.get_by_role("link", name=number).first)
    desk.page.get_by_label("How much").fill("45")
    desk.page.get_by_label("Why").last.fill("The hour was shorter.")
    desk.follow(desk.page.get_by_role("button", name="Send it back to the card"))
    expect(desk.page.get_by_text("goes back to the card")).to_be_visible()
    desk.reload_until(desk.page.get_by_text("On its way to the card"))
    desk.look_in_each("order-desk-card")
    owner = staff()
    owner.go("/console/orders/payments/")
    owner.follow(owner.page.get_by_role("button", name="Look for them"))
    expect(owner.page.get_by_text("There is none of the last three days.")).to_be_visible()
    owner.look_in_each("payments-desk")


def test_without_script_or_frame_whoever_wanted_to_pay_by_card_can_pay_by_transfer(
    walk: Callable[..., Walk], cards: Processor
) -> None:
    guest = walk(390, "light", java_script_enabled=False)
    page = guest.page
    guest.go("/pay/an-hour-over-your-plan.1/")
    page.get_by_label("Your e-mail").fill("no-script@walk.example")
    page.get_by_label("By card").check()
    guest.follow(page.get_by_role("button", name="Order for"))
    expect(page.get_by_text("without it, pay by transfer")).to_be_visible()
    guest.follow(page.get_by_role("button", name="Pay by transfer instead"))
    expect(page.locator("h1")).to_contain_text("to pay")
    expect(page.get_by_text("Send the money")).to_be_visible()


def test_the_owner_says_who_sells_and_opens_an_offer(
    staff: Callable[..., Walk], walk: Callable[..., Walk]
) -> None:
    desk = staff()
    page = desk.page
    desk.go("/console/offers/seller/")
    desk.look_in_each("seller")
    desk.go("/console/offers/")
    desk.look_in_each("offers-desk")
    desk.follow(page.get_by_role("link", name="Write an offer"))
    page.get_by_label("title").fill("A bag of leaf mould")
    page.get_by_label("address").fill("leaf-mould")
    page.get_by_label("Prices").fill("twelve pounds")
    desk.follow(page.get_by_role("button", name="Save as a draft"))
    expect(page.get_by_text("Write a currency like GBP or EUR.").first).to_be_visible()
    desk.look_in_each("offer-error")
    page.get_by_label("Prices").fill("12.50 GBP, 10 until 2031-01-01")
    page.get_by_label("A parcel").check()
    desk.follow(page.get_by_role("button", name="Save as a draft"))
    desk.follow(page.get_by_role("button", name="Open it to everybody"))
    expect(page.get_by_text("It is open. Everybody can buy it.")).to_be_visible()
    desk.go("/console/offers/coupons/")
    page.get_by_label("word").fill("mould")
    page.get_by_label("What it takes off").fill("10%")
    desk.follow(page.get_by_role("button", name="Make it"))
    desk.look_in_each("coupons")
    guest = walk()
    guest.go("/shop/leaf-mould/")
    expect(guest.page.get_by_text("then £12.50")).to_be_visible()


def test_a_seat_is_bought_for_somebody_else_who_takes_it_from_one_letter(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    giver, given = walk(), "given@walk.example"
    page = giver.page
    giver.go("/webinars/your-bed-drawn-with-you/")
    giver.look_in_each("webinar-sold")
    giver.follow(page.get_by_role("link", name="Buy a seat"))
    page.get_by_label("Your e-mail").fill("gives@walk.example")
    page.get_by_text("This is for somebody else").click()
    page.get_by_label("Your name, as they know you").fill("Ana")
    page.get_by_label("Some words to them").fill("For the plot that you talk about.")
    page.get_by_label("By bank transfer").check()
    order = page.get_by_role("button", name="Order for")
    giver.follow(order)
    expect(page.get_by_text("Write where the gift goes").first).to_be_visible()
    giver.look_in_each("pay-gift-error")
    page.get_by_label("Their e-mail").fill(given)
    giver.follow(order)
    expect(page.get_by_role("heading", name="A gift")).to_be_visible()
    assert given not in page.content(), "the address is theirs"
    giver.look_in_each("ordered-gift")
    number = page.locator("header p.less").first.inner_text().split(",")[0].removeprefix("Order ").strip()

    desk = staff(address="tove@tarnandtiller.example")
    desk.go("/console/orders/")
    desk.follow(desk.page.get_by_role("link", name=number))
    desk.follow(desk.page.get_by_role("button", name="The money is here"))
    letter = giver.site.postman.wait(given, "gives you something")
    taker = walk(390, "dark")
    taker.go(rig.link(letter, "See it and take it"))
    taker.look("gift")
    taker.follow(taker.page.get_by_role("button", name="Take it"))
    expect(taker.page.get_by_text("It is yours.")).to_be_visible()
    taker.look("gift-taken")
    seat = giver.site.postman.wait(given, "Your bed, drawn with you")
    assert any(part.get_content_type() == "text/calendar" for part in seat.walk())


def test_staff_write_an_offer_in_parts_note_each_order_for_somebody_who_phoned_and_fetch_the_books(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    desk, guest, address = staff(address="tove@tarnandtiller.example"), walk(), "in-parts@walk.example"
    page = desk.page
    desk.go("/console/offers/write/")
    page.get_by_label("Title").fill("A winter of plans")
    page.get_by_label("Address").fill("a-winter-of-plans")
    page.get_by_label("Prices").fill("100 GBP")
    page.get_by_label("Payable in so many parts").fill("3")
    page.get_by_label("A service, agreed upon with you").check()
    desk.follow(page.get_by_role("button", name="Save as a draft"))
    desk.follow(page.get_by_role("button", name="Open it to everybody"))
    desk.look_in_each("offer-written")

    guest.go("/pay/a-winter-of-plans.1/")
    guest.page.get_by_label("Your e-mail").fill(address)
    guest.page.get_by_label("By bank transfer").check()
    guest.page.get_by_label("In 3 payments, one a month").check()
    guest.look_in_each("pay-in-parts")
    guest.follow(guest.page.get_by_role("button", name="Order for"))
    guest.look_in_each("ordered-in-parts")
    number = (
        guest.page.locator("header p.less").first.inner_text().split(",")[0].removeprefix("Order ").strip()
    )

    desk.go("/console/orders/")
    desk.follow(page.get_by_role("link", name=number))
    desk.follow(page.get_by_role("button", name="The money is here"))
    desk.follow(page.get_by_role("button", name="Payment 2 is here"))
    expect(page.get_by_role("button", name="Payment 3 is here")).to_be_visible()
    desk.look_in_each("order-desk-parts")

    desk.go("/console/orders/write/")
    page.get_by_label("Their e-mail").fill("phoned@walk.example")
    desk.follow(page.get_by_role("button", name="Order it for them"))
    expect(page.get_by_text("Write how many beside at least one offer.")).to_be_visible()
    expect(page.get_by_label("Their e-mail")).to_have_value("phoned@walk.example")
    page.get_by_label("A winter of plans").fill("2")
    page.get_by_label("Taken off").fill("15")
    desk.look_in_each("order-by-hand")
    desk.follow(page.get_by_role("button", name="Order it for them"))
    expect(page.get_by_text("£185").first).to_be_visible()
    assert "This wasn" in rig.text(guest.site.postman.wait("phoned@walk.example"))

    desk.go("/console/orders/books/")
    desk.look_in_each("books")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download (ZIP)").first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    guest.site.run(A_BUSY_YEAR)
    page.reload()
    with page.expect_download() as first, page.expect_download(lambda one: one != first.value) as second:
        page.get_by_role("button", name="Download all 2 archives").click()
    assert {first.value.suggested_filename[-6:], second.value.suggested_filename[-6:]} == {"-1.zip", "-2.zip"}
    expect(page.get_by_text("All 2 archives are in your downloads.")).to_be_visible()
    desk.look_in_each("books-all")
    desk.go("/console/orders/sources/")
    desk.look_in_each("sources")
