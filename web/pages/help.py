"""GET /help: how to prepare a file, read the numbers, and correct."""

from __future__ import annotations

from flask import render_template

from web.pages.access import Page


def make_help() -> Page:
    """Make the page.

    Returns
    -------
    Page
        Open to all.
    """
    page = Page("help")

    @page.get("/help")
    def show() -> str:
        return render_template("help.html")

    return page
