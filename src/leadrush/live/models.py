"""Live rooms, about nobody; and what people who were in them left there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.media.models import File
from leadrush.vault.models import Held


class RoomState(models.TextChoices):
    """Where a room is: planned, its hosts in the green room, live, paused, over."""

    PLANNED = "planned", _("Not begun")
    GREEN = "green", _("About to begin")
    LIVE = "live", _("Live")
    PAUSED = "paused", _("Paused")
    OVER = "over", _("Over")


class PollState(models.TextChoices):
    """Where a poll is: prepared, taking answers, closed."""

    PLANNED = "planned", _("Prepared")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class InquiryState(models.TextChoices):
    """Where a question to the host is: waiting, being answered, answered, taken out by the host."""

    OPEN = "open", _("Open")
    NOW = "now", _("Being answered")
    ANSWERED = "answered", _("Answered")
    HIDDEN = "hidden", _("Taken out")


class Role(models.TextChoices):
    """What somebody does in a room; a speaker is a guest who was invited on stage for a while."""

    HOST = "host", _("Host")
    COHOST = "cohost", _("Co-host")
    SPEAKER = "speaker", _("On stage")
    GUEST = "guest", _("Guest")


HOSTING = (Role.HOST, Role.COHOST)


class Room(models.Model):
    """One live session of an occasion. Names nobody."""

    about = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=7, choices=RoomState.choices, default=RoomState.PLANNED)
    live_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    recorded = models.BooleanField(default=False)
    chat = models.BooleanField(default=True)
    slow = models.PositiveSmallIntegerField(default=0, help_text="Seconds between two lines of one guest")
    deck = models.ForeignKey(File, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pages = models.PositiveSmallIntegerField(default=0, help_text="How many the deck has")
    slide = models.PositiveSmallIntegerField(default=0, help_text="The page that is shown; 0 for none")
    film = models.CharField(max_length=64, blank=True, help_text="The word of a recording that is shown")
    offer = models.CharField(max_length=200, blank=True, help_text="The path of the offer that is shown")
    # On which machine its sound and pictures are, where there are several (`placing`), and all on which they
    # have been: parts of its recording lie there. What the media server calls it.
    provider_host = models.CharField(max_length=64, blank=True)
    provider_hosts = models.JSONField(default=list, blank=True)
    provider_room = models.CharField(max_length=64, blank=True)
    # When somebody last asked for it by HLS.
    crowd_at = models.DateTimeField(null=True, blank=True)
    replay = models.ForeignKey(File, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    replay_open = models.BooleanField(default=False)
    replay_others = models.BooleanField(default=False, help_text="Shown to others, where all in it agreed")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.about}, {self.state}"

    @property
    def is_over(self) -> bool:
        """Whether nobody enters any more."""
        return self.state == RoomState.OVER


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


class Turn(models.Model):
    """Which page of which slides was shown from when on, while a room was live; page 0 is none."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    deck = models.ForeignKey(File, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    page = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["room", "at"], name="live_turns")]

    def __str__(self) -> str:
        return f"page {self.page} in {self.room_id}"


class Guest(Held):
    """Somebody's seat in a room: what they are called there and what they do. Everything else hangs on it."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=7, choices=Role.choices, default=Role.GUEST)
    name = models.CharField(max_length=60)
    # Which of their windows is in the room: the newest one.
    chair = models.CharField(max_length=32, blank=True)
    hand_at = models.DateTimeField(null=True, blank=True)
    muted_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta(Held.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["room", "person"], name="live_once")]

    def __str__(self) -> str:
        return f"{self.role} in {self.room_id}"

    @property
    def may_host(self) -> bool:
        """Whether they may do what hosts do."""
        return self.role in HOSTING


class Stay(Held):
    """From when until when somebody was in a room; a gap of less than a minute is none."""

    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="+")
    came_at = models.DateTimeField()
    left_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True, blank=True)

    class Meta(Held.Meta):
        indexes: ClassVar = [models.Index(fields=["guest", "-left_at"], name="live_stays")]

    def __str__(self) -> str:
        return f"{self.came_at:%H:%M} to {self.left_at:%H:%M}"


class Line(Held):
    """What somebody said in a room's chat, sealed. `once` is drawn by their browser: sent twice is once."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    once = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)
    hidden_at = models.DateTimeField(null=True, blank=True)

    CONTEXT = "live.line"

    class Meta(Held.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["guest", "once"], name="live_said_once")]
        indexes: ClassVar = [models.Index(fields=["room", "-id"], name="live_lines")]

    def __str__(self) -> str:
        return f"line in {self.room_id}"


class Inquiry(Held):
    """A question to who holds a room, sealed; others see a name beside it only where `named`.

    `votes` is what was counted when it was answered or taken out; until then `Support` is counted.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    guest = models.ForeignKey(Guest, on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    named = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=InquiryState.choices, default=InquiryState.OPEN)
    votes = models.PositiveIntegerField(default=0)
    reply = models.TextField(blank=True, help_text="What the host answered in writing")
    once = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)

    CONTEXT = "live.inquiry"

    class Meta(Held.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["guest", "once"], name="live_asked_once")]
        indexes: ClassVar = [models.Index(fields=["room", "-id"], name="live_inquiries")]

    def __str__(self) -> str:
        return f"question in {self.room_id}"


class Poll(models.Model):
    """A question that who holds a room puts to everybody. `shown`: results are seen while it is open."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="polls")
    text = models.CharField(max_length=200)
    state = models.CharField(max_length=7, choices=PollState.choices, default=PollState.PLANNED)
    shown = models.BooleanField(default=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.text


class Option(models.Model):
    """One of a poll's answers; `count` is written when the poll closes."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="options")
    text = models.CharField(max_length=120)
    order = models.PositiveSmallIntegerField(default=0)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return self.text


class Vote(models.Model):
    """An answer to a poll that is open, under a digest that leads to nobody without the poll's secret."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="+")
    option = models.ForeignKey(Option, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["poll", "digest"], name="live_answered_once")
        ]

    def __str__(self) -> str:
        return f"an answer to {self.poll_id}"


class Support(models.Model):
    """A vote for a question that is not answered yet, under a digest as a poll's."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["inquiry", "digest"], name="live_supported_once")
        ]

    def __str__(self) -> str:
        return f"a vote for {self.inquiry_id}"


class Secret(models.Model):
    """What the digests of one poll, or of one room's questions, are made with; destroyed when it is counted.

    It lies where wrapped keys lie, so that no backup of the data holds it.
    """

    database: ClassVar[str] = "keys"

    what = models.CharField(max_length=32, primary_key=True, help_text="poll:5, room:3")
    secret = models.BinaryField()

    def __str__(self) -> str:
        return f"the secret of {self.what}"


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


class Appearance(Held):
    """Somebody's picture and voice in the recording of a room, with their yes. Clause `live-recording`.

    It rests on a giving of its own, so that it stays as long as the film does. `word` is theirs in the
    recording; `shown_at` is when they said yes to others seeing it, the moment of that yes itself. Clause
    `live-showing`.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    word = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    shown_at = models.DateTimeField(null=True, blank=True)

    class Meta(Held.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "person"], name="live_recorded_once")
        ]

    def __str__(self) -> str:
        return f"recorded in {self.room_id}"


class RecordingState(models.TextChoices):
    """Where a film is: its recording goes on or waits, it is being made, it is there, or it is not to be
    had."""

    WAITING = "waiting", _("Waiting")
    MAKING = "making", _("Being made")
    MADE = "made", _("Made")
    NOTHING = "nothing", _("Nothing was recorded")
    FAILED = "failed", _("Not made")


class Recording(models.Model):
    """A room's recording, and how far the film of it is. `words` are those who are in the film, by the
    numbers of their seats, `spans` the times that it shows; `share` is from 0 to 1, `again_at` when it is
    tried (again). With `for_others` it is made of those alone who agreed that others see it.

    `cuts` are what is left out: from, until, both in seconds since 1970, and how long that was. `chapters`
    (second, title) and `transcript` (WebVTT) count in the seconds of a film that shows the times in `timed`;
    `said_by` are those who were in it when the transcript was read through last, `closed_at` since when one
    of them is not."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, related_name="recording")
    state = models.CharField(max_length=7, choices=RecordingState.choices, default=RecordingState.WAITING)
    share = models.FloatField(default=0.0)
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=200, blank=True)
    begun_at = models.DateTimeField(default=timezone.now)
    again_at = models.DateTimeField(default=timezone.now)
    made_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    words = models.JSONField(default=list)
    spans = models.JSONField(default=list)
    for_others = models.BooleanField(default=False)
    # What its host made of the film: see `editing`.
    cuts = models.JSONField(default=list)
    chapters = models.JSONField(default=list)
    transcript = models.TextField(blank=True)
    timed = models.JSONField(default=list)
    said_by = models.JSONField(default=list)
    closed_at = models.DateTimeField(null=True, blank=True)
    originals_gone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"recording of {self.room_id}, {self.state}"

    @property
    def length(self) -> float:
        """How long the film is, in seconds; of a copy that was brought, once it was looked into."""
        film = self.room.replay
        return self.seconds or (film.seconds if film else None) or 0.0

    @property
    def minutes(self) -> int:
        """How long the film is, in whole minutes, at least one."""
        return max(1, round(self.length / 60))
