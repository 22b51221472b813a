"""The pages: one module each, and what their templates can call."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from jinja2 import pass_context

from voc.report.highlight import cut_at_evidence
from voc.store import Store
from web import charts
from web.format import FILTERS
from web.messages import current_language, one_language, t
from web.pages.access import Page, may
from web.pages.admin import make_admin
from web.pages.case_edits import make_case_edits
from web.pages.cases import make_cases
from web.pages.codebook import make_draft
from web.pages.comments import make_comments
from web.pages.export import make_export
from web.pages.frame import make_start
from web.pages.help import make_help
from web.pages.insights import make_insights
from web.pages.navigation import nav_links, with_query
from web.pages.overview import make_overview
from web.pages.painpoint_edits import make_edits
from web.pages.painpoints import make_painpoints
from web.pages.patterns import make_patterns
from web.pages.point import make_point
from web.pages.point_edits import make_point_edits
from web.pages.preferences import THEMES, current_theme, make_preferences
from web.pages.remarks import point_url
from web.pages.review import make_review
from web.pages.upload import make_upload


def _anew(write: Callable[..., str]) -> Callable[..., str]:
    """A filter that Jinja does not work out once and for all where it is given a constant: the next reader has another language."""
    return pass_context(lambda _, *given, **options: write(*given, **options))


def make_pages(app: Flask, store: Store) -> list[Page]:
    """Make all pages, and let templates format and translate.

    Parameters
    ----------
    app : flask.Flask
        That they will be registered with.
    store : Store
        Holds what they show.

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
        point_url=point_url,
    )
    return [
        make_preferences(),
        make_start(store),
        make_help(),
        make_patterns(),
        make_overview(store),
        make_insights(store),
        *make_upload(app.extensions["work"]),
        make_painpoints(store),
        make_edits(store),
        make_draft(store),
        make_point(store),
        make_point_edits(store),
        make_cases(store),
        make_case_edits(store),
        *make_comments(store),
        *make_review(store),
        make_export(store),
        make_admin(app, store),
    ]
