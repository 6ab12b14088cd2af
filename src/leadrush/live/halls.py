"""Halls: a room as one web process has it, with the windows that listen here.

A process has one channel a room, however many listen: what is said crosses between processes once, as text,
and each listener gets that same text. Who is here and how people react is summed by each process, told to the
others, and sent on at most once in two seconds, or one.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from leadrush.live import asking, changes, chatting, polling, screening, showing, staying, telling, texts
from leadrush.live.closing import BEHIND
from leadrush.live.telling import Serving, write

log = logging.getLogger(__name__)
TICK, BEAT = 1.0, 20.0
"""Seconds between sums, and between questions whether people still may be here."""
HERE_EVERY = 2.0
TOLD_AGAIN = 10.0
"""Seconds after which a process tells its sums again; after three times that, its sums are of a dead one."""
MOST_WAITING = 500
"""Messages that wait for a slow window before it is closed, to come back and read where things are."""
PROCESS = uuid.uuid4().hex
MOODS = ("follow", "slower")

Message = dict[str, Any]
Send = Callable[[Any], Awaitable[None]]


class Listener:
    """One window in a room. What it is told waits in order, and a slow one holds up nobody else."""

    def __init__(self, send: Send, *, chair: str, guest: int, hosts: bool) -> None:
        self.chair, self.guest, self.hosts = chair, guest, hosts
        self.moods: set[str] = set()
        self.begun = self.doubted = False
        self._send = send
        self._waiting: deque[str] = deque()
        self._woken = asyncio.Event()
        self._close = 0

    def begin(self, state: str) -> None:
        """Send where things are, and then what was told since that was looked up."""
        self.begun = True
        self._waiting.appendleft(state)
        self._woken.set()

    def put(self, text: str) -> None:
        """Let a text be sent after those that wait."""
        if self._close:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            self.end(BEHIND)
            return
        self._waiting.append(text)
        if self.begun:
            self._woken.set()

    def end(self, code: int) -> None:
        """Close the window with this number when what waits is sent; nothing more is taken."""
        self._close = self._close or code
        if self.begun:
            self._woken.set()

    async def run(self) -> None:
        """Send what waits until the end, one after the other."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._waiting:
                await self._send({"type": "websocket.send", "text": self._waiting.popleft()})
            if self._close:
                await self._send({"type": "websocket.close", "code": self._close})
                return


class Hall:
    """A room in this process: its listeners by chair, its channel, and its sums."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.listeners: dict[str, Listener] = {}
        self.claps = 0
        self._again: set[tuple[str, int]] = set()
        self._tallies: dict[str, tuple[float, Message]] = {}
        self._told: Message = {}
        self._told_at = 0.0
        self._sent: Message = {}
        self._here_at = 0.0
        self._turns_at: float | None = 0.0
        self._tasks: list[asyncio.Task[None]] = []
        self._layer: Any = get_channel_layer()
        self.channel = ""
        self.ready = asyncio.ensure_future(self._open())

    async def _open(self) -> None:
        Serving.loop = asyncio.get_running_loop()
        self.channel = await self._layer.new_channel()
        await self._layer.group_add(telling.group(self.room), self.channel)
        self._tasks = [asyncio.create_task(each()) for each in (self._hear, self._tick, self._beat)]

    async def close(self) -> None:
        """Let go of the channel, and of what is held of the room here."""
        self.ready.cancel()
        tasks = [self.ready, *self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.channel:
            await self._layer.group_discard(telling.group(self.room), self.channel)
        texts.forget(self.room)
        showing.forget(self.room)

    async def _hear(self) -> None:
        while True:
            self.take(await self._layer.receive(self.channel))

    def take(self, message: Message) -> None:
        """Hand on what a room was told to those whom it is for."""
        if tally := message.get("tally"):
            self._tallies[message["from"]] = time.monotonic(), tally
            return
        changes.note(self.room)
        if again := message.get("again"):
            self._again.add((again[0], again[1]))
        elif guest := message.get("look"):
            self.doubt(guest)
        else:
            self.spread(message["text"], to=message["to"], hosts=message["hosts"], close=message["close"])

    def doubt(self, guest: int) -> None:
        """Ask at once about the windows of a guest who took their seat in another one."""
        theirs = [one for one in self.listeners.values() if one.guest == guest]
        for listener in theirs:
            listener.doubted = True
        if any(one.begun for one in theirs):
            task = asyncio.create_task(self.ask_again([one for one in theirs if one.begun]))
            self._tasks.append(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.remove(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("A window could not be looked at again: %s.", type(fault).__name__)

    def spread(self, text: str, *, to: int | None = None, hosts: bool = False, close: int = 0) -> None:
        """Put a text before every listener here, or those whom it is for."""
        for listener in list(self.listeners.values()):
            if (to is None or listener.guest == to) and (listener.hosts or not hosts):
                listener.put(text)
                if close:
                    listener.end(close)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            try:
                await self._turn()
                await self._count()
            except Exception as fault:
                log.error("A room could not be counted: %s.", type(fault).__name__)

    async def _turn(self) -> None:
        """Let the clock begin and end what it does, where a recording is shown."""
        if self._turns_at is not None and time.time() >= self._turns_at:
            turns_at = await database_sync_to_async(screening.turn)(self.room)
            self._turns_at = turns_at.timestamp() if turns_at else None

    async def _count(self) -> None:
        now = time.monotonic()
        mine = self.sums()
        if mine != self._told or now - self._told_at > TOLD_AGAIN:
            self._told, self._told_at = mine, now
            going = {"type": telling.TYPE, "from": PROCESS, "tally": mine}
            await self._layer.group_send(telling.group(self.room), going)
        self._tallies[PROCESS] = now, mine
        self._tallies = {key: one for key, one in self._tallies.items() if now - one[0] < 3 * TOLD_AGAIN}
        self.send_sums(now)
        again, self._again = self._again, set()
        for what, key in sorted(again):
            if what == "poll":
                everybody, for_hosts = await database_sync_to_async(polling.told)(key)
                if everybody:
                    self.spread(everybody)
                if for_hosts:
                    self.spread(for_hosts, hosts=True)
            elif text := await database_sync_to_async(asking.told)(key):
                self.spread(text)

    def sums(self) -> Message:
        """Return what is summed here."""
        moods = Counter(mood for one in self.listeners.values() for mood in one.moods)
        here = len({one.guest for one in self.listeners.values() if one.begun})
        return {"here": here, "clap": self.claps, **{mood: moods[mood] for mood in MOODS}}

    def whole(self) -> Message:
        """Return the sums of all processes."""
        whole: Counter[str] = Counter()
        for _at, tally in self._tallies.values():
            whole.update(tally)
        return {name: whole[name] for name in ("here", "clap", *MOODS)}

    def send_sums(self, now: float) -> None:
        """Send the sums that changed: who is here at most once in two seconds."""
        whole = self.whole()
        news = {name: count for name, count in whole.items() if self._sent.get(name) != count}
        if "here" in news and now - self._here_at < HERE_EVERY:
            del news["here"]
        if news:
            if "here" in news:
                self._here_at = now
            self._sent = {**self._sent, **news}
            self.spread(write("sums", **news))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            try:
                await self.ask_again()
                await self.take_off()
            except Exception as fault:
                log.error("A room could not be looked at again: %s.", type(fault).__name__)

    async def ask_again(self, some: Sequence[Listener] | None = None) -> None:
        """Ask whether everybody here still may be, and close the windows of those who may not."""
        asked = [one for one in (self.listeners.values() if some is None else some) if one.begun]
        chairs = {one.chair: one.guest for one in asked}
        ended = await database_sync_to_async(staying.beat)(room=self.room, chairs=chairs)
        for listener in asked:
            if (over := ended.get(listener.chair)) is not None:
                listener.put(write(over.code, words=over.words))
                listener.end(over.close)

    async def take_off(self) -> None:
        """Let what was erased leave every window here."""
        for line in await database_sync_to_async(chatting.gone)(self.room):
            self.spread(write("hidden", line=line))
        for inquiry in await database_sync_to_async(asking.gone)(self.room):
            self.spread(write("asked", inquiry=inquiry, state="hidden", votes=0))


_halls: dict[int, Hall] = {}


async def join(room: int, listener: Listener) -> Hall:
    """Let a window listen to a room, from now on; what it is told waits until it begins."""
    hall = _halls.get(room)
    if hall is None:
        hall = _halls[room] = Hall(room)
    hall.listeners[listener.chair] = listener
    try:
        await asyncio.shield(hall.ready)
    except BaseException:
        await leave(hall, listener)
        raise
    return hall


async def leave(hall: Hall, listener: Listener) -> None:
    """Let a window listen no more; the last one closes the hall."""
    hall.listeners.pop(listener.chair, None)
    if not hall.listeners and _halls.get(hall.room) is hall:
        del _halls[hall.room]
        await hall.close()
