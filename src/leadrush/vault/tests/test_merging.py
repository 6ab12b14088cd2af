"""Two records of one person made one: nothing is lost, the no counts, and what died is taken up again."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from wagtail.models import Page

from leadrush import gate, mailbox, vault
from leadrush.mailbox.letters import open_letters
from leadrush.mailbox.models import Link, Message
from leadrush.vault import addresses, merging
from leadrush.vault.keys import NoKey
from leadrush.vault.models import BlindIndex, Choice, Giving, Item, Person, PersonKey

ANNOUNCE = "webinars.announce"
ANA, OLD = "ana@mail.example", "ana.old@mail.example"


def registered(address: str, about: str = "") -> tuple[Person, Giving]:
    return vault.welcome(
        address=address, where="webinars.register", clause="webinar-seat", about=about, confirmed=True
    )


def named(person: Person, name: str) -> None:
    giving = vault.give(person=person, where="people.name", clause="your-address", confirmed=True)
    vault.put(person=person, kind="name", category="Name", value=name, giving=giving)


def wrote(person: Person, giving: Giving, key: str) -> None:
    mailbox.post(
        person=person,
        giving=giving,
        use="webinars.serve",
        template="people.moved",
        key=key,
        context={"business": "Tarn", "gone": True, "at": "today"},
    )


def opened(person: Person | uuid.UUID) -> dict[str, str]:
    with gate.using("rights.own"):
        items = list(Item.objects.filter(person=person))
        values = vault.open_items(items)
        return {item.kind: values[item.pk] for item in items}


@pytest.fixture
def two(published: object) -> tuple[Person, Person]:
    """Return one person who is here under two addresses, with a letter, a link and a name under the other."""
    kept, _giving = registered(ANA, "webinars.webinar:1")
    gone, giving = registered(OLD, "webinars.webinar:2")
    named(gone, "Ana")
    wrote(gone, giving, "k")
    Link.objects.create(digest="d", person=gone, giving=giving, scope="x", expires_at=giving.at)
    return kept, gone


def whole(kept: Person, gone: Person) -> None:
    """Say whether everything stands in the one record, and nothing of the other is left."""
    assert opened(kept) == {"email": ANA, "email.2": OLD, "name": "Ana"}
    with gate.using("mailbox.look"):
        (message,) = Message.objects.all()
        assert message.person_id == kept.pk
        (letter,) = open_letters([message], what="t").values()
    assert "Tarn" in letter.subject
    assert set(Giving.objects.values_list("person", flat=True)) == {kept.pk}
    assert Link.objects.get().person_id == kept.pk
    assert {addresses.whose(ANA), addresses.whose(OLD)} == {kept.pk}
    assert not Person.objects.filter(pk=gone.pk).exists()
    assert list(PersonKey.objects.values_list("person", flat=True)) == [kept.pk]
    found = vault.find(OLD)
    assert found is not None and found.pk == kept.pk


def test_everything_of_both_stands_in_one_record_and_opens(two: tuple[Person, Person]) -> None:
    kept, gone = two
    merging.merge(kept.pk, gone.pk)
    whole(kept, gone)
    merging.merge(kept.pk, gone.pk)
    whole(kept, gone)


def test_the_pages_that_somebody_made_stay_and_only_their_passkey_goes(two: tuple[Person, Person]) -> None:
    kept, gone = two
    page = Page.get_first_root_node().add_child(instance=Page(title="Beds", slug="beds", owner=gone))
    page.save_revision(user=gone)
    Authenticator.objects.create(user=gone, type=Authenticator.Type.WEBAUTHN, data={})
    merging.merge(kept.pk, gone.pk)
    page.refresh_from_db()
    assert page.owner_id == kept.pk
    assert page.latest_revision.user_id == kept.pk
    assert not Authenticator.objects.exists()


def test_the_letters_of_both_seats_reach_the_address_that_gets_the_mail(two: tuple[Person, Person]) -> None:
    gone, kept = two[1], vault.welcome(address="new@mail.example", where="t", clause="your-address")[0]
    with gate.using("webinars.serve"):
        assert not Item.objects.filter(person=kept, kind="email").exists(), "no seat came with it yet"
    merging.merge(kept.pk, gone.pk)
    with gate.using("webinars.serve"):
        assert Item.objects.filter(person=kept, kind="email").exists()


class Died(Exception):
    """The process ended here."""


@pytest.mark.parametrize("after", range(len(merging.STEPS)))
@pytest.mark.django_db(transaction=True)
def test_what_died_between_two_steps_loses_nothing_and_is_finished_by_doing_it_again(
    two: tuple[Person, Person], after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(kept: uuid.UUID, gone: uuid.UUID) -> None:
        raise Died

    kept, gone = two
    steps = merging.STEPS
    monkeypatch.setattr(merging, "STEPS", (*steps[:after], die, *steps[after:]))
    with pytest.raises(Died):
        merging.merge(kept.pk, gone.pk)
    values = opened(kept) | {f"other {kind}": value for kind, value in opened(gone).items()}
    assert set(values.values()) == {ANA, OLD, "Ana"}
    monkeypatch.setattr(merging, "STEPS", steps)
    merging.merge(kept.pk, gone.pk)
    whole(kept, gone)


@pytest.mark.parametrize("inside", ["_move_items", "_move_held", "_move_rest", "fold"])
@pytest.mark.django_db(transaction=True)
def test_what_died_while_rows_moved_moved_none(
    two: tuple[Person, Person], inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(merging, inside)

    def die(*given: Any) -> None:
        real(*given)
        raise Died

    kept, gone = two
    monkeypatch.setattr(merging, inside, die)
    with pytest.raises(Died):
        merging.merge(kept.pk, gone.pk)
    assert opened(gone) == {"email": OLD, "name": "Ana"}
    assert opened(kept) == {"email": ANA}
    monkeypatch.setattr(merging, inside, real)
    merging.merge(kept.pk, gone.pk)
    whole(kept, gone)


@pytest.mark.parametrize(
    ("mine", "theirs", "allowed"),
    [
        (None, None, False),
        (True, None, True),
        (None, True, True),
        (True, True, True),
        (True, False, False),
        (False, True, False),
        (False, None, False),
        (None, False, False),
    ],
)
@pytest.mark.parametrize("mine_first", [True, False])
def test_where_the_answers_differ_the_no_counts_whichever_was_said_last(
    published: object, mine: bool | None, theirs: bool | None, allowed: bool, mine_first: bool
) -> None:
    kept, _one = registered(ANA)
    gone, _two = registered(OLD)
    said = [(kept, mine), (gone, theirs)]
    for person, answer in said if mine_first else reversed(said):
        if answer is not None:
            vault.choose(person=person, use=ANNOUNCE, answer=answer, where="t")
    merging.merge(kept.pk, gone.pk)
    bit = 1 << gate.uses.get(ANNOUNCE).bit
    with gate.using("house.keep"):
        masks = list(Item.objects.filter(person=kept).values_list("mask", flat=True))
    assert [bool(mask & bit) for mask in masks] == [allowed, allowed]


def test_a_yes_that_nobody_confirmed_opens_nothing_by_being_moved(published: object) -> None:
    kept, _giving = registered(ANA)
    gone, giving = vault.welcome(address=OLD, where="webinars.register", clause="webinar-seat")
    vault.choose(person=gone, use=ANNOUNCE, answer=True, where="t", giving=giving)
    merging.merge(kept.pk, gone.pk)
    assert ANNOUNCE not in vault.choices_of(kept.pk)


def test_of_two_names_the_one_that_stays_stays(two: tuple[Person, Person]) -> None:
    kept, gone = two
    named(kept, "Anna")
    merging.merge(kept.pk, gone.pk)
    assert opened(kept)["name"] == "Anna"


def test_the_higher_role_stays_so_that_no_owner_is_lost(two: tuple[Person, Person]) -> None:
    kept, gone = two
    Person.objects.filter(pk=gone.pk).update(role="owner")
    Person.objects.filter(pk=kept.pk).update(role="reader")
    merging.merge(kept.pk, gone.pk)
    assert Person.objects.get().role == "owner"


def test_more_addresses_than_there_are_places_for_change_nothing(published: object) -> None:
    kept, giving = registered(ANA)
    for n, place in enumerate(merging.ALSO):
        address = f"ana{n}@mail.example"
        assert merging.claim(address, kept.pk) == kept.pk
        merging.write(kept, place, address, giving)
    gone, _giving = registered(OLD)
    with pytest.raises(merging.TooMany):
        merging.merge(kept.pk, gone.pk)
    assert addresses.whose(OLD) == gone.pk
    assert opened(gone) == {"email": OLD}


def test_a_record_is_not_joined_to_itself_or_to_an_erased_one(two: tuple[Person, Person]) -> None:
    kept, gone = two
    with pytest.raises(ValueError, match="itself"):
        merging.merge(kept.pk, kept.pk)
    PersonKey.objects.filter(person=gone.pk).delete()
    with pytest.raises(NoKey):
        merging.merge(kept.pk, gone.pk)
    assert addresses.whose(OLD) == gone.pk


def test_an_address_leads_to_whoever_claimed_it_first(published: object) -> None:
    one, _giving = registered(ANA)
    two, _giving = registered(OLD)
    assert merging.claim(ANA, two.pk) == one.pk
    merging.release(ANA, two.pk)
    assert addresses.whose(ANA) == one.pk
    merging.release(ANA, one.pk)
    assert not BlindIndex.objects.filter(person=one.pk).exists()
    assert Choice.objects.count() == 0
