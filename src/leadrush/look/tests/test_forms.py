"""Forms: who fills one in hears what is asked, what is wrong and what to write, with any reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django import forms as django_forms
from django.core.exceptions import ValidationError

from leadrush.look import forms

Draw = Callable[..., str]


class Seat(forms.Form):
    email = django_forms.EmailField(label="Your e-mail", help_text="The only thing we need.")
    question = django_forms.CharField(label="Your question", required=False, max_length=5)
    day = django_forms.ChoiceField(
        label="Which day",
        choices=[("a", "Thursday")],
        widget=django_forms.RadioSelect,
        error_messages={"required": "Say when."},
    )
    later = django_forms.BooleanField(
        label="Later ones too", help_text="Not ticked means no.", required=False
    )
    token = django_forms.CharField(widget=django_forms.HiddenInput, required=False)


def drawn(draw: Draw, form: forms.Form, text: str = "{{ form }}") -> BeautifulSoup:
    return BeautifulSoup(draw(text, form=form), "html.parser")


def test_every_input_has_a_label_and_names_each_text_beside_it(db: None, draw: Draw) -> None:
    page = drawn(draw, Seat({"email": "ana.mail", "question": "far too long"}))
    for control in page.select("input:not([type=hidden])"):
        assert page.select_one(f'label[for="{control["id"]}"]'), control
        for described in control.get("aria-describedby", "").split():
            assert page.find(id=described), f"{control['id']} is described by the absent {described}"
    email = page.find(id="id_email")
    assert email["aria-invalid"] == "true"
    assert email["aria-describedby"].split() == ["id_email_helptext", "id_email_error", "id_email_live"]


def test_a_field_is_drawn_in_the_order_in_which_it_is_read(db: None, draw: Draw) -> None:
    field = drawn(draw, Seat({"email": "x"}), "{% field form.email %}").select_one("p.field")
    assert [(c.name, " ".join(c.get("class", []))) for c in field.find_all(recursive=False)] == [
        ("label", ""), ("span", "hint"), ("span", "error"), ("span", "error"), ("input", ""),
    ]  # fmt: skip


def test_the_list_on_top_leads_to_each_input_and_says_what_to_write(db: None, draw: Draw) -> None:
    page = drawn(draw, Seat({"email": "ana.mail", "question": "far too long"}), "{{ form }}")
    top = page.select_one('.errors[role="alert"]')
    assert top.b.text == "3 things to put right"
    assert {link["href"]: link.text for link in top.select("a")} == {
        "#id_email": "Your e-mail: Write it like name@example.org.",
        "#id_question": "Your question: Use at most 5 characters. This has 12.",
        "#id_day_0": "Which day: Say when.",
    }
    for link in top.select("a"):
        assert page.find(id=link["href"][1:])


def test_a_form_that_nobody_has_sent_shows_no_errors(db: None, draw: Draw) -> None:
    assert draw("{% errors form %}", form=Seat()) == ""
    page = drawn(draw, Seat())
    assert not page.select(".error:not([data-live])") and not page.select("[aria-invalid]")


def test_a_purpose_is_never_ticked_beforehand(db: None, draw: Draw) -> None:
    assert not drawn(draw, Seat()).select("[checked]")


def test_an_optional_field_says_what_stops_working_without_it(db: None, draw: Draw) -> None:
    page = drawn(draw, Seat(), '{% field form.question without="Nobody can answer you." %}')
    assert page.select_one("label .soft").text == "(if you like)"
    assert page.find(id="id_question")["aria-describedby"] == "id_question_without"
    assert page.find(id="id_question_without").text == "Nobody can answer you."


def test_a_group_is_named_by_its_legend(db: None, draw: Draw) -> None:
    group = drawn(draw, Seat({}), "{% field form.day %}").fieldset
    assert group.legend.text == "Which day"
    assert group["aria-describedby"] == "id_day_error"
    assert group.select_one("label.tick input[type=radio]")


def test_what_was_written_comes_back_escaped(db: None, draw: Draw) -> None:
    bad = '"><script>alert(1)</script>'
    text = draw("{{ form }}", form=Seat({"email": bad, "question": bad, "day": bad, "token": bad}))
    assert "<script" not in text


def test_words_for_one_form_do_not_leak_into_another(db: None) -> None:
    Seat({"email": "x"}).is_valid()
    with pytest.raises(django_forms.ValidationError) as wrong:
        django_forms.EmailField().clean("x")
    assert "example.org" not in str(wrong.value)


def test_errors_of_the_whole_form_stand_on_top_without_a_link(db: None, draw: Draw) -> None:
    form = Seat({"email": "ana@mail.example", "day": "a"})
    form.add_error(None, "This webinar is over.")
    top = drawn(draw, form, "{% errors form %}")
    assert top.b.text == "One thing to put right"
    assert top.li.text == "This webinar is over." and not top.a


def test_no_form_of_the_house_takes_a_card_number_into_a_field_of_words(db: None) -> None:
    def all_of(parent: type) -> list[type]:
        return [one for child in parent.__subclasses__() for one in (child, *all_of(child))]

    form = Seat({"email": "ana@mail.example", "question": "x", "day": "a"})
    with pytest.raises(ValidationError, match="looks like a card number"):
        form.fields["question"].run_validators("4242 4242 4242 4242")
    strangers = [one for one in all_of(django_forms.BaseForm) if one.__module__.startswith("leadrush.")]
    bare = [one.__name__ for one in strangers if not issubclass(one, forms.Spoken)]
    assert bare == [], "a form beside `look.forms`: nothing refuses a card number in it"
