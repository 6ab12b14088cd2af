"""What Janus says about a connection, read."""

from __future__ import annotations

from collections.abc import Iterable

from leadrush.live.plane.janus.calling import Words
from leadrush.live.plane.provider import Health, Track

MARK = "~"
"""Stands between a participant's word and the moment at which they came, in the name of what they publish."""
FLOWING = {"connected", "ready"}


def tracks(streams: Iterable[Words]) -> tuple[Track, ...]:
    """Return the parts of an offer that show somebody."""
    return tuple(
        Track(part["mid"], part["type"], publisher(part["feed_id"]))
        for part in streams
        if part.get("active") and part.get("type") in ("audio", "video") and "feed_id" in part
    )


def publisher(feed: str) -> str:
    """Return the word of the participant who publishes a feed."""
    return feed.partition(MARK)[0]


def health(info: Words) -> Health:
    """Return how a connection does, by what Janus's core knows of it."""
    web = info.get("webrtc") or {}
    up = (web.get("ice") or {}).get("state") in FLOWING and bool((web.get("dtls") or {}).get("ready"))
    bits_in = bits_out = lost_in = lost_out = round_trip = 0
    quality = 100
    for medium in (web.get("media") or {}).values():
        stats, rtcp = medium.get("stats") or {}, (medium.get("rtcp") or {}).get("main") or {}
        round_trip = max(round_trip, int(rtcp.get("rtt", 0)))
        came, went = stats.get("in") or {}, stats.get("out") or {}
        bits_in += 8 * int(came.get("bytes_lastsec", 0))
        bits_out += 8 * int(went.get("bytes_lastsec", 0))
        directions = medium.get("direction") or {}
        # A quality of 0 is not known yet: of a link that lets nothing through, nothing is reported.
        if directions.get("recv") and came.get("packets"):
            lost_in += int(rtcp.get("lost", 0))
            quality = min(quality, int(rtcp.get("in-link-quality", 0)) or 100)
        if directions.get("send") and went.get("packets"):
            lost_out += int(rtcp.get("lost-by-remote", 0))
            quality = min(quality, int(rtcp.get("out-link-quality", 0)) or 100)
    return Health(up, bits_in // 1000, bits_out // 1000, lost_in, lost_out, round_trip, quality)
