"""A letter: the words of a message, written from one Markdown template, as text and as HTML.

`templates/ROOM/mail/NAME.md` begins with `# Subject`. Values are escaped: a name cannot become a link.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import nh3
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from leadrush import vault
from leadrush.mailbox.models import Message

CONTEXT = "message"
CATEGORY = "lr:Message"
SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:])")
MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False})


@dataclass(frozen=True)
class Attachment:
    """A file beside the words: its name, its type with parameters, its text."""

    name: str
    type: str
    text: str


@dataclass(frozen=True)
class Letter:
    """The words of one message: subject on one line, plain text, HTML, extra headers, attachments."""

    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()

    def pack(self) -> str:
        """Return the letter as JSON text, to be sealed."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def unpack(cls, text: str) -> Letter:
        """Read a letter back from what `pack` made."""
        data = json.loads(text)
        attachments = tuple(Attachment(**attachment) for attachment in data.pop("attachments"))
        return cls(**data, attachments=attachments)


def write(
    template: str,
    context: Mapping[str, Any],
    *,
    headers: Mapping[str, str] | None = None,
    attachments: Iterable[Attachment] = (),
) -> Letter:
    """Write a letter from `ROOM/mail/NAME.md`, named as `ROOM.NAME`, in the language in force."""
    room, _dot, name = template.partition(".")
    source = render_to_string(
        f"{room}/mail/{name}.md", {key: _plain(value) for key, value in context.items()}
    )
    head, _line, body = source.strip().partition("\n")
    subject = " ".join(_text(MARKDOWN.parse(head.removeprefix("#").strip())).split())
    tokens = MARKDOWN.parse(re.sub(r"\n{3,}", "\n\n", body.strip()))
    html = nh3.clean(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))
    return Letter(
        subject=subject,
        text=_text(tokens),
        html=render_to_string("mailbox/letter.html", {"subject": subject, "body": mark_safe(html)}),  # noqa: S308
        headers=dict(headers or {}),
        attachments=tuple(attachments),
    )


def _plain(value: Any) -> Any:
    """Escape what Markdown would read as its own; addresses of links are passed as `Address`."""
    if isinstance(value, Address):
        return SafeString(value)
    if isinstance(value, str | Promise):
        return SafeString(SPECIAL.sub(r"\\\1", " ".join(str(value).split())))
    return value


class Address(str):
    """A web address of ours, written as it is."""

    __slots__ = ()


def _text(tokens: list[Token]) -> str:
    """Return Markdown's tokens as plain text: paragraphs apart, links as words and address."""
    out: list[str] = []
    href = ""
    for token in tokens:
        if token.type == "inline":
            for part in token.children or []:
                if part.type in ("text", "code_inline"):
                    out.append(part.content)
                elif part.type in ("softbreak", "hardbreak"):
                    out.append("\n")
                elif part.type == "link_open":
                    href = str(part.attrs["href"])
                elif part.type == "link_close":
                    out.append(f":\n{href}")
        elif token.type == "list_item_open":
            out.append("- ")
        elif token.type in ("paragraph_close", "heading_close"):
            out.append("\n" if token.hidden else "\n\n")
        elif token.type.endswith("list_close"):
            out.append("\n")
    return re.sub(r"\n{3,}", "\n\n", "".join(out)).strip() + "\n"


def open_letters(messages: Iterable[Message], *, what: str, batch: str = "") -> dict[Any, Letter]:
    """Open the words of messages under the use in force: message's id to letter."""
    messages = list(messages)
    texts = vault.unseal(
        [(message.person_id, message.sealed) for message in messages],
        context=CONTEXT,
        category=CATEGORY,
        what=what,
        batch=batch,
    )
    return {message.pk: Letter.unpack(text) for message, text in zip(messages, texts, strict=True)}
