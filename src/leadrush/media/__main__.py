"""`python -m leadrush.media KEY`: looks into the file of this key, in a process of its own; see `looking`."""

from __future__ import annotations

import sys

import django


def main(key: str) -> None:
    """Look into it, if it is still there."""
    django.setup(set_prefix=False)
    from leadrush.media import looking
    from leadrush.media.models import File

    file = File.objects.filter(pk=key).first()
    if file is not None:
        looking.look(file)


if __name__ == "__main__":
    main(sys.argv[1])
