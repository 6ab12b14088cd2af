"""What a player fetches beside a replay: captions and chapters as tracks, what is said as plain text."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from leadrush import gate
from leadrush.live import entering, replaying
from leadrush.live.pages import place
from leadrush.media import transcripts

NAMES = ("captions.vtt", "chapters.vtt", "transcript.txt")


@gate.door("live.room", what="live.replay")
@require_safe
def track(request: HttpRequest, word: str, name: str) -> HttpResponseBase:
    """Give one of `NAMES` to whoever may watch the replay."""
    about, person, _event = place(word)
    room = entering.room_of(about)
    if name not in NAMES or not replaying.may_watch(room, person):
        raise Http404
    text = replaying.track(room, name)
    if not text:
        raise Http404
    kind = "text/vtt"
    if name == "transcript.txt":
        text, kind = transcripts.plain(transcripts.cues(text)), "text/plain"
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response
