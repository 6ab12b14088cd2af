"""The host's desk: planning, publishing, who comes, and what each person sees of being looked at."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from leadrush import gate, ledger, vault
from leadrush.vault import rights
from leadrush.vault.models import Item, Person
from leadrush.webinars import hosting, planning, registering
from leadrush.webinars.models import Host, Question, Seen, Webinar
from leadrush.webinars.tests.conftest import Plan, registration, sign_in, states

ANA, BEN = "ana@mail.example", "ben@mail.example"


def filled(**fields: Any) -> dict[str, Any]:
    return {
        "title": "Beds that feed you in March",
        "slug": "beds",
        "lede": "What to sow when.",
        "starts_at": "2027-06-03T19:00",
        "minutes": "55",
        "seats": "40",
        "host": "",
        "body": "",
        "take_home": "",
        "agenda": "10 Three beds, one plan\n45 Questions",
        "asked": "",
        "picture_alt": "",
        "questions-TOTAL_FORMS": "1",
        "questions-INITIAL_FORMS": "0",
        "questions-0-text": "How big is your plot?",
        "questions-0-kind": "text",
        "questions-0-longest": "100",
        "questions-0-without": "Nothing stops working.",
    } | fields


def test_a_host_plans_previews_publishes_and_cancels(host: Client) -> None:
    answer = host.post(reverse("webinars:plan"), filled())
    webinar = Webinar.objects.get()
    assert answer.status_code == 302, answer.content.decode()
    assert webinar.starts_at.isoformat() == "2027-06-03T18:00:00+00:00", "the business's clocks, not UTC"
    assert [row.minutes for row in webinar.agenda_rows] == [10, 45]
    assert Client().get(webinar.get_absolute_url()).status_code == 404
    preview = host.get(reverse("webinars:preview", args=[webinar.pk])).content.decode()
    assert "How big is your plot?" in preview
    host.post(reverse("webinars:act", args=[webinar.pk]), {"do": "publish"})
    public = Client().get(webinar.get_absolute_url()).content.decode()
    assert "Thursday, 3 June 2027, 19:00–19:55" in public
    host.post(reverse("webinars:act", args=[webinar.pk]), {"do": "cancel", "why": ""})
    webinar.refresh_from_db()
    assert webinar.state == "open", "nobody cancels without a word"
    host.post(reverse("webinars:act", args=[webinar.pk]), {"do": "cancel", "why": "The host is ill."})
    webinar.refresh_from_db()
    assert webinar.state == "cancelled"


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"agenda": "Questions"}, "Begin each line with its minutes"),
        ({"minutes": "3"}, "Write a number from 5 to 600."),
        ({"seats": "0"}, "Write at least 1"),
        ({"starts_at": "2027-03-28T01:30"}, "The clocks change in this hour."),
        ({"starts_at": "2027-10-31T01:30"}, "The clocks change in this hour."),
        ({"starts_at": "soon"}, "Write the day and the hour like"),
        ({"questions-0-kind": "choice", "questions-0-options": "Clay"}, "Write at least two options"),
        ({"questions-0-without": ""}, "Say what stops working"),
        ({"slug": "taken"}, "Another webinar has this address."),
    ],
)
def test_a_plan_with_a_fault_stores_nothing_and_says_what_to_write(
    host: Client, plan: Plan, wrong: dict[str, str], word: str
) -> None:
    plan(slug="taken")
    answer = host.post(reverse("webinars:plan"), filled(**wrong))
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert Webinar.objects.count() == 1


def test_fewer_seats_than_are_taken_are_refused(host: Client, plan: Plan) -> None:
    webinar = plan(seats=3, slug="beds")
    for who in (ANA, BEN):
        registering.register(webinar=webinar, address=who)
    answer = host.post(reverse("webinars:plan_one", args=[webinar.pk]), filled(seats="1"))
    assert "2 seats are taken. Write at least that many." in answer.content.decode()
    webinar.refresh_from_db()
    assert webinar.seats == 3


def test_more_seats_go_to_the_first_in_line(host: Client, plan: Plan) -> None:
    webinar = plan(seats=1, slug="beds")
    for who in (ANA, BEN, "cleo@mail.example"):
        registering.register(webinar=webinar, address=who)
    assert host.post(reverse("webinars:plan_one", args=[webinar.pk]), filled(seats="2")).status_code == 302
    assert states(webinar) == ["seat", "seat", "waiting"]


@pytest.mark.parametrize(("role", "status"), [("", 302), ("reader", 403), ("host", 200), ("owner", 200)])
def test_only_hosts_and_those_above_see_who_comes(webinar: Webinar, role: str, status: int) -> None:
    client = sign_in("somebody@tiller.example", role)[0] if role else Client()
    for name in ("plan_one", "registrants", "tell", "preview"):
        assert client.get(reverse(f"webinars:{name}", args=[webinar.pk])).status_code == status, name
    for name in ("desk", "plan", "host"):
        assert client.get(reverse(f"webinars:{name}")).status_code == status, name


def test_a_look_at_the_list_is_one_entry_which_each_person_sees(host: Client, plan: Plan) -> None:
    webinar = plan(seats=None)
    question = Question.objects.create(webinar=webinar, text="Your soil?", without="Nothing stops.")
    registering.register(webinar=webinar, address=ANA, answers={question.pk: "Clay over chalk"})
    registering.register(webinar=webinar, address=BEN)
    before = ledger.Entry.objects.count()
    page = host.get(reverse("webinars:registrants", args=[webinar.pk])).content.decode()
    assert ANA in page
    assert BEN in page
    assert "Clay over chalk" in page
    (entry,) = list(ledger.Entry.objects.order_by("id"))[before:]
    assert (entry.use, entry.what, entry.count) == ("webinars.host", "webinars.registrants", 2)
    assert entry.categories == "EmailAddress lr:Answer lr:Registration"
    assert entry.actor_kind == "staff"
    registering.register(webinar=webinar, address="late@mail.example")
    for who, sees in ((ANA, True), (BEN, True), ("late@mail.example", False)):
        with gate.using("rights.own"):
            assert (entry in rights.entries(vault.find(who).pk)) is sees, who


def test_an_address_that_came_with_no_registration_is_open_to_no_host(webinar: Webinar) -> None:
    vault.welcome(address=ANA, where="people.sign_in", clause="your-address", confirmed=True)
    for use in ("webinars.host", "webinars.serve"):
        with gate.using(use):
            assert not Item.objects.filter(kind="email").exists(), use
    registering.register(webinar=webinar, address=ANA)
    with gate.using("webinars.host"):
        assert Item.objects.filter(kind="email").count() == 1
    registering.it_was_not_me(webinar=webinar, giving=registration(webinar, ANA).giving)
    with gate.using("webinars.host"):
        assert not Item.objects.filter(kind="email").exists()


def test_whoever_gave_up_is_not_shown_to_the_host(host: Client, webinar: Webinar) -> None:
    registering.register(webinar=webinar, address=ANA)
    registering.give_up(webinar=webinar, person=vault.find(ANA))
    page = host.get(reverse("webinars:registrants", args=[webinar.pk])).content.decode()
    assert ANA not in page
    with gate.using("rights.own"):
        assert not Seen.objects.exists()


def test_the_desk_shows_seats_and_opens_nothing(host: Client, webinar: Webinar, plan: Plan) -> None:
    plan(opened=False, title="Not yet")
    for who in (ANA, BEN, "cleo@mail.example"):
        registering.register(webinar=webinar, address=who)
    before = ledger.Entry.objects.count()
    page = host.get(reverse("webinars:desk")).content.decode()
    assert "2 of 2" in page
    assert "Not yet" in page
    assert ledger.Entry.objects.count() == before


def test_a_persons_page_shows_every_item_of_a_registration(host: Client, webinar: Webinar) -> None:
    question = Question.objects.create(webinar=webinar, text="Your soil?", without="Nothing stops.")
    registering.register(
        webinar=webinar, address=ANA, answers={question.pk: "Clay"}, time_zone="America/New_York"
    )
    host.get(reverse("webinars:registrants", args=[webinar.pk]))
    with gate.using("rights.own"):
        shown = {record.title: record.value for record in rights.records(vault.find(ANA).pk)}
    assert "Beds that feed you in March" in shown["A seat in a webinar"]
    assert "A seat, America/New_York" in shown["A seat in a webinar"]
    assert shown["Your answer to a host"] == "Your soil? Clay"
    assert "looked at on" in shown["A host’s look at your registration"]


def test_a_hosts_words_are_shown_until_they_are_taken_back(host: Client, webinar: Webinar) -> None:
    host.post(
        reverse("webinars:host"), {"name": "Tove Askeland", "words": "Digs, and writes down what came up."}
    )
    with gate.using("webinars.show"):
        (it,) = Host.objects.all()
    planning.change(webinar, host_id=it.pk)
    page = Client().get(webinar.get_absolute_url()).content.decode()
    assert "Tove Askeland" in page
    assert ">TA<" in page
    host.post(reverse("webinars:host"), {"name": "Tove A.", "words": "Digs."})
    assert "Tove A." in Client().get(webinar.get_absolute_url()).content.decode()
    host.post(reverse("webinars:host"), {"do": "take_back"})
    page = Client().get(webinar.get_absolute_url())
    assert page.status_code == 200
    assert "Tove" not in page.content.decode()
    assert not hosting.everybody()


def test_a_picture_is_served_small_and_without_where_it_was_taken(host: Client) -> None:
    image, out = Image.new("RGB", (3000, 1500), "green"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at Mill Lane 4"
    image.save(out, "JPEG", exif=exif)
    file = SimpleUploadedFile("bed.jpg", out.getvalue(), "image/jpeg")
    answer = host.post(reverse("webinars:plan"), filled(picture=file, picture_alt="A green bed."))
    assert answer.status_code == 302, answer.content.decode()
    webinar = planning.publish(Webinar.objects.get())
    page = Client().get(webinar.get_absolute_url()).content.decode()
    path = page.split('<img src="', 1)[1].split('"', 1)[0]
    served = Client().get(path)
    assert served["Content-Type"] == "image/webp"
    assert b"Mill Lane" not in served.content
    with Image.open(io.BytesIO(served.content)) as small:
        assert small.size == (1440, 720)


def test_a_picture_that_is_none_is_refused_with_a_word(host: Client) -> None:
    file = SimpleUploadedFile("bed.jpg", b"<svg/>", "image/jpeg")
    answer = host.post(reverse("webinars:plan"), filled(picture=file, picture_alt="A bed."))
    assert answer.status_code == 422


def test_publishing_in_the_past_and_reopening_are_refused(plan: Plan) -> None:
    webinar = plan(opened=False)
    Webinar.objects.filter(pk=webinar.pk).update(starts_at=timezone.now() - timedelta(days=1))
    with pytest.raises(planning.CannotChange):
        planning.publish(webinar)
    other = planning.cancel(plan(), why="No.")
    with pytest.raises(planning.CannotChange):
        planning.publish(other)
    assert Person.objects.count() == 0
