"""What a browser says of its connection (SDP, RFC 8866), read strictly and written anew.

Whoever has a seat in a room may send anything as such a description, and some that no browser writes have
ended Janus, with everybody's connection. So of each line only what is known passes, in its known form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from leadrush.live.plane.provider import Refused, Why

SIZES = {"rid", "simulcast"}
"""What a picture is said by that is offered in two sizes. Nobody answers with them, and no sound has them."""
LONGEST = 64 << 10  # characters; a browser's has some thousands
MOST_PARTS = {"offer": 2, "answer": 64}
"""A publisher offers a sound and a picture; who watches answers for all whom they have seen."""

NUMBER = r"\d{1,10}"
WORD = r"[A-Za-z0-9!#$%&'*+./:;=?@^_`{|}~-]{1,200}"  # a token and a little more, without blanks
ADDRESS = r"[A-Za-z0-9.:-]{1,80}"
SESSION = {
    "v": re.compile(r"0"),
    "o": re.compile(rf"{WORD} \d{{1,20}} \d{{1,20}} IN IP[46] {ADDRESS}"),
    "s": re.compile(r"[ -~]{1,80}"),
    "t": re.compile(rf"{NUMBER} {NUMBER}"),
}
PART = re.compile(r"(audio|video) (\d{1,5}) UDP/TLS/RTP/SAVPF((?: \d{1,3}){1,64})")
BESIDE = {
    "c": re.compile(rf"IN IP[46] {ADDRESS}"),
    "b": re.compile(r"(?:AS|TIAS):\d{1,9}"),
}
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
FLAGS = {*DIRECTIONS, "rtcp-mux", "rtcp-rsize", "bundle-only", "extmap-allow-mixed", "end-of-candidates"}
ONCE = {"simulcast", "mid", "ice-ufrag", "ice-pwd", "setup", "rtcp", "group", "msid-semantic"}
SAFE = {"ice-ufrag", "ice-pwd", "setup"}
HASHES = {"sha-1": 20, "sha-224": 28, "sha-256": 32, "sha-384": 48, "sha-512": 64}
FINGERPRINT = re.compile(r"(sha-\d{1,3}) ([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})*)")
VALUES = {
    "candidate": re.compile(
        rf"[A-Za-z0-9+/]{{1,32}} [12] (?:udp|tcp|UDP|TCP) {NUMBER} {ADDRESS} \d{{1,5}} typ "
        rf"(?:host|srflx|prflx|relay)(?: [A-Za-z0-9-]{{1,40}} {WORD}){{0,12}}"
    ),
    "extmap": re.compile(rf"\d{{1,3}}(?:/(?:{'|'.join(DIRECTIONS)}))? {WORD}"),
    "fingerprint": FINGERPRINT,
    "fmtp": re.compile(r"\d{1,3} [ -~]{1,400}"),
    "group": re.compile(r"BUNDLE(?: [A-Za-z0-9_.{}-]{1,40}){0,64}"),
    "ice-options": re.compile(r"[a-z0-9-]{1,20}(?: [a-z0-9-]{1,20}){0,4}"),
    "ice-pwd": re.compile(r"[A-Za-z0-9+/]{22,256}"),
    "ice-ufrag": re.compile(r"[A-Za-z0-9+/]{4,256}"),
    "mid": re.compile(r"[A-Za-z0-9_.{}-]{1,40}"),
    "msid": re.compile(rf"{WORD}(?: {WORD})?"),
    "msid-semantic": re.compile(r" ?WMS[ -~]{0,80}"),
    "rid": re.compile(r"[hl] send"),  # h is the larger
    "simulcast": re.compile(r"send h;l"),
    "rtcp": re.compile(rf"\d{{1,5}}(?: IN IP[46] {ADDRESS})?"),
    "rtcp-fb": re.compile(r"(?:\d{1,3}|\*) [a-z0-9-]{1,20}(?: [a-z0-9-]{1,20}){0,2}"),
    "rtpmap": re.compile(r"\d{1,3} [A-Za-z0-9.-]{1,40}/\d{4,6}(?:/\d)?"),
    "setup": re.compile(r"actpass|active|passive"),
    "ssrc": re.compile(rf"{NUMBER} (?:cname|msid|mslabel|label):{WORD}(?: {WORD})?"),
    "ssrc-group": re.compile(rf"(?:FID|FEC-FR)(?: {NUMBER}){{2,3}}"),
}


@dataclass
class Section:
    """The session's lines or those of one part, with the attributes that may stand once."""

    lines: list[str]
    payloads: frozenset[str] = frozenset()
    once: dict[str, str] = field(default_factory=dict)
    fingerprints: int = 0
    refused: bool = False
    """An answer does not take this part: its port is 0."""


def clean(sdp: str, kind: str) -> str:
    """Return what is known of an `offer` or `answer`. Raises `Refused` (`UNREADABLE`) for what is none."""
    if len(sdp) > LONGEST:
        raise _unreadable("It is too long.")
    lines = sdp.replace("\r\n", "\n").removesuffix("\n").split("\n")
    session = Section([])
    parts: list[Section] = []
    for line in lines:
        name, equals, value = line[:1], line[1:2], line[2:]
        if equals != "=":
            raise _unreadable("A line of it is none.")
        if name == "m":
            parts.append(_part(value))
        elif name == "a":
            _attribute(parts[-1] if parts else session, value, kind)
        elif parts:
            if name in BESIDE and BESIDE[name].fullmatch(value):
                _once(parts[-1], name, value if name == "c" else "")
                parts[-1].lines.append(line)
        elif name in SESSION:
            if not SESSION[name].fullmatch(value):
                raise _unreadable("Its head is none.")
            _once(session, name, value)
            session.lines.append(line)
    _whole(session, parts, kind)
    written = [*session.lines, *(line for part in parts for line in part.lines)]
    return "\r\n".join(written) + "\r\n"


def _part(value: str) -> Section:
    found = PART.fullmatch(value)
    if found is None:
        raise _unreadable("It has a part that is neither sound nor picture.")
    payloads = list(dict.fromkeys(found[3].split()))
    if any(int(one) > 127 for one in payloads) or int(found[2]) > 65535:
        raise _unreadable("A number in it is too large.")
    made = f"m={found[1]} {found[2]} UDP/TLS/RTP/SAVPF {' '.join(payloads)}"
    return Section([made], frozenset(payloads), {"kind": found[1]}, refused=int(found[2]) == 0)


def _attribute(section: Section, text: str, kind: str) -> None:
    """Take an attribute that is known; leave out one that is not."""
    name, colon, value = text.partition(":")
    if name in SIZES and (kind != "offer" or section.once.get("kind") != "video"):
        return
    if not colon:
        if name in FLAGS:
            _once(section, "direction" if name in DIRECTIONS else name, name)
            section.lines.append(f"a={name}")
        return
    known = VALUES.get(name)
    if known is None:
        return
    if not known.fullmatch(value):
        raise _unreadable(f"{name} in it is none.")
    if name in ONCE:
        _once(section, name, value)
    if name == "rid":
        _once(section, f"rid {value}", value)
    if name in ("fmtp", "rtpmap", "rtcp-fb") and value.split(" ", 1)[0] not in section.payloads | {"*"}:
        return
    if name == "fingerprint":
        hashed, digits = value.split(" ")
        if HASHES.get(hashed) != len(digits.split(":")):
            raise _unreadable("A fingerprint in it is none.")
        section.fingerprints += 1
    section.lines.append(f"a={name}:{value}")


def _once(section: Section, name: str, value: str) -> None:
    if name in section.once and name != "b":
        raise _unreadable(f"{name} stands twice in it.")
    section.once[name] = value


def _whole(session: Section, parts: list[Section], kind: str) -> None:
    """Refuse what lacks something without which there is no connection."""
    if not session.once.keys() >= SESSION.keys() or not 0 < len(parts) <= MOST_PARTS[kind]:
        raise _unreadable("It has no head, or too few or too many parts.")
    named = [part.once.get("mid", "") for part in parts if "mid" in part.once or not part.refused]
    if "" in named or len(set(named)) != len(named):
        raise _unreadable("Its parts have no names of their own.")
    kinds = [part.once["kind"] for part in parts]
    if kind == "offer" and len(set(kinds)) != len(kinds):
        raise _unreadable("It offers the same twice.")
    # All parts share one connection (BUNDLE), so that only the first that is taken has to say these.
    one = next((part for part in parts if not part.refused), None)
    if one is None:
        return
    if not session.once.keys() | one.once.keys() >= SAFE or not session.fingerprints + one.fingerprints:
        raise _unreadable("It lacks what makes it safe.")
    if kind == "answer" and "actpass" in [part.once.get("setup") for part in (session, *parts)]:
        raise _unreadable("It answers without choosing.")


def _unreadable(reason: str) -> Refused:
    return Refused(Why.UNREADABLE, reason)
