"""An S3-compatible storage, read by stretches: nobody waits for gigabytes, and memory holds a piece.

`django-storages` (the extra `s3`) brings a whole object before it can be read; here it is asked for from
where somebody reads.
"""

from __future__ import annotations

import io
from typing import IO, Any, cast

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File as Upload
from storages.backends.s3 import S3Storage

PIECE = 8 << 20


class Unreachable(OSError):
    """The storage elsewhere does not answer, or not as it should."""


class Elsewhere(S3Storage):
    """A bucket: private, each name written once, two pieces on their way at most."""

    def get_default_settings(self) -> dict[str, Any]:
        """Return the settings that this site wants of any bucket."""
        small = TransferConfig(multipart_threshold=PIECE, multipart_chunksize=PIECE, max_concurrency=2)
        settings: dict[str, Any] = super().get_default_settings()
        return settings | {"transfer_config": small, "default_acl": None, "file_overwrite": True}

    def _open(self, name: str, mode: str = "rb") -> Upload:  # type: ignore[type-arg]  # no generic at run time
        held = self.bucket.Object(self._normalize_name(name))
        try:
            size = held.content_length
        except ClientError as fault:
            if fault.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(name) from None
            raise Unreachable(name) from None
        except BotoCoreError:
            raise Unreachable(name) from None
        return Upload(cast("IO[bytes]", Stretches(held, size)), name=name)


class Stretches(io.RawIOBase):
    """An object of a bucket as a file: a place in it, and an answer from there on while somebody reads."""

    def __init__(self, held: Any, size: int) -> None:
        super().__init__()
        self._held, self._size, self._at = held, size, 0
        self._answer: Any = None

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; what is asked for there is asked for when it is read."""
        at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if at != self._at:
            self._end()
        self._at = max(at, 0)
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes. Raises `Unreachable`."""
        left = max(self._size - self._at, 0)
        wanted = left if size < 0 else min(size, left)
        if not wanted:
            return b""
        try:
            if self._answer is None:
                self._answer = self._held.get(Range=f"bytes={self._at}-")["Body"]
            part: bytes = self._answer.read(wanted)
        except (BotoCoreError, ClientError, OSError) as fault:
            self._end()
            raise Unreachable(str(fault)) from None
        if not part:
            raise Unreachable("It ended early.")
        self._at += len(part)
        return part

    def close(self) -> None:
        """Let the answer go, also where it was not read to its end."""
        self._end()
        super().close()

    def _end(self) -> None:
        if self._answer is not None:
            self._answer.close()
            self._answer = None
