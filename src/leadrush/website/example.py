"""The business that a demo shows: invented, like everybody in it, on addresses that can belong to nobody."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from leadrush import look
from leadrush.look.models import Business
from leadrush.vault.models import Role
from leadrush.website import drawing, founding
from leadrush.website.models import ArticlePage, HomePage, Picture

STAFF = [
    ("maren@tarnandtiller.example", Role.OWNER, "Maren Holt"),
    ("idris@tarnandtiller.example", Role.EDITOR, "Idris Fenn"),
    ("tove@tarnandtiller.example", Role.HOST, "Tove Askeland"),
    ("perrin@tarnandtiller.example", Role.READER, "Perrin Oake"),
]


def business() -> Business:
    """Return the invented business, unsaved."""
    return Business(
        name="Tarn & Tiller",
        place="Mill Lane 4\nFellby",
        time_zone="Europe/London",
        locale="en_GB",
    )


def pages() -> None:
    """Make the first page and two articles, each unless it is there."""
    home = founding.first_page(
        HomePage(
            title="Tarn & Tiller: plan an allotment that you can keep up",
            search_description="Webinars and articles on planning an allotment, by Maren Holt and friends.",
            headline="A plot you can keep up with.",
            lede="Maren Holt has drawn up 640 allotments and gone back a year later to see what was left of "
            "each plan. She teaches you to draw one for the hours you really have.",
            action_words="Join the next webinar",
            action_path="/webinars/",
            second_words="Read the articles",
            second_path="#articles",
            picture=picture(
                "Twenty-four beds",
                "A plan of 24 numbered beds seen from above, with lettuces, beans on canes, roots, squash, "
                "straw mulch and rows just sown.",
                drawing.board,
            ),
            body=json.dumps(
                [
                    {"type": "room", "value": "webinars.next"},
                    {
                        "type": "articles",
                        "value": {
                            "heading": "Articles",
                            "words": "One a month, each tried on our own plot first.",
                        },
                    },
                    founding.promises(),
                ]
            ),
        )
    )
    today = timezone.localdate(timezone=look.business().zone)
    article(
        home,
        slug="four-beds-four-years",
        title="Four beds, four years, one sheet of paper",
        day=today - timedelta(days=41),
        intro="A rotation fails when nobody remembers what stood where. This one is a drawing, and it "
        "moves by "
        "one bed each spring.",
        picture=picture(
            "Four beds and the way round",
            "Four beds joined by arrows: beans and peas, cabbages, roots, squash, and back to beans.",
            drawing.rotation,
        ),
        body=[
            prose(
                "<p>Crops of one family want the same things from the soil and bring the same troubles. "
                "Three "
                "years without them are enough for most of both to go. That is the whole idea of a rotation, "
                "and four beds are enough for it.</p>"
            ),
            heading("Draw it once"),
            prose(
                "<p>Take one sheet. Draw four boxes, and write one word in each: beans, cabbages, roots, "
                "squash. "
                "Draw an arrow from each box to the next. Pin it inside the shed door.</p>"
                "<ul><li>Beans and peas leave nitrogen behind, so what is hungry comes after them: "
                "cabbages.</li><li>Roots follow, in soil that nobody has fed since.</li>"
                "<li>Squash takes the compost, and covers the ground before the beans come back.</li></ul>"
            ),
            heading("Move it each spring"),
            prose(
                "<p>On the first dry Saturday in March, turn the sheet by a quarter. What was bed 1 is now "
                "bed 2. You do not have to remember anything, which is the point.</p>"
            ),
            quote("The plan that survives is the one that fits on the shed door.", "Maren Holt"),
            prose(
                "<p>Potatoes, onions and whatever else you grow fit in where there is room: potatoes with "
                "the "
                "squash, onions with the roots. Two years apart is better than none.</p>"
            ),
        ],
    )
    article(
        home,
        slug="a-year-in-eight-lines",
        title="A year in eight lines",
        day=today - timedelta(days=12),
        intro="What to sow, plant out and pick, for eight crops that forgive a late week. Made for a plot "
        "that gets three hours on a Saturday.",
        picture=picture(
            "A year of sowing and picking",
            "A calendar of eight crops with the months in which each is sown, planted out and picked: broad "
            "beans, peas, lettuce, carrots, courgettes, leeks, kale and garlic.",
            drawing.calendar,
        ),
        body=[
            prose(
                "<p>Seed packets say when a thing can be sown. They do not say when eight things can be "
                "sown by "
                "one person. We asked it the other way round: which weeks have nothing else in them?</p>"
            ),
            heading("Read it from top to bottom"),
            prose(
                "<p>Each line is a crop. Ochre is sowing, brown is planting out, green is picking. Look down "
                "one month and you see your Saturdays: April is full, July is for picking, and from "
                "November to "
                "January there is nothing you have to do.</p>"
            ),
            heading("What we left out"),
            prose(
                "<p>Tomatoes, because they need you every day in June. Celery, because it needs you always. "
                "Sweetcorn, because eight plants feed the badgers. <b>A short list that is grown beats a "
                "long "
                "one that is not.</b></p>"
                "<p>Shift every bar by two weeks if you garden above 200 metres, and by one week for every "
                "hour's drive north of us.</p>"
            ),
            {"type": "link", "value": {"words": "See the webinars", "page": None, "address": "/webinars/"}},
        ],
    )


def article(home: HomePage, *, slug: str, body: list[dict[str, Any]], **fields: Any) -> None:
    """Publish an article unless one has this slug."""
    if ArticlePage.objects.filter(slug=slug).exists():
        return
    page = ArticlePage(slug=slug, body=json.dumps(body), **fields)
    home.add_child(instance=page)
    page.save_revision().publish()


def picture(title: str, description: str, drawn: Any) -> Picture:
    """Return the picture of this title, drawn unless it is there."""
    there = Picture.objects.filter(title=title).first()
    if there is not None:
        return there
    made = Picture(title=title, description=description)
    made.file = ContentFile(drawn(), name=f"{drawn.__name__}.png")
    made.save()
    return made


def prose(html: str) -> dict[str, Any]:
    """Return a block of running text."""
    return _block("prose", html)


def heading(words: str) -> dict[str, Any]:
    """Return a heading."""
    return _block("heading", words)


def quote(words: str, who: str) -> dict[str, Any]:
    """Return somebody's words."""
    return _block("quote", {"words": words, "who": who})


def _block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}
