"""`make screenshots`: every page as people see it, into build/screenshots/."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from chromium import browsing, serving, visiting, why_not
from web import create_app
from web.settings import ServerSettings

PAGES = {"help": "/help", "patterns": "/patterns", "not_found": "/nowhere"}
KINDS = (("1280", 1280, "light"), ("390", 390, "light"), ("1280-dark", 1280, "dark"))


def main(folder: Path) -> None:
    """Write the pictures."""
    if reason := why_not():
        sys.exit(reason)
    logging.disable()
    folder.mkdir(parents=True, exist_ok=True)
    app = create_app(ServerSettings(no_auth=True))
    with serving(app) as address, browsing() as browser:
        for name, path in PAGES.items():
            for kind, width, theme in KINDS:
                with visiting(browser, address, width=width, theme=theme) as page:
                    page.goto(path)
                    # A window as high as the page: what sticks to its edge is then in its place.
                    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
                    page.screenshot(path=folder / f"{name}-{kind}.png", full_page=True)
                    page.complaints.clear()  # the page that is not found says so
    app.extensions["scorer"].close()
    print(f"{folder}: {len(PAGES) * len(KINDS)} PNG")


if __name__ == "__main__":
    main(Path("build/screenshots"))
