"""The numbers with which a room ends a socket, so that a page knows whether to come back by itself."""

from __future__ import annotations

ELSEWHERE = 4001  # the same seat is taken in another window: come back only when asked to
NOT_LET_IN = 4003  # no seat, removed, another room: do not come back
OVER = 4004  # the room is over
BEHIND = 4008  # too slow to take what is said: come back
ANEW = 4009  # what they do here changed: come back
BROKEN = 4400  # what was sent cannot be understood
LATE = 4401  # no ticket came in time
