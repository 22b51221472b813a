"""Who may do what: bearer tokens for scripts, sessions for browsers, or nobody asked on one's own machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol
from urllib.parse import urlencode

from flask import Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from voc.errors import SettingsError
from voc.store.accounts import LOCAL as LOCAL_NAME
from voc.store.accounts import ROLES, SCOPES, SCOPES_OF, Role, Scope
from voc.store.sessions import Sessions
from voc.store.tokens import Tokens
from web.cookies import session_secret
from web.csrf import SAFE, check_csrf_token, check_origin, csrf_token
from web.errors import ApiError
from web.hosts import caller_address, is_loopback
from web.settings import ServerSettings

__all__ = ["LOCAL", "SCOPES", "Authenticator", "Identity", "Scope", "StoreAuthenticator", "check_access", "is_loopback", "require"]


class Identity(NamedTuple):
    """Who asks; of a request under way in `flask.g.identity`."""

    name: str
    scopes: frozenset[Scope]
    user_id: int | None = None
    token_id: int | None = None  # None: signed in with a browser, or nobody asked
    role: str | None = None
    csrf: str | None = None  # of a session


LOCAL = Identity(LOCAL_NAME, frozenset(SCOPES), role="admin")  # where nobody has to say who they are
_ROLE_NAMES: dict[Role, str] = {"viewer": "查看者", "reviewer": "校对者", "admin": "管理员"}
NOBODY = Identity("", frozenset())


class Authenticator(Protocol):
    """Knows tokens and sessions."""

    def check(self, token: str) -> Identity | None:
        """Look a token up.

        Parameters
        ----------
        token : str
            As it was sent.

        Returns
        -------
        Identity or None
            Whose it is and what it allows; None where it is unknown, expired or revoked.
        """

    def check_session(self, secret: str) -> Identity | None:
        """Look a session up.

        Parameters
        ----------
        secret : str
            As the cookie says.

        Returns
        -------
        Identity or None
            Who signed in; None where it is unknown or over.
        """


class StoreAuthenticator:
    """Knows those of a store.

    Parameters
    ----------
    tokens : Tokens
        Of the store.
    sessions : Sessions
        Of the store.
    """

    def __init__(self, tokens: Tokens, sessions: Sessions) -> None:
        self.tokens = tokens
        self.sessions = sessions

    def check(self, token: str) -> Identity | None:  # numpydoc ignore=PR01,RT01
        """Look a token up; it allows no more than the role of its user does now."""
        if (found := self.tokens.check(token)) is None:
            return None
        known, user = found
        return Identity(user.name, SCOPES_OF[user.role] & set(known.scopes), user.id, token_id=known.id, role=user.role)

    def check_session(self, secret: str) -> Identity | None:  # numpydoc ignore=PR01,RT01
        """Look a session up; it allows what the role of its user does."""
        if (user := self.sessions.check(secret)) is None:
            return None
        return Identity(user.name, SCOPES_OF[user.role], user.id, role=user.role, csrf=csrf_token(secret))


def check_access(settings: ServerSettings) -> None:
    """Refuse a service that anybody could use by accident.

    Parameters
    ----------
    settings : ServerSettings
        With host and ``no_auth``.

    Raises
    ------
    SettingsError
        If nobody is asked and the host is not this machine alone.
    """
    if settings.no_auth and not is_loopback(settings.host):
        raise SettingsError(
            "no_auth_beyond_loopback",
            f"不验证身份时只能监听本机 / without authentication it listens on this machine alone: {settings.host!r}",
            "--host 127.0.0.1",
        )


def require(
    app: Flask, authenticator: Authenticator | None, scope_of: Callable[[], Scope | None], charge: Callable[[str], None]
) -> Callable[[], ResponseReturnValue | None]:
    """What runs before a request and refuses it where the caller may not do it.

    Parameters
    ----------
    app : flask.Flask
        Whose pages send who is not signed in to sign in.
    authenticator : Authenticator or None
        None: everything is allowed.
    scope_of : callable
        Scope that the present request needs; None: open to all.
    charge : callable
        From `web.limits.limit_rate`.

    Returns
    -------
    callable
        For ``before_request``; raises `ApiError` 401, 403 or 429.
    """

    def check() -> ResponseReturnValue | None:
        g.identity = NOBODY
        if request.endpoint in (None, "static"):  # no such address, or nothing that is anybody's
            return None
        page = hasattr(app.blueprints.get(request.blueprint or ""), "needs")
        token = _bearer()
        unsafe = request.method not in SAFE
        if unsafe and token is None:
            check_origin()  # nobody asked is as good as a cookie
        if authenticator is None:
            g.identity = LOCAL
            return None
        scope = scope_of()
        if scope is None and not page:
            return None
        identity = authenticator.check_session(session_secret() or "") if token is None else authenticator.check(token)
        charge(_caller(identity))
        if identity is None:
            if scope is None:
                return None
            if page and token is None:
                after = request.full_path.removesuffix("?") if request.method == "GET" else None
                return redirect(url_for("login.show_login") + (f"?{urlencode({'next': after})}" if after else ""), 303)
            raise _unknown(token)
        g.identity = identity
        if scope is not None and scope not in identity.scopes:
            raise _too_little(scope, identity)
        if unsafe and identity.csrf is not None and scope is not None:
            check_csrf_token(identity.csrf)
        return None

    return check


def _bearer() -> str | None:
    """The token of the present request; None where it has none."""
    if (header := request.headers.get("Authorization")) is None:
        return None
    kind, _, token = header.partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _caller(identity: Identity | None) -> str:
    """By whom requests are counted."""
    if identity is None:
        return f"address {caller_address()}"
    return f"token {identity.token_id}" if identity.csrf is None else f"session {identity.csrf}"


def _too_little(scope: Scope, identity: Identity) -> ApiError:
    """What to say to who is known and may not do it: which role or scope it takes, and who can give it."""
    roles = [role for role in ROLES if scope in SCOPES_OF[role]]
    spoken, plain = "或".join(_ROLE_NAMES[role] for role in roles), " or ".join(roles)
    if identity.token_id is None:
        message = "你的角色不能做这件事 / your role does not allow this"
        hint = f"要有{spoken}的角色：找管理员在“管理”的用户里改 / it takes the role {plain}: ask an administrator for it"
    else:
        message = f"令牌没有这个权限 / the token lacks the scope {scope!r}"
        make = f"voc token create USER --name NAME --scope {scope}"
        chinese = f"角色是{spoken}的用户可以新建一个：{make}；不是的先找管理员改角色"
        hint = f"{chinese} / make one for a user whose role is {plain}: {make}; others ask an administrator for the role"
    headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
    return ApiError(403, "scope_missing", message, hint, headers=headers)


def _unknown(token: str | None) -> ApiError:
    if not token:
        message, hint = "需要令牌 / a token is needed", "Authorization: Bearer <token>；voc token create"
        return ApiError(401, "no_token", message, hint, headers={"WWW-Authenticate": "Bearer"})
    message = "令牌无效、过期或已撤销 / the token is unknown, expired or revoked"
    return ApiError(401, "bad_token", message, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
