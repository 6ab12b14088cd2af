"""`python -m leadrush.website.running` is the command `leadrush`, wherever its script was put."""

from __future__ import annotations

from .command import main

main(prog_name="leadrush")
