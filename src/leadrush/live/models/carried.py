"""What carries sound and pictures: machines, branches of rooms there, and people's connections with them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.live.models.guests import Guest
from leadrush.live.models.rooms import Room
from leadrush.vault.models import Held


class Machine(models.Model):
    """A machine with a media server, where there are several; this one among them, as `here`. Names nobody.

    `api` is where this site reaches its interface, `rtp` where it takes media of the others: addresses of a
    private network. `places`: how many may watch there at once (of `here`, `LIVE_WATCHERS` says it).
    `records_to` is the folder of recordings on
    that machine, `recordings` the same folder as this site reaches it, empty if it does not. Secrets lie in
    files (`machines`), and so does all of `here` that it says of itself.
    """

    name = models.CharField(max_length=32, unique=True)
    api = models.GenericIPAddressField(null=True, blank=True)
    api_port = models.PositiveIntegerField(default=8088)
    admin_port = models.PositiveIntegerField(default=7088)
    rtp = models.GenericIPAddressField(null=True, blank=True)
    places = models.PositiveIntegerField(default=150)
    records_to = models.CharField(max_length=200, blank=True)
    recordings = models.CharField(max_length=200, blank=True)
    takes = models.BooleanField(default=True, help_text="Whether new rooms and watchers are brought there")
    answered_at = models.DateTimeField(null=True, blank=True)
    load = models.PositiveIntegerField(default=0, help_text="Sessions that it had then, ours among them")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Branch(models.Model):
    """What of a room is watched at another machine than its own, by those who found no place there.

    `mountpoint` is drawn before anything is made under it, `relayed` (`janus.relaying.Relayed`) written
    before anything is sent to it: whatever a process leaves that dies in between is found by them. `fed_at`
    says since when it can be watched, `feeds` what it was made of, by the numbers of connections.
    `busy_until` is set while one process makes it.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    machine = models.CharField(max_length=32)
    source = models.CharField(max_length=32, blank=True)
    mountpoint = models.CharField(max_length=64, blank=True)
    relayed = models.JSONField(default=dict, blank=True)
    feeds = models.JSONField(default=list, blank=True)
    fed_at = models.DateTimeField(null=True, blank=True)
    busy_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["room", "machine"], name="live_branch_once")]

    def __str__(self) -> str:
        return f"{self.room_id} at {self.machine}"


class Connection(Held):
    """One connection of somebody's browser with the media server, so that any process serves what comes next.

    Of each kind somebody has one: the newest. `handle` is what the media server calls it
    (`provider.Handle`), `machine` the one that it is with; `busy_until` is set while one process speaks about
    it with the media server, and ends by itself where that process died; `up_at` says since when what is
    published can be seen, `offered_at` since when an offer waits for its answer. With `ended_at` it is over,
    `why` for its browser; `gone` once the media server knows, too.
    """

    class What(models.TextChoices):
        WATCH = "watch", _("Watching")
        CAMERA = "camera", _("Camera and microphone")
        SCREEN = "screen", _("Screen")

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=6, choices=What.choices)
    machine = models.CharField(max_length=32, default="here")
    handle = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    up_at = models.DateTimeField(null=True, blank=True)
    offered_at = models.DateTimeField(null=True, blank=True)
    busy_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=10, blank=True)
    gone = models.BooleanField(default=False)
    program = models.BooleanField(default=False, help_text="Whether OBS sends it, and not a browser")

    class Meta(Held.Meta):
        indexes: ClassVar = [models.Index(fields=["room", "what"], name="live_connected")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["guest", "what"],
                condition=models.Q(ended_at__isnull=True),
                name="live_connected_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} in {self.room_id}"

    @property
    def publishes(self) -> bool:
        """Whether others see or hear what comes over it."""
        return self.what != self.What.WATCH


class Encoder(Held):
    """OBS, or a program like it, from which somebody presents in a room that they hold.

    Its key is made of `nonce` by the site's secret, and stands nowhere. While it sends, `client` is the
    number of its connection with nginx, and `source` the name, drawn by lot, under which this machine's
    programs read it there.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    guest = models.OneToOneField(Guest, on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=32)
    client = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=32, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"a program in {self.room_id}"
