"""Every message that goes out: written in the caller's transaction, sent once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadrush.late import late

if TYPE_CHECKING:
    from leadrush.mailbox.letters import Address, Attachment
    from leadrush.mailbox.links import absolute
    from leadrush.mailbox.posting import post, withdraw

__all__ = [
    "Address",
    "Attachment",
    "absolute",
    "post",
    "withdraw",
]

__getattr__ = late(
    __name__,
    {
        "Address": "letters",
        "Attachment": "letters",
        "absolute": "links",
        "post": "posting",
        "withdraw": "posting",
    },
)
