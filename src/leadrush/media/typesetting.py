"""Documents that the site makes: PDF with real text, set by Typst from a template of a room's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import typst


def pdf(package: str, template: str, facts: Mapping[str, Any]) -> bytes:
    """Return a tagged PDF made from a package's Typst file, which reads `facts` from `sys.inputs`.

    Facts are values there and never source, whatever somebody typed. Nothing is fetched: fonts are those that
    Typst brings.
    """
    source = files(package).joinpath(template).read_bytes()
    made = typst.compile(
        source, format="pdf", ignore_system_fonts=True, sys_inputs={"facts": json.dumps(facts, default=str)}
    )
    assert isinstance(made, bytes)
    return made
