"""/admin/tokens: keys of scripts, of all users."""

from __future__ import annotations

from typing import Any, cast

from flask import g, request
from werkzeug.wrappers import Response

from voc.errors import StoreError
from voc.store import Store
from voc.store.accounts import SCOPES, Scope, Token
from voc.store.credentials import stamp, utc_now
from voc.store.tokens import DEFAULT_DAYS
from web.pages.access import Page
from web.pages.admin.answers import done, show

DAYS = (30, DEFAULT_DAYS, 180, 365)


def add_tokens(page: Page, store: Store) -> None:
    """Add the tab.

    Parameters
    ----------
    page : Page
        Of the administration.
    store : Store
        Holds the tokens.
    """

    def listed(**more: Any) -> Response:
        users = [user for user in store.users.all() if not user.disabled]
        tokens = store.tokens.all()
        living = [token for token in tokens if _lives(token)]
        over = [token for token in tokens if not _lives(token)]
        more = {"typed": request.form, "scopes": SCOPES, "days": DAYS, "default_days": DEFAULT_DAYS, **more}
        return show("tokens", users=users, living=living, over=over, own=g.identity.user_id, **more)

    @page.get("/tokens", endpoint="tokens")
    def show_tokens() -> Response:
        return listed()

    @page.post("/tokens")
    def add_token() -> Response:
        form = request.form
        scopes = [cast(Scope, scope) for scope in form.getlist("scope")]
        try:
            token = store.tokens.create(
                form.get("user", 0, type=int),
                form.get("name", "").strip(),
                scopes,
                form.get("days", DEFAULT_DAYS, type=int),
                actor=g.identity.name,
            )
        except StoreError as error:
            return listed(error=error)
        return listed(status=201, told=token, typed={})  # not by way of another page: it is told this once

    @page.post("/tokens/<int:token_id>/revoke")
    def revoke_token(token_id: int) -> Response:
        store.tokens.revoke(token_id, actor=g.identity.name)
        return done("admin.tokens", "revoked")


def _lives(token: Token) -> bool:
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > stamp(utc_now()))
