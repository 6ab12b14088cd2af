"""The back office's frame: its menu of screens, and who may open which.

`@console.staff("host")` guards a view; `console.screens.register(Screen(...))` puts it in the side menu.
"""

from __future__ import annotations

from leadrush.console.access import ROLES, staff

__all__ = ["ROLES", "staff"]
