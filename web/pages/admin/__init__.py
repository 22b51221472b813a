"""/admin: users, tokens, jobs, audit, erasure, models and touchpoints; a module a tab."""

from __future__ import annotations

from flask import Flask

from voc.store import Store
from web.pages.access import Page
from web.pages.admin.audit import add_audit
from web.pages.admin.erase import add_erase
from web.pages.admin.jobs import add_jobs
from web.pages.admin.models import add_models
from web.pages.admin.tokens import add_tokens
from web.pages.admin.users import add_users
from web.pages.admin.words import add_words


def make_admin(app: Flask, store: Store) -> Page:
    """Make the pages.

    Parameters
    ----------
    app : flask.Flask
        With ``extensions["work"]``.
    store : Store
        Holds what is administered.

    Returns
    -------
    Page
        For administrators.
    """
    page = Page("admin", needs="admin", url_prefix="/admin")
    work = app.extensions["work"]
    add_users(page, store)
    add_tokens(page, store)
    add_jobs(page, work)
    add_audit(page, store)
    add_erase(page, work)
    add_models(page)
    add_words(page, store)
    return page
