"""`make screenshots`: every page as people see it, into build/screenshots/; `make screenshots README=1`: those of README.md anew."""

from __future__ import annotations

import logging
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from all_pages import PAGES, address_of
from toy_survey import keep_survey

from chromium import browsing, serving, visiting, why_not
from voc import Pipeline
from voc.store import Store
from web import create_app
from web.settings import ServerSettings

KINDS = (("1280", 1280, "light"), ("390", 390, "light"), ("1280-dark", 1280, "dark"))
README = ("overview", "pain_points", "point", "review")
PICTURES = Path(__file__).parent / "pictures"
QUALITY = 80  # of WebP: letters stay sharp


def every_page(folder: Path) -> None:
    """Each page in whole, in each kind."""
    folder.mkdir(parents=True, exist_ok=True)
    with survey_served() as (app, address, browser):
        for name in PAGES:
            for kind, width, theme in KINDS:
                with visiting(browser, address, width=width, theme=theme) as page:
                    page.goto(address_of(name, app))
                    # A window as high as the page: what sticks to its edge is then in its place.
                    page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
                    page.screenshot(path=folder / f"{name}-{kind}.png", full_page=True)
                    page.complaints.clear()  # the page that is not found says so
    print(f"{folder}: {len(PAGES) * len(KINDS)} PNG")


def of_readme(folder: Path) -> None:
    """What one sees first of a few pages, small enough to be kept."""
    folder.mkdir(parents=True, exist_ok=True)
    with survey_served() as (app, address, browser):
        for name in README:
            with visiting(browser, address) as page:
                page.goto(address_of(name, app))
                shot = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
                (folder / f"{name}.webp").write_bytes(b64decode(shot["data"]))
    print(f"{folder}: {len(README)} WebP")


@contextmanager
def survey_served() -> Iterator[tuple[Any, str, Any]]:
    """The application with the survey in its store, its address, and a browser."""
    if reason := why_not():
        sys.exit(reason)
    logging.disable()
    with TemporaryDirectory() as kept, closing(Store(f"sqlite:///{kept}/voc.db")) as store:
        store.upgrade()
        keep_survey(store, Pipeline(quality="fast"))
        app = create_app(ServerSettings(no_auth=True), store=store)
        with serving(app) as address, browsing() as browser:
            yield app, address, browser
        app.extensions["scorer"].close()


if __name__ == "__main__":
    of_readme(PICTURES) if sys.argv[1:] == ["--readme"] else every_page(Path("build/screenshots"))
