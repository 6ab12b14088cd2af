"""What kind of browser somebody uses, as coarse as one recognises one's own: “Firefox on Windows”."""

from __future__ import annotations

from django.utils.translation import gettext as _

# In this order: most browsers also carry the name of one that stands further down.
FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


PHONES = ("iPhone", "Mobile", "Windows Phone")
TABLETS = ("iPad", "Tablet", "Android", "Silk/", "Kindle")


def parts(agent: str) -> tuple[str, str]:
    """Return browser and system of a User-Agent, each empty where it is none that one knows by name."""
    browser = next((name for sign, name in FAMILIES if sign in agent), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return browser, system


def device(agent: str) -> str:
    """Return `phone`, `tablet` or `computer`."""
    if "iPad" not in agent and any(sign in agent for sign in PHONES):
        return "phone"
    return "tablet" if any(sign in agent for sign in TABLETS) else "computer"


def family(agent: str) -> str:
    """Return the family of a browser from its User-Agent; versions and everything finer is dropped."""
    browser, system = parts(agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A browser")
