"""The pages: one module each, and what their templates can call."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from jinja2 import pass_context

from web import charts
from web.format import FILTERS
from web.highlight import cut_at_evidence
from web.messages import current_language, one_language, t
from web.pages.access import Page, may
from web.pages.help import make_help
from web.pages.navigation import nav_links, with_query
from web.pages.patterns import make_patterns
from web.pages.preferences import THEMES, current_theme, make_preferences


def _anew(write: Callable[..., str]) -> Callable[..., str]:
    """A filter that Jinja does not work out once and for all where it is given a constant: the next reader has another language."""
    return pass_context(lambda _, *given, **options: write(*given, **options))


def make_pages(app: Flask) -> list[Page]:
    """Make all pages, and let templates format and translate.

    Parameters
    ----------
    app : flask.Flask
        That they will be registered with.

    Returns
    -------
    list of Page
        Each says what it needs.
    """
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update({name: _anew(write) for name, write in FILTERS.items()})
    app.jinja_env.globals.update(
        t=t,
        one_language=one_language,
        current_language=current_language,
        current_theme=current_theme,
        themes=THEMES,
        nav_links=nav_links,
        with_query=with_query,
        may=may,
        charts=charts,
        cut_at_evidence=cut_at_evidence,
    )
    return [make_preferences(), make_help(), make_patterns()]
