"""Debian's Chromium, driven by Playwright; it reaches the service under test and nothing else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from waitress.server import create_server

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "no Chromium"
INSTALL = "apt-get install chromium fonts-noto-cjk, or VOC_CHROMIUM=/path/to/one"
# Without a sandbox: containers, where tests often run as root, have none to offer.
SERIOUS = {"serious", "critical"}
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"]


def executable() -> str | None:
    """Path of the browser: $VOC_CHROMIUM, else the first that is installed."""
    return os.environ.get("VOC_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def why_not() -> str | None:
    """Why no page can be looked at; None where it can."""
    return None if executable() else f"{MISSING}: {INSTALL}"


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """An application on a free port of this machine, in a thread; its address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(5)


@contextmanager
def browsing() -> Iterator[Any]:
    """The browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def visiting(browser: Any, address: str, *, width: int = 1280, theme: str = "light", language: str = "zh", **options: Any) -> Iterator[Any]:
    """A page of a fresh visitor; afterwards, nothing may have gone wrong in it, and nothing may have been asked of another host.

    ``page.complaints`` holds what the browser complained of; a test that provokes a complaint takes it out.
    """
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 800},
        color_scheme=theme,
        locale=locale,
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        **options,
    )
    complaints: list[str] = []

    def only_here(route: Any) -> None:
        if urlsplit(route.request.url).netloc == urlsplit(address).netloc:
            route.continue_()
        else:
            complaints.append(f"asked of another host: {route.request.url}")
            route.abort()

    context.route("**/*", only_here)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.complaints = complaints
    try:
        yield page
    finally:
        context.close()
    assert complaints == []


def faults(page: Any) -> list[str]:
    """What axe finds that shuts people out."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for fault in found
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]
