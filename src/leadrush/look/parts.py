"""What others made and the browser loads: fetched by npm at set-up, served by this site, never committed.

Without npm the site goes on with the system's font, takes no file that is larger than a form's, and shows a
live room by HLS in browsers that play it themselves alone: `font()`, `tus()` and `hls()` say whether their
parts are there, and no template names an absent file.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CLONE = PACKAGE.parent.parent.parent
FONT = "@fontsource-variable/atkinson-hyperlegible-next"
TUS = "tus-js-client/dist"
HLS = "hls.js/dist"
PLAYER = "hls/hls.light.min.mjs"
"""What plays HLS, among the static files."""
COUNTRIES = "@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb"
WITHOUT = "pages use the system's font, and large files cannot be brought."
LISTS = ("package.json", "package-lock.json")


def lists() -> Path:
    """Return the folder with package.json: the clone's own, or the copy inside an installed package."""
    return CLONE if (CLONE / "package-lock.json").is_file() else PACKAGE / "npm"


def modules(data: Path) -> Path:
    """Return the folder that npm fills: in a clone beside package.json, else below the site's data."""
    home = CLONE if lists() == CLONE else data / "parts"
    return home / "node_modules"


def folders(data: Path) -> list[tuple[str, Path]]:
    """Return what STATICFILES_DIRS needs: prefix and folder of each part that is there."""
    font, tus = modules(data) / FONT, modules(data) / TUS
    found = [("hyperlegible", font)] if (font / "wght.css").is_file() else []
    found += [("tus", tus)] if (tus / "tus.min.js").is_file() else []
    hls = modules(data) / HLS
    return [*found, ("hls", hls)] if (hls / Path(PLAYER).name).is_file() else found


def countries(data: Path) -> str:
    """Return the file that tells the country of an internet address; empty where npm has not fetched it."""
    file = modules(data) / COUNTRIES
    return str(file) if file.is_file() else ""


def fetch(data: Path, development: bool = False) -> str:
    """Fetch the parts at the versions of the lock file; return "" or, in a sentence, why it could not.

    Runs no script of any package. `development` adds what tests need (axe-core).
    """
    npm = shutil.which("npm")
    if npm is None:
        return f"npm is not installed: {WITHOUT}"
    home = modules(data).parent
    home.mkdir(parents=True, exist_ok=True)
    if home != lists():
        for name in LISTS:
            shutil.copy2(lists() / name, home / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if not development:
        command.append("--omit=dev")
    try:
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=180, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return f"npm did not answer within three minutes: {WITHOUT}"
    if done.returncode:
        last = (done.stderr.strip() or "no reason given").splitlines()[-1]
        return f"npm could not fetch them ({last}): {WITHOUT}"
    return ""


def font() -> bool:
    """Say whether the font is among the static files of this process."""
    return _there("hyperlegible/wght.css")


def tus() -> bool:
    """Say whether what sends large files in pieces is among the static files of this process."""
    return _there("tus/tus.min.js")


def hls() -> bool:
    """Say whether what plays HLS is among the static files of this process."""
    return _there(PLAYER)


@functools.cache
def _there(name: str) -> bool:
    from django.contrib.staticfiles import finders

    return finders.find(name) is not None
