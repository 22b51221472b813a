"""/tokens: keys of scripts. Everybody sees and ends their own; administrators all."""

from __future__ import annotations

from flask import Blueprint, Response, g
from pydantic import Field, field_validator

from voc.records import Record
from voc.store import Store
from voc.store.accounts import NewToken, Scope, Token
from voc.store.tokens import DEFAULT_DAYS, LONGEST_NAME, MOST_DAYS, unknown_token
from web.api.exchange import answer, read_body
from web.api.operations import Operation, operation
from web.errors import ApiError


class TokenList(Record):
    """Tokens, the newest first; the expired and revoked ones too."""

    tokens: tuple[Token, ...]


class TokenRequest(Record):
    """A token to be made."""

    name: str = Field(max_length=LONGEST_NAME, pattern=r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", description="what it is for")
    scopes: list[Scope] = Field(min_length=1, description="no more than the user's role allows")
    days: int = Field(DEFAULT_DAYS, ge=1, le=MOST_DAYS, description="until it expires")
    user: str | None = Field(None, description="whose it is to be, for administrators; the caller's where left out")

    @field_validator("days", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        return int(value) if isinstance(value, float) and value.is_integer() else value  # 90.0 is a whole number in JSON


def make_tokens(api: Blueprint, store: Store) -> None:
    """Add the operations.

    Parameters
    ----------
    api : flask.Blueprint
        To add them to.
    store : Store
        Holds the tokens.
    """

    @operation(api, "/tokens", Operation("GET", "我的令牌，管理员看全部 / Own tokens; all for administrators", "read", TokenList))
    def list_tokens() -> Response:
        return answer(TokenList(tokens=store.tokens.all(None if _is_admin() else g.identity.user_id)))

    summary = "新建令牌，密文只给一次 / Make a token; its secret is told this once"

    @operation(api, "/tokens", Operation("POST", summary, "read", NewToken, TokenRequest, (400, 403, 404, 409, 413, 415, 422), status=201))
    def make_token() -> Response:
        asked = read_body(TokenRequest)
        # A token that leaked must not live on in others that it made.
        if not _is_admin() and (g.identity.token_id is not None or asked.user is not None):
            hint = "登录后为自己新建，或用 admin 令牌 / sign in and make one for yourself, or take a token with the scope admin"
            raise ApiError(403, "scope_missing", "令牌不能新建令牌 / a token makes no tokens", hint)
        if asked.user is None and g.identity.user_id is None:
            raise ApiError(409, "user_needed", "没说给谁 / for whom is not said", '{"user": "…"}')
        user_id = g.identity.user_id if asked.user is None else store.users.named(asked.user).id
        return answer(store.tokens.create(user_id, asked.name, asked.scopes, asked.days, actor=g.identity.name), 201)

    @operation(api, "/tokens/<int:token_id>", Operation("DELETE", "撤销令牌 / Revoke a token", "read", None, problems=(404,), status=204))
    def revoke_token(token_id: int) -> Response:
        token = store.tokens.get(token_id)
        own = token.user_id == g.identity.user_id and g.identity.token_id in (None, token.id)  # a token ends no other
        if not (own or _is_admin()):
            raise unknown_token(token_id)
        store.tokens.revoke(token_id, actor=g.identity.name)
        return Response(status=204)


def _is_admin() -> bool:
    return "admin" in g.identity.scopes
