"""GET /admin, POST /admin/users: who may sign in, as what."""

from __future__ import annotations

from typing import Any, cast

from flask import g, request
from werkzeug.wrappers import Response

from voc.errors import StoreError
from voc.store import Store
from voc.store.accounts import ROLES, Role
from voc.store.credentials import temporary_password
from web.pages.access import Page
from web.pages.admin.answers import done, show


def add_users(page: Page, store: Store) -> None:
    """Add the tab.

    Parameters
    ----------
    page : Page
        Of the administration.
    store : Store
        Holds the users.
    """

    def listed(**more: Any) -> Response:
        return show("users", users=store.users.all(), seen=store.users.last_seen(), roles=ROLES, **more)

    @page.get("", endpoint="show")
    def show_users() -> Response:
        return listed()

    @page.post("/users")
    def add_user() -> Response:
        name, password = request.form.get("name", ""), temporary_password()
        try:
            user = store.users.add(name, password, cast(Role, request.form.get("role", "")), actor=g.identity.name)
        except StoreError as error:
            return listed(error=error, typed=request.form)
        return listed(status=201, told=(user.name, password), added=True)  # not by way of another page: it is told this once

    @page.post("/users/<int:user_id>")
    def change_user(user_id: int) -> Response:
        do = request.form.get("do", "")
        try:
            if do == "password":
                password = temporary_password()
                user = store.users.change(user_id, password=password, actor=g.identity.name)
                return listed(told=(user.name, password), added=False)
            if do in ("disable", "enable"):
                store.users.change(user_id, disabled=do == "disable", actor=g.identity.name)
                return done("admin.show", f"{do}d")
            store.users.change(user_id, role=cast(Role, request.form.get("role", "")), actor=g.identity.name)
        except StoreError as error:
            return listed(error=error)
        return done("admin.show", "role")
