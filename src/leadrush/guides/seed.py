"""The demo's guides: one for an e-mail address, one for nothing, asked for by invented people."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from leadrush import look
from leadrush.guides import asking, publishing
from leadrush.guides.models import Guide
from leadrush.media import typesetting

HOURS: dict[str, Any] = {
    "slug": "count-your-hours",
    "title": "Count your hours before you draw",
    "lede": "Most plans fail on hours, not on soil. One evening with a pencil tells you how much plot you "
    "have, whatever the map says.",
    "body": "This is the sheet that every plan begins with. It takes an hour, it needs no knowledge of "
    "plants, and in nineteen of twenty plots it takes something off the drawing.",
    "inside": "The week of yours that counts, and the three that don’t.\n"
    "What a square metre asks for in May, in minutes.\n"
    "A table to fill in, with one that is filled in already.",
    "asks": Guide.For.EMAIL,
}
YEAR: dict[str, Any] = {
    "slug": "a-year-of-one-bed",
    "title": "A year of one bed",
    "lede": "Twelve pages, one a month: what one bed looks like, and the one thing to do in it.",
    "inside": "Twelve months, a page each.\nWhat to leave alone, and until when.",
    "asks": Guide.For.NOTHING,
}
CHAPTERS = {
    HOURS["slug"]: [
        {
            "title": "The week that counts",
            "text": [
                "Take the third week of May. It is the week in which everything grows, nothing can wait and "
                "somebody in the family has a birthday. Write down the hours that you really had for "
                "yourself in it last year. That is the number on which the plot has to stand.",
                "If you do not remember, take half of what you think. In nine years of asking, nobody has "
                "come out too low.",
            ],
        },
        {
            "title": "What a square metre asks for",
            "text": [
                "Salad: six minutes a week. Beans on canes: four, and twenty on the day you put up the "
                "canes. Potatoes: two. Squash: one, and a place that you were not going to use anyway. "
                "Strawberries: nothing for months, and then all of it.",
                "Add the way: walking to the tap and back is part of the bed. Count your cans.",
            ],
        },
        {
            "title": "One that is filled in",
            "text": [
                "Three hours a week in May are 180 minutes. Forty go to the way and the tap. What is left "
                "is 140 minutes: twelve square metres of mixed beds, or thirty of potatoes and squash. The "
                "map said two hundred. The rest is a meadow, and a meadow is a plan, too.",
            ],
        },
    ],
    YEAR["slug"]: [
        {"title": month, "text": [words]}
        for month, words in (
            ("January", "Straw on the bed. Nothing to do but to read last year’s notebook once."),
            ("February", "Look under the straw on a mild day. If it smells of forest, leave it."),
            ("March", "Take the straw off one half. Broad beans go in now, two fingers deep."),
            ("April", "The hungry month. What stands from last year is eaten; leeks first."),
            ("May", "Everything at once. Plant out after the cold saints, and not a day for pride."),
            ("June", "Water in the morning, deep and seldom. Put mulch where you see bare soil."),
            ("July", "Pick every second day, or the beans stop. Sow winter salad in the shade."),
            ("August", "Sow for the hungry gap: chard, spring cabbage, onions. This is next April."),
            ("September", "Squash come in before the first cold night. Leave the roots of beans."),
            ("October", "Leaves onto the bed, not into bags. Garlic goes in where the beans were."),
            ("November", "Straw. Write down the three things that you will not grow again."),
            ("December", "Leave it alone until January. It works without you."),
        )
    ],
}
ASKED = (
    "ilse.van-der-beek@post.example",
    "half-a-rod@letters.example",
    "sefa.longacre@mail.example",
    "brook.tansley@post.example",
)


def seed() -> None:
    """Make them unless there are guides already."""
    if Guide.objects.exists():
        return
    for facts in (YEAR, HOURS):
        guide = publishing.write(**facts)
        file = ContentFile(_set(facts), name="guide.pdf")
        publishing.bring(guide, file)
        publishing.open_to_all(guide)
        guide.refresh_from_db()
        for address in ASKED if facts is HOURS else ASKED[:1]:
            asking.ask(guide=guide, address=address)


def _set(facts: dict[str, Any]) -> bytes:
    said = {"title": facts["title"], "lede": facts["lede"], "business": look.business().name}
    return typesetting.pdf("leadrush.guides.demo", "guide.typ", said | {"chapters": CHAPTERS[facts["slug"]]})
