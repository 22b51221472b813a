"""/users, /me and /audit: who may do what, and who did."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint, Response, g
from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

from voc.records import Record
from voc.store import Store
from voc.store.accounts import Account, AuditPage, Role, Scope
from voc.store.credentials import LONGEST_PASSWORD, SHORTEST_PASSWORD
from web.api.exchange import answer, read_body, read_query
from web.api.operations import Operation, operation


def _check_length(password: SecretStr) -> SecretStr:
    length = len(password.get_secret_value())
    if length < SHORTEST_PASSWORD:
        raise PydanticCustomError("string_too_short", "Password should have at least {most} characters", {"most": SHORTEST_PASSWORD})
    if length > LONGEST_PASSWORD:
        raise PydanticCustomError("string_too_long", "Password should have at most {most} characters", {"most": LONGEST_PASSWORD})
    return password


_LENGTHS = {"minLength": SHORTEST_PASSWORD, "maxLength": LONGEST_PASSWORD}
Password = Annotated[SecretStr, AfterValidator(_check_length), Field(json_schema_extra=_LENGTHS)]


class AccountList(Record):
    """All users."""

    users: tuple[Account, ...]


class NewUser(Record):
    """A user to be added."""

    name: str = Field(
        pattern=r"^[\w.@-]+$", max_length=64, description="letters, digits, . _ - @; unlike that of any other, whatever its case"
    )
    role: Role = "viewer"
    password: Password | None = Field(None, description="12 to 1,024 characters; without one only tokens work")


class UserChange(Record):
    """What is to change of a user; what is left out stays."""

    role: Role | None = None
    disabled: bool | None = None
    password: Password | None = Field(None, description="12 to 1,024 characters; ends the user's sessions")


class Me(Record):
    """Who asks."""

    name: str
    user_id: int | None = Field(description="none where nobody has to say who they are")
    role: str | None
    scopes: tuple[Scope, ...] = Field(description="what this caller may do")


class AuditQuery(Record):
    """Which part of the audit."""

    before: int | None = Field(None, ge=1, le=2**63 - 1, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=1000)


def make_accounts(api: Blueprint, store: Store) -> None:
    """Add the operations.

    Parameters
    ----------
    api : flask.Blueprint
        To add them to.
    store : Store
        Holds the users.
    """

    @operation(api, "/me", Operation("GET", "我是谁，能做什么 / Who asks, and what they may do", "read", Me))
    def me() -> Response:
        who = g.identity
        return answer(Me(name=who.name, user_id=who.user_id, role=who.role, scopes=tuple(sorted(who.scopes))))

    @operation(api, "/users", Operation("GET", "所有用户 / All users", "admin", AccountList))
    def list_users() -> Response:
        return answer(AccountList(users=store.users.all()))

    @operation(api, "/users", Operation("POST", "新建用户 / Add a user", "admin", Account, NewUser, (400, 409, 413, 415, 422), status=201))
    def add_user() -> Response:
        asked = read_body(NewUser)
        return answer(store.users.add(asked.name, _plain(asked.password), asked.role, actor=g.identity.name), 201)

    summary = "改角色、停用、启用、改密码 / Change role or password, disable, enable"

    @operation(api, "/users/<int:user_id>", Operation("PATCH", summary, "admin", Account, UserChange, (400, 404, 409, 413, 415, 422)))
    def change_user(user_id: int) -> Response:
        asked = read_body(UserChange)
        changed = store.users.change(
            user_id, role=asked.role, disabled=asked.disabled, password=_plain(asked.password), actor=g.identity.name
        )
        return answer(changed)

    summary = "谁做过什么，新的在前 / Who did what, the newest first"

    @operation(api, "/audit", Operation("GET", summary, "admin", AuditPage, problems=(422,), query=AuditQuery))
    def audit() -> Response:
        asked = read_query(AuditQuery)
        return answer(store.audit.page(before=asked.before, limit=asked.limit))


def _plain(password: SecretStr | None) -> str | None:
    return None if password is None else password.get_secret_value()
