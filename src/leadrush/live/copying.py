"""A copy of a film that its host cut by hand: where somebody said no, and the recording of which it would be
made anew is erased. Clause `live-recording`.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from leadrush.live import agreeing
from leadrush.live.models import Recording, RecordingState, Room
from leadrush.media.models import File


def is_waited_for(one: Recording) -> bool:
    """Say whether a film was taken down that cannot be made anew: its host may bring a copy, cut by hand."""
    return one.originals_gone_at is not None and one.state == RecordingState.FAILED


def bring(one: Recording, file: File) -> bool:
    """Let a copy that the host cut by hand be a room's replay; return whether one was waited for.

    All whose yes holds are taken to be in it: a later no takes it down again.
    """
    with transaction.atomic():
        room = Room.objects.select_for_update().get(pk=one.room_id)
        held = Recording.objects.get(pk=one.pk)
        if room.replay is not None or not is_waited_for(held):
            return False
        room.replay = file
        room.save(update_fields=["replay"])
        Recording.objects.filter(pk=one.pk).update(
            state=RecordingState.MADE,
            share=1,
            trouble="",
            made_at=timezone.now(),
            seconds=file.seconds,
            words=sorted(agreeing.agreed(room)),
            spans=[],
            for_others=False,
        )
    return True
