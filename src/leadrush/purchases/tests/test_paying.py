"""The page of paying asks for what a basket needs, and nothing typed is lost, kept in vain, or a card."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from leadrush import gate
from leadrush.purchases import moving
from leadrush.purchases.models import Coupon, Invoice, Move, Order, Parcel, Price, Seller, State
from leadrush.purchases.tests.conftest import ADDRESS, WHERE, Selling, orders
from leadrush.vault.models import Person
from leadrush.webinars.tests.conftest import letters, link, press, sign_in
from tests.rig.questions import asked, of_page

ORIGIN = {"origin": "http://testserver"}


def fields(page: str) -> dict[str, str]:
    """Return what a page's form would send as it stands, of hidden fields."""
    found = re.findall(r'<input type="hidden" name="(once|shown)" value="([^"]+)"', page)
    return dict(found)


def look(code: str, **asked: str) -> str:
    answer = Client().get(f"/pay/{code}/", asked)
    assert answer.status_code == 200
    return str(answer.content.decode())


def send(code: str, client: Client | None = None, **typed: str) -> Any:
    said = fields(look(code)) | {"email": ADDRESS, "way": "bank"} | typed
    return (client or Client()).post(f"/pay/{code}/", said, headers=ORIGIN)


def test_a_download_asks_for_an_address_of_mail_alone_and_a_parcel_for_where_it_goes(sold: Selling) -> None:
    sold("An hour", 9400)
    sold("Stamps", 2400, "purchases.parcel")
    page = look("an-hour.1")
    assert 'name="email"' in page
    for name in ("street", "postcode", "phone", "at_once"):
        assert f'name="{name}"' not in page
    assert 'name="street"' in look("an-hour.1+stamps.1")
    assert "checked" not in page, "no way of paying is chosen beforehand"


def test_a_guest_orders_and_sees_how_to_pay_at_once(sold: Selling) -> None:
    sold("An hour", 9400)
    answer = send("an-hour.1")
    assert answer.status_code == 302
    page = Client().get(answer["Location"]).content.decode()
    assert "£94 to pay" in page
    assert "GB29 NWBK" in page
    assert ADDRESS not in page + answer["Location"]
    (letter,) = letters()
    assert "GB29 NWBK" in letter.text
    linked = Client().get(link(letter, "Your order"), follow=True).content.decode()
    assert "£94 to pay" in linked
    (paper,) = re.findall(r'href="(/papers/[^"]+)"', linked)
    assert Client().get(paper).content.startswith(b"%PDF-")
    assert Client().get(paper.replace("/papers/", "/papers/x")).status_code == 410


def test_the_form_sent_twice_is_one_order(sold: Selling) -> None:
    sold("An hour", 9400)
    said = fields(look("an-hour.1")) | {"email": ADDRESS, "way": "bank"}
    answers = [Client().post("/pay/an-hour.1/", said, headers=ORIGIN) for _twice in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(orders()) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "ana at mail"}, "name@example.org"),
        ({"way": ""}, "Choose one"),
        ({"way": "barter"}, "Choose one of those shown"),
        ({"postcode": ""}, "Fill this in"),
        ({"town": ""}, "Fill this in"),
        ({"street": "x" * 161}, "at most 160"),
        ({"state": "XX"}, "Choose one of those shown"),
        ({"coupon": "NOTHING"}, "no coupon with this word"),
        ({"company": "Brightwater"}, "The invoice of a company needs it"),
        ({"number": "DE136695977"}, "do not belong together"),
        ({"once": "no number"}, "put right"),
        ({"shown": "1"}, "and not to"),
        ({"shown": "x"}, "put right"),
        ({"note": "My card is 4242 4242 4242 4242"}, "looks like a card number"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    sold: Selling, typed: dict[str, str], said: str
) -> None:
    sold("Stamps", 2400, "purchases.parcel")
    answer = send("stamps.1", **(WHERE | {"note": "The green door"} | typed))
    page = answer.content.decode()
    assert answer.status_code == 422, page[:200]
    assert said in page
    assert "Millrace 12" in page or "street" in typed
    assert "Nothing has been stored yet" in page
    assert not orders()
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("A", {}),
        ("Ł" * 120, {}),
        ("Ana", {"state": "IE", "postcode": ""}),
        ("Ana", {"state": "AE", "postcode": ""}),
    ],
)
def test_short_names_long_names_and_countries_without_postcodes_are_taken(
    sold: Selling, name: str, where: dict[str, str]
) -> None:
    sold("Stamps", 2400, "purchases.parcel")
    typed = WHERE | where | {"name": name}
    answer = send("stamps.1", **typed)
    if typed["state"] != "GB":
        # What leaves the country is sold without its tax: the new sum is shown before anything is ordered.
        assert "and not to" in answer.content.decode()
        answer = send("stamps.1", **typed, **fields(answer.content.decode()))
    assert answer.status_code == 302


def test_no_field_takes_a_card_number_and_none_is_stored(sold: Selling) -> None:
    sold("Stamps", 2400, "purchases.parcel")
    number = "4000056655665556"
    names = re.findall(r'<(?:input|textarea)[^>]* name="(\w+)"', look("stamps.1"))
    tried = set(names) - {"csrfmiddlewaretoken", "way", "once", "shown", "form_token", "next", "answer"}
    assert {"email", "name", "street", "note", "company", "coupon", "phone"} <= tried
    for field in sorted(tried):
        cache.clear()  # nobody sends so many forms from one place
        answer = send("stamps.1", **(WHERE | {field: number}))
        assert answer.status_code == 422, field
    assert not Person.objects.exists()
    with gate.using("purchases.ship"):
        assert not Parcel.objects.exists()


def test_what_is_opened_online_is_taxed_where_the_buyer_lives_and_only_the_country_is_asked(
    sold: Selling,
) -> None:
    sold("A guide", 1190, "guides.guide:1")
    assert 'name="tax_state"' not in look("a-guide.1")
    Seller.objects.update(state="DE", one_stop=True, currency="GBP")
    page = look("a-guide.1")
    assert 'name="tax_state"' in page
    assert 'name="street"' not in page
    assert "Choose one" in send("a-guide.1", tax_state="").content.decode()
    answer = send("a-guide.1", tax_state="HU")
    assert "and not to" in answer.content.decode(), "the new sum is shown before anything is ordered"
    answer = send("a-guide.1", tax_state="HU", **fields(answer.content.decode()))
    assert answer.status_code == 302
    (made,) = orders()
    assert (made.gross, made.tax, made.buyer_state) == (1270, 270, "HU")


def test_a_coupon_is_looked_at_before_anything_is_ordered(sold: Selling) -> None:
    sold("An hour", 9400)
    Coupon.objects.create(word="BEDS", percent=25)
    answer = send("an-hour.1", coupon="beds", look="1")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "£70.50" in page
    assert not orders()
    said = fields(page) | {"email": ADDRESS, "way": "bank", "coupon": "beds"}
    assert Client().post("/pay/an-hour.1/", said, headers=ORIGIN).status_code == 302
    assert orders()[0].gross == 7050


def test_prices_in_two_currencies_are_never_mixed(sold: Selling) -> None:
    offer = sold("An hour", 9400)
    sold("Stamps", 2400, "purchases.parcel")
    Price.objects.create(offer=offer, currency="EUR", amount=11000)
    assert "€110" in look("an-hour.1", currency="EUR")
    assert "€110" not in look("an-hour.1+stamps.1", currency="EUR"), "stamps have no price in euro"
    assert "£94" in look("an-hour.1", currency="X" * 300)


def test_an_empty_basket_and_one_of_nothing_get_a_page(sold: Selling) -> None:
    for code in ("nothing.1", "x", "an-hour.0", "%00", "a" * 3000):
        answer = Client().get(f"/pay/{code}/")
        assert answer.status_code == 200
        assert "nothing in the basket" in answer.content.decode()
        assert Client().post(f"/pay/{code}/", {}, headers=ORIGIN).status_code in (200, 403)


def test_whoever_is_signed_in_is_not_asked_for_an_address_and_sees_their_orders(sold: Selling) -> None:
    sold("An hour", 9400)
    client, person = sign_in(ADDRESS)
    page = client.get("/pay/an-hour.1/").content.decode()
    assert 'name="email"' not in page
    assert ADDRESS in page
    said = fields(page) | {"way": "bank"}
    assert client.post("/pay/an-hour.1/", said, headers=ORIGIN).status_code == 302
    (made,) = orders()
    assert made.person_id == person.pk
    own = client.get("/me/orders/").content.decode()
    assert f"/me/orders/{made.number}/" in own
    assert "£94 to pay" in client.get(f"/me/orders/{made.number}/").content.decode()
    other, _ben = sign_in("ben@mail.example")
    assert other.get(f"/me/orders/{made.number}/").status_code == 404


def test_nobody_sees_an_order_by_its_number_alone(sold: Selling) -> None:
    sold("An hour", 9400)
    send("an-hour.1")
    for path in ("/ordered/1/", "/ordered/x:y:z/", "/me/orders/1/", "/console/orders/1/"):
        assert Client().get(path).status_code in (302, 404)


def test_this_wasnt_me_erases_the_order(sold: Selling) -> None:
    sold("An hour", 9400)
    send("an-hour.1")
    done = press(Client(), link(letters()[0], "This wasn’t me"))
    assert "It is erased" in done.content.decode()
    assert not orders()


def test_staff_see_the_order_mark_it_paid_look_where_it_goes_send_it_and_pay_half_back(
    sold: Selling,
) -> None:
    sold("Stamps", 2400, "purchases.parcel")
    send("stamps.1", **WHERE)
    host, _person = sign_in("rowan@tiller.example", "host")

    def act(**said: str) -> str:
        answer = host.post("/console/orders/1/act/", said, headers=ORIGIN, follow=True)
        return str(answer.content.decode())

    page = host.get("/console/orders/").content.decode()
    assert "£28.20" in page
    assert ADDRESS not in page
    assert "Millrace" not in host.get("/console/orders/1/").content.decode()
    assert "It is paid, and open." in act(do="paid", why="On the statement of Monday.")
    assert "It was paid already." in act(do="paid")
    assert "Millrace 12" in act(do="where")
    assert "on its way" in act(do="sent", tracking="RM 12")
    assert "At most £28.20" in act(do="refund", amount="50", before="0", why="Late.")
    assert "is noted as paid back" in act(do="refund", amount="14.10", before="0", why="Late.")
    assert "paid back meanwhile" in act(do="refund", amount="14.10", before="0", why="Late.")
    assert "Nothing was done" in act(do="burn")
    (made,) = orders()
    assert (made.state, made.back) == (State.PAID, 1410)
    with gate.using("purchases.serve"):
        assert Move.objects.count() == 3
        assert Invoice.objects.count() == 2


def test_labels_hold_what_is_to_be_sent_and_nothing_that_a_spreadsheet_computes(sold: Selling) -> None:
    sold("Stamps", 2400, "purchases.parcel")
    send("stamps.1", **(WHERE | {"name": "=cmd()", "note": "+1"}))
    send("stamps.1", **(WHERE | {"email": "ben@mail.example"}))
    send("stamps.1", **(WHERE | {"email": "cam@mail.example", "name": "Cam"}))
    with gate.using("purchases.sell"):
        for made in (orders()[0], orders()[2]):
            moving.pay(made, by=Move.By.STAFF)
    host, _person = sign_in("rowan@tiller.example", "host")
    answer = host.post("/console/orders/labels.csv", headers=ORIGIN)
    head, line, _cam = answer.content.decode().strip().splitlines()
    assert head.startswith("order,name,street")
    assert "'=cmd()" in line
    assert "'+1" in line
    assert host.get("/console/orders/labels.csv").status_code == 405
    buyer, _ana = sign_in(ADDRESS)
    assert "to send a parcel" in buyer.get("/me/uses/").content.decode()


def test_a_guide_that_is_bought_is_had_from_the_order_and_from_nowhere_else(sold: Selling) -> None:
    from django.core.files.base import ContentFile

    from leadrush.guides import publishing
    from leadrush.guides.models import Guide
    from leadrush.media.tests.conftest import pdf

    guide = publishing.write(slug="soil", title="Soil", asks=Guide.For.MONEY)
    publishing.bring(guide, ContentFile(pdf(), name="a.pdf"))
    publishing.open_to_all(guide)
    sold("The soil guide", 900, f"guides.guide:{guide.pk}")
    page = Client().get("/guides/soil/").content.decode()
    assert "/pay/the-soil-guide.1/" in page
    assert "/files/" not in page
    refused = Client().post("/guides/soil/", {"email": ADDRESS}, headers=ORIGIN)
    assert refused.status_code == 422
    send("the-soil-guide.1", at_once="on")
    (made,) = orders()
    with gate.using("purchases.sell"):
        moving.pay(made, by=Move.By.STAFF)
    shown = Client().get(link(letters()[-1], "Your order"), follow=True).content.decode()
    (file,) = re.findall(r'href="(/files/[^"]+)"', shown)
    assert b"".join(Client().get(file).streaming_content) == pdf()  # type: ignore[attr-defined]


def test_pages_ask_the_same_number_of_questions_however_much_there_is(sold: Selling) -> None:
    for number in range(12):
        sold(f"Thing {number}", 100 + number, "purchases.parcel", "purchases.hours")
    code = "+".join(f"thing-{number}.1" for number in range(8))
    for path in ("/shop/", "/shop/thing-1/", f"/pay/{code}/"):
        Client().get(path)
        _page, found = of_page(Client(), path)
        assert len(found) <= 8, "\n".join(found)


def test_an_order_takes_few_questions(sold: Selling) -> None:
    sold("An hour", 9400)
    for number in range(2):
        send("an-hour.1", email=f"warm{number}@mail.example")
    said = fields(look("an-hour.1")) | {"email": "new@mail.example", "way": "bank"}
    assert len(asked(lambda: Client().post("/pay/an-hour.1/", said, headers=ORIGIN))) <= 60
    with gate.using("purchases.sell"):
        made = Order.objects.order_by("-pk").first()
        assert made is not None
        assert len(asked(lambda: moving.pay(made, by=Move.By.STAFF))) <= 30


def test_a_buyer_asks_for_the_money_back_once_and_staff_see_it_until_they_paid_it(sold: Selling) -> None:
    sold("An hour", 9400)
    send("an-hour.1")
    with gate.using("purchases.sell"):
        moving.pay(orders()[0], by=Move.By.STAFF)
    page = Client().get(link(letters()[-1], "Your order"), follow=True).content.decode()
    (act,) = set(re.findall(r'action="(/orders/[^"]+)"', page))
    wrong = Client().post(act, {"do": "back", "why": "x" * 201}, headers=ORIGIN)
    assert wrong.status_code == 422
    assert "at most 200" in wrong.content.decode()
    done = Client().post(act, {"do": "back", "why": "The plan was older."}, headers=ORIGIN)
    assert "We have it." in done.content.decode()
    again = Client().post(act, {"do": "back"}, headers=ORIGIN)
    assert "You have asked already" in again.content.decode()
    host, _person = sign_in("rowan@tiller.example", "host")
    assert "Money that is asked back" in host.get("/console/orders/").content.decode()
    assert "The plan was older." in host.get("/console/orders/1/").content.decode()
    said = {"do": "refund", "amount": "94", "before": "0", "why": "As asked."}
    host.post("/console/orders/1/act/", said, headers=ORIGIN)
    assert "Money that is asked back" not in host.get("/console/orders/").content.decode()
    assert orders()[0].state == State.REFUNDED
