"""Staff build a training from a folder, put it in order, open it, answer a hand-in, and see the report."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from leadrush.training.tests.staffed import COURSE
from tests.browser.conftest import Walk
from tests.browser.steps import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

TITLE = "From bisque to bright"
LEARNER = "learns-glazes@walk.example"


def folder(at: Path) -> Path:
    """Write the course as a folder of this computer."""
    for path, data in COURSE.items():
        file = at / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return at / "course"


def titles(desk: Walk) -> list[str]:
    """Return the lessons as the outline shows them, each module's name before its own."""
    return desk.page.locator("#outline :is(h3, .what a)").all_text_contents()


def drag(desk: Walk, held: Locator, onto: Locator, *, below: bool = True) -> None:
    """Drag a row by its handle onto another, to its upper or lower half."""
    held.scroll_into_view_if_needed()
    start, end = held.locator("[data-grip]").first.bounding_box(), onto.bounding_box()
    assert start and end
    mouse = desk.page.mouse
    mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    mouse.down()
    y = end["y"] + end["height"] * (0.8 if below else 0.2)
    mouse.move(end["x"] + 60, (start["y"] + y) / 2, steps=4)
    mouse.move(end["x"] + 60, y, steps=8)
    with desk.page.expect_response(lambda answer: "/outline/" in answer.url):
        mouse.up()


def test_staff_build_a_training_from_a_folder_open_it_and_answer_what_is_handed_in(
    staff: Callable[..., Walk], walk: Callable[..., Walk], tmp_path: Path
) -> None:
    desk = staff(address="tove@tarnandtiller.example")
    page = desk.page
    desk.go("/console/trainings/")
    desk.look_in_each("trainings-desk")
    desk.follow(page.get_by_role("link", name="Begin a training"))
    page.get_by_label("Title", exact=True).fill(TITLE)
    page.get_by_label("Address", exact=True).fill("Bisque to bright")
    page.get_by_label("An e-mail address").check()
    page.get_by_label("Everything handed in is accepted as well").check()
    desk.follow(page.get_by_role("button", name="Save as a draft"))
    expect(page.get_by_label("Title", exact=True)).to_have_value(TITLE)
    desk.look_in_each("training-begin-error")
    page.get_by_label("Address", exact=True).fill("bisque")
    desk.follow(page.get_by_role("button", name="Save as a draft"))
    desk.follow(page.get_by_role("button", name="Open it to everybody"))
    expect(page.get_by_text("It has no lesson yet.").first).to_be_visible()

    number = re.findall(r"/trainings/(\d+)/", page.url)[0]

    # A folder, shown before it is made.
    desk.follow(page.get_by_role("link", name="Import a folder of videos and texts"))
    page.get_by_label("A folder of this computer").set_input_files(folder(tmp_path))
    expect(page.get_by_role("heading", name="What it becomes")).to_be_focused()
    expect(page.get_by_text("4 lessons, 4 of them new.")).to_be_visible()
    expect(page.get_by_text("Nothing is known to do with this kind.")).to_be_visible()
    desk.look_in_each("training-import")
    desk.follow(page.get_by_role("button", name="Make these lessons"))
    expect(page.locator("h1")).to_have_text(TITLE)
    made = titles(desk)
    assert made == [
        "What you need", "Eleven raw materials", "By weight, not by spoon",
        "The first six", "Clear, and why first",
        "Keeping them", "A log",
    ]  # fmt: skip
    desk.look_in_each("training-outline")

    page.reload()  # what looked at the page left empty styles in it, which htmx would copy
    # By drag: a lesson into another module, then a whole module; a refused one changes nothing.
    row = page.locator("#outline li")
    drag(desk, row.filter(has_text="By weight"), row.filter(has_text="Clear"), below=False)
    expect(page.locator("#outline-said")).to_have_text(
        "“By weight, not by spoon” is now lesson 1 of 2 in “The first six”."
    )
    assert titles(desk)[2:5] == ["The first six", "By weight, not by spoon", "Clear, and why first"]
    modules = page.locator("#outline [data-module]")
    drag(desk, modules.nth(2), modules.nth(0).locator("h3"), below=False)
    expect(page.locator("#outline h3").first).to_have_text("Keeping them")
    page.reload()
    assert titles(desk)[:4] == ["Keeping them", "A log", "What you need", "Eleven raw materials"]

    # By keyboard: the focus stays on the button of what is moved, and a line says where it is.
    down = page.get_by_role("button", name="Down A log")
    down.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#outline-said")).to_have_text("“A log” is now lesson 1 of 2 in “What you need”.")
    expect(page.get_by_role("button", name="Down A log")).to_be_focused()
    page.keyboard.press("Enter")
    # Whoever is quicker than htmx sends the form as without it, and reads the same on the page that comes.
    expect(page.get_by_text("“A log” is now lesson 2 of 2 in “What you need”.")).to_have_count(1)
    desk.look("training-outline-moved")
    page.reload()
    page.route("**/outline/", lambda route: route.abort())
    page.get_by_role("button", name="Up A log").click()
    expect(page.locator("#outline-said")).to_have_text(
        "The site did not answer, and nothing was changed. Load the page again."
    )
    page.unroute("**/outline/")
    page.reload()
    page.get_by_label("Title of a new lesson: Keeping them").fill("The same again in October")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="The same again in October")).to_be_visible()
    expect(page.get_by_label("Title of a new lesson: Keeping them")).to_be_focused()
    page.get_by_role("button", name="Take out The same again in October").click()
    expect(page.get_by_text("1 lesson taken out")).to_be_visible()
    page.get_by_text("1 lesson taken out").click()
    page.get_by_role("button", name="Bring back The same again in October").click()
    expect(page.locator("#outline-said")).to_have_text("“The same again in October” is back.")

    # A lesson: words with their preview, a bad line of captions, a question, what to hand in.
    desk.follow(page.get_by_role("link", name="Eleven raw materials"))
    page.get_by_label("Text", exact=True).fill("# Buy\n\n- a scale\n- a sieve")
    page.get_by_role("button", name="See how the text will look").click()
    expect(page.locator("#body-preview li")).to_have_count(2)
    bad = tmp_path / "bad.vtt"
    bad.write_text("WEBVTT\n\n1 --> 2\nx\n")
    page.get_by_label("Captions", exact=True).set_input_files(bad)
    desk.follow(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Line 3: write the times like").first).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value(re.compile("a sieve"))
    desk.look_in_each("training-lesson-error")
    page.get_by_label("Minutes").fill("22")
    desk.follow(page.get_by_role("button", name="Save"))
    desk.look_in_each("training-lesson-desk")
    desk.follow(page.get_by_role("link", name="Questions", exact=True))
    desk.follow(page.get_by_role("link", name="Add a question"))
    page.get_by_label("Question", exact=True).fill("How many raw materials are there?")
    page.get_by_label("Kind").select_option(label="A number")
    expect(page.get_by_label("The number")).to_be_visible()
    expect(page.get_by_role("group", name="Choice 1")).to_be_hidden()
    page.get_by_label("Kind").select_option(label="One of several")
    desk.follow(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Write at least two choices.").first).to_be_visible()
    for at, text in enumerate(("Eleven", "Twelve")):
        page.get_by_label("Choice", exact=True).nth(at).fill(text)
    page.get_by_label("Right", exact=True).first.check()
    desk.look_in_each("training-question")
    desk.follow(page.get_by_role("button", name="Save"))
    desk.look_in_each("training-questions")
    desk.follow(page.get_by_role("link", name="Eleven raw materials"))
    desk.follow(page.get_by_role("link", name="What is to be handed in"))
    page.get_by_label("Heading").fill("Three tiles")
    page.get_by_label("What to do").fill("Write one line for each.")
    page.get_by_label("Words", exact=True).check()
    desk.look("training-assignment")
    desk.follow(page.get_by_role("button", name="Save"))

    # As a learner sees it: what is pressed there is recorded for nobody.
    desk.follow(page.get_by_role("link", name="Preview as a learner"))
    expect(page.get_by_text("This is a preview, as learners see it.")).to_be_visible()
    desk.look_in_each("training-preview")
    desk.follow(page.get_by_role("button", name="I have done it"))
    expect(page.get_by_text("nothing was recorded for anybody")).to_be_visible()
    desk.follow(page.get_by_role("link", name="Back to writing it"))
    desk.follow(page.get_by_role("link", name=TITLE))
    desk.follow(page.get_by_role("button", name="Open it to everybody"))
    expect(page.get_by_text("It is open.").first).to_be_visible()

    # Somebody gets it by hand, and hands in.
    desk.follow(page.get_by_role("link", name="Who learns"))
    desk.look_in_each("training-learners-empty")
    page.get_by_label("Their e-mail").fill(LEARNER)
    desk.follow(page.get_by_role("button", name="Give them this training"))
    learns = walk(390, "light")
    sign_in(learns, LEARNER)
    learns.go("/trainings/bisque/")
    learns.follow(learns.page.get_by_role("link", name="Eleven raw materials").first)
    learns.page.get_by_label("Your words").fill("A1 is even, A2 crawled, A3 is blue.")
    learns.follow(learns.page.get_by_role("button", name="Hand it in"))

    desk.go("/console/")
    desk.follow(page.get_by_role("link", name="Three tiles"))
    expect(page.get_by_text("A1 is even, A2 crawled, A3 is blue.")).to_be_visible()
    desk.look_in_each("training-answer")
    page.get_by_label("Accepted: it counts as done").check()
    page.get_by_label("Your words to them").fill("Well seen.")
    desk.follow(page.get_by_role("button", name="Send the answer"))
    expect(page.get_by_text("Nothing waits for an answer")).to_be_visible()
    desk.look_in_each("training-hand-ins")
    assert "Well seen." not in str(learns.site.postman.wait(LEARNER, "answer")), (
        "the answer is on the page alone"
    )
    learns.page.reload()
    expect(learns.page.get_by_text("Well seen.")).to_be_visible()
    learns.follow(learns.page.get_by_role("button", name=re.compile("I have done it")))

    desk.go("/console/trainings/")
    desk.follow(page.get_by_role("link", name=f"how far {TITLE}"))
    expect(page.get_by_text("From lesson to lesson")).to_be_visible()
    assert LEARNER not in page.content()
    desk.look_in_each("training-report")
    desk.follow(page.get_by_role("link", name="Who learns"))
    expect(page.get_by_text(LEARNER)).to_be_visible()
    desk.look_in_each("training-learners")
    desk.follow(page.get_by_role("link", name=LEARNER))
    desk.look_in_each("training-learner")
    desk.go("/console/trainings/")
    desk.follow(page.get_by_role("link", name=TITLE, exact=True))
    desk.follow(page.get_by_role("link", name="Groups"))
    desk.follow(page.get_by_role("link", name="Begin a group"))
    page.get_by_label("Name").fill("Spring")
    page.get_by_label("First day").fill("2027-03-01")
    page.get_by_label("Last day").fill("2027-05-01")
    page.get_by_label("Title", exact=True).fill("Questions")
    page.get_by_label("Starts").fill("2027-03-08T19:00")
    desk.follow(page.get_by_role("button", name="Save"))
    desk.look_in_each("training-group")

    page.set_viewport_size({"width": 360, "height": 800})
    for path in ("", "import/", "learners/", "groups/", "report/"):
        desk.go(f"/console/trainings/{number}/{path}")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path or 'the outline'} scrolls sideways by {wide} px at 360"


def test_staff_build_without_a_script_by_buttons_that_keep_the_focus(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    cookies = staff(address="tove@tarnandtiller.example").context.storage_state()
    desk = walk(390, "dark", java_script_enabled=False, storage_state=cookies)
    page = desk.page
    desk.go("/console/trainings/begin/")
    page.get_by_label("Title", exact=True).fill("Buttons alone")
    page.get_by_label("Address", exact=True).fill("buttons-alone")
    desk.follow(page.get_by_role("button", name="Save as a draft"))
    page.get_by_label("Title of a new module").fill("The first six")
    desk.follow(page.get_by_role("button", name="Add a module"))
    for title in ("Clear", "White"):
        page.get_by_label("Title of a new lesson").fill(title)
        desk.follow(page.get_by_role("button", name="Add a lesson"))
    desk.follow(page.get_by_role("button", name="Up White"))
    expect(page.get_by_text("“White” is now lesson 1 of 2 in “The first six”.")).to_be_visible()
    expect(page.get_by_role("button", name="Up White")).to_be_focused()
    assert titles(desk) == ["The first six", "White", "Clear"]
    desk.follow(page.get_by_role("link", name="Import a folder of videos and texts"))
    expect(page.get_by_label("A folder of this computer")).to_be_hidden()
    expect(page.get_by_label("Or a ZIP")).to_be_visible()
