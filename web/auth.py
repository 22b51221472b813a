"""Who may do what: bearer tokens with scopes, or nobody asked on one's own machine."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Literal, NamedTuple, Protocol

from flask import g, request

from voc.errors import SettingsError
from web.errors import ApiError
from web.settings import ServerSettings

Scope = Literal["read", "score", "write", "admin"]
SCOPES: tuple[Scope, ...] = ("read", "score", "write", "admin")


class Identity(NamedTuple):
    """Who asks; of a request under way in `flask.g.identity`."""

    name: str
    scopes: frozenset[Scope]
    user_id: int | None = None


LOCAL = Identity("local", frozenset(SCOPES))  # where nobody has to say who they are
NOBODY = Identity("", frozenset())


class Authenticator(Protocol):
    """Knows the tokens."""

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


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone.

    Parameters
    ----------
    host : str
        Name or address.

    Returns
    -------
    bool
        True for localhost, 127.0.0.0/8 and ::1.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, False)
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name: who knows where it leads
        return False


def hosts(settings: ServerSettings) -> list[str]:
    """Names that a browser on this machine may call the service by; a page elsewhere could point a name of its own here.

    Parameters
    ----------
    settings : ServerSettings
        With the host.

    Returns
    -------
    list of str
        For Flask's ``TRUSTED_HOSTS``.
    """
    own = f"[{settings.host}]" if ":" in settings.host else settings.host
    return sorted({own, "localhost", "127.0.0.1", "[::1]"})


def check_access(settings: ServerSettings, authenticator: Authenticator | None) -> None:
    """Refuse a service that anybody could use by accident.

    Parameters
    ----------
    settings : ServerSettings
        With host and ``no_auth``.
    authenticator : Authenticator or None
        Knows the tokens.

    Raises
    ------
    SettingsError
        If there is none and the settings do not say ``no_auth``, or the host is not this machine alone.
    """
    if authenticator is not None:
        return
    if not settings.no_auth:
        raise SettingsError(
            "accounts_missing",
            "用户与令牌要有数据库，这一版还没有 / accounts and tokens need the store, which this version does not have yet",
            "只在本机使用时加 --no-auth / add --no-auth to serve this machine alone",
        )
    if not is_loopback(settings.host):
        raise SettingsError(
            "no_auth_beyond_loopback",
            f"不验证身份时只能监听本机 / without authentication it listens on this machine alone: {settings.host!r}",
            "--host 127.0.0.1",
        )


def require(authenticator: Authenticator | None, scope_of: Callable[[], Scope | None]) -> Callable[[], None]:
    """What runs before a request and refuses it where the token does not allow it.

    Parameters
    ----------
    authenticator : Authenticator or None
        None: everything is allowed.
    scope_of : callable
        Scope that the present request needs; None: open to all.

    Returns
    -------
    callable
        For ``before_request``; raises `ApiError` 401 or 403.
    """

    def check() -> None:
        scope = scope_of()
        g.identity = LOCAL if authenticator is None else NOBODY
        if authenticator is None or scope is None:
            return
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            hint = "Authorization: Bearer <token>"
            raise ApiError(401, "no_token", "需要令牌 / a token is needed", hint, headers={"WWW-Authenticate": "Bearer"})
        identity = authenticator.check(token.strip())
        if identity is None:
            message = "令牌无效、过期或已撤销 / the token is unknown, expired or revoked"
            raise ApiError(401, "bad_token", message, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        if scope not in identity.scopes:
            message = f"令牌没有这个权限 / the token lacks the scope {scope!r}"
            raise ApiError(
                403, "scope_missing", message, headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
            )
        g.identity = identity

    return check
