"""What browsers describe passes; what none would write does not reach Janus."""

from __future__ import annotations

import pytest

from leadrush.live.plane.janus.descriptions import clean
from leadrush.live.plane.provider import Refused, Why

PRINT = "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)
HEAD = ["v=0", "o=mozilla...THIS_IS_SDPARTA-140.0 4611731 0 IN IP4 0.0.0.0", "s=-", "t=0 0"]
SOUND = [
    "m=audio 9 UDP/TLS/RTP/SAVPF 109 9 101",
    "c=IN IP4 0.0.0.0",
    "a=sendonly",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level",
    "a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1",
    "a=ice-pwd:0123456789abcdef0123456789abcdef",
    "a=ice-ufrag:0a1b2c3d",
    "a=mid:0",
    "a=msid:{b4f6e3a1-7d20-4b9e-9a53-1f0c2d3e4f50} {0e1d2c3b-4a59-4867-b0a1-92837465abcd}",
    "a=rtcp-mux",
    "a=rtpmap:109 opus/48000/2",
    "a=rtcp-fb:109 nack",
    "a=setup:actpass",
    "a=ssrc:3087551233 cname:{8a7b6c5d-0000-4000-8000-abcdefabcdef}",
    "a=candidate:1 1 UDP 2122252543 3b0d1f2c-9a8b-4c7d-8e6f-5a4b3c2d1e0f.local 51472 typ host",
    "a=candidate:2 1 udp 1686052607 203.0.113.9 51472 typ srflx raddr 0.0.0.0 rport 0 generation 0",
]
OFFER = [*HEAD, PRINT, "a=group:BUNDLE 0", "a=ice-options:trickle", "a=msid-semantic:WMS *", *SOUND]


def text(lines: list[str]) -> str:
    """Return lines as a browser sends them."""
    return "\r\n".join(lines) + "\r\n"


def test_what_a_browser_writes_passes_and_the_rest_of_it_is_left_out() -> None:
    passed = clean(text([*OFFER, "a=new-thing:1", "i=a title"]), "offer")
    assert sorted(passed.split("\r\n")) == sorted([*OFFER, ""])


SIZES = ["a=rid:h send", "a=rid:l send", "a=simulcast:send h;l"]
PICTURE = ["m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:1", "a=sendonly", "a=rtpmap:96 VP8/90000"]


def test_a_camera_is_offered_in_two_sizes_and_nothing_else_is() -> None:
    assert all(line in clean(text([*OFFER, *PICTURE, *SIZES]), "offer") for line in SIZES)
    assert "rid" not in clean(text([*OFFER, *SIZES, *PICTURE]), "offer"), "a sound has no size"
    answer = [line.replace("actpass", "active") for line in OFFER]
    assert "rid" not in clean(text([*answer, *PICTURE, *SIZES]), "answer")
    for bad in ("rid:h send", "rid:x send", "rid:h recv", "simulcast:send h;l;m", "simulcast:send h;l"):
        with pytest.raises(Refused):
            clean(text([*OFFER, *PICTURE, *SIZES, f"a={bad}"]), "offer")


def test_a_part_that_an_answer_does_not_take_needs_nothing() -> None:
    refused = ["m=video 0 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=inactive"]
    answer = [line.replace("actpass", "active") for line in OFFER]
    assert clean(text([*answer, *refused]), "answer").endswith(text(refused))


BAD = {
    "a fingerprint of another length": (PRINT, PRINT + ":AB"),
    "no fingerprint": (PRINT, "a=end-of-candidates"),
    "a number too large": ("m=audio 9 ", "m=audio 99999 "),
    "a payload too large": ("109 9 101", "109 9 200"),
    "data besides": ("a=mid:0", "a=mid:0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel"),
    "the same sound twice": ("a=mid:0", "a=mid:0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 1\r\na=mid:1"),
    "a name twice": ("a=rtcp-mux", "a=mid:1"),
    "a format string": ("a=mid:0", "a=mid:%s%n"),
    "a password too short": ("a=ice-pwd:0123456789abcdef0123456789abcdef", "a=ice-pwd:short"),
    "a long word": ("cname:{8a7b6c5d-0000-4000-8000-abcdefabcdef}", "cname:" + "x" * 5000),
    "no name": ("a=mid:0", "a=rtcp-rsize"),
    "a line that is none": ("a=mid:0", "nothing"),
    "an end within": ("s=-", "s=-\0"),
}


@pytest.mark.parametrize("fault", BAD)
def test_what_no_browser_writes_is_refused(fault: str) -> None:
    what, instead = BAD[fault]
    changed = text(OFFER).replace(what, instead)
    assert changed != text(OFFER)
    with pytest.raises(Refused) as refused:
        clean(changed, "offer")
    assert refused.value.why is Why.UNREADABLE


def test_an_answer_that_does_not_choose_is_refused() -> None:
    with pytest.raises(Refused):
        clean(text(OFFER), "answer")
