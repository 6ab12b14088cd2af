"""Janus, which carries sound and pictures, driven by its HTTP interface.

That interface is for this program alone: it listens on loopback, or within a private network, and asks for a
secret. Janus's own tokens are not used: beside a secret, a token would be a second way in and no second lock.
"""

from leadrush.live.plane.janus.calling import Host
from leadrush.live.plane.janus.relaying import Relay
from leadrush.live.plane.janus.rooms import Janus

__all__ = ["Host", "Janus", "Relay"]
