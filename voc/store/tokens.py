"""Tokens: keys of scripts, each with scopes and an end."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, bindparam, insert, select, update

from voc.errors import ConflictError, RecordNotFound, StoreError
from voc.store.accounts import NOTE_EVERY_S, SCOPES, SCOPES_OF, Account, NewToken, Scope, Token
from voc.store.audit import note
from voc.store.credentials import fingerprint, is_token, new_secret, row_number, stamp, utc_now
from voc.store.people import TokenRow, UserRow

if TYPE_CHECKING:
    from voc.store import Store

DEFAULT_DAYS = 90
MOST_DAYS = 3650
LONGEST_NAME = 100  # characters
NAME = r"^[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff][^\x00-\x1f\x7f-\x9f\ud800-\udfff]*\Z"
_COLUMNS = ("id", "user_id", "name", "created_at", "expires_at", "last_used_at", "revoked_at")
_SHOWN = (
    *(getattr(TokenRow, name) for name in _COLUMNS),
    TokenRow.scopes.label("granted"),
    UserRow.name.label("user"),
    UserRow.role,
    UserRow.disabled,
    UserRow.created_at.label("user_since"),
)
_ALL = select(*_SHOWN).join(UserRow, UserRow.id == TokenRow.user_id)
_BY_HASH = _ALL.where(TokenRow.hash == bindparam("hash"))  # once: every request comes through it


class Tokens:
    """The tokens of a store; only their hashes are in it.

    Parameters
    ----------
    store : Store
        Holds them.
    clock : callable
        Tells the time.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime] = utc_now) -> None:
        self.store = store
        self.clock = clock

    def create(self, user_id: int, name: str, scopes: Sequence[Scope], days: int = DEFAULT_DAYS, *, actor: str | None = None) -> NewToken:
        """Make a token.

        Parameters
        ----------
        user_id : int
            Whose it is to be.
        name : str
            What it is for, 1 to 100 characters.
        scopes : sequence of {"read", "score", "write", "admin"}
            What it allows; no more than the user's role does.
        days : int
            Until it expires, 1 to 3,650.
        actor : str, optional
            Who does this, for the audit.

        Returns
        -------
        NewToken
            With the secret, which is told this once.

        Raises
        ------
        RecordNotFound
            If there is no such user.
        StoreError
            If the user is disabled, or it may not be as asked for.
        """
        account = self.store.users.get(user_id)
        if account.disabled:
            raise ConflictError("user_disabled", f"用户已停用 / the user is disabled: {account.name!r}", "voc user enable")
        if len(name) > LONGEST_NAME or not re.search(NAME, name):
            raise StoreError("bad_token_name", "令牌要有名字 / a token needs a name", "1–100 个字符，一行 / characters, one line")
        if not 1 <= days <= MOST_DAYS:
            raise StoreError("bad_days", f"有效天数要在 1 到 {MOST_DAYS} 之间 / days until it expires: 1 to {MOST_DAYS}: {days}")
        allowed = SCOPES_OF[account.role]
        if not scopes or not set(scopes) <= allowed:
            raise ConflictError(
                "scope_beyond_role",
                f"{account.role} 不能有这些权限 / not for the role {account.role!r}: {' '.join(sorted(set(scopes) - allowed)) or '–'}",
                f"可用 / use some of: {' '.join(scope for scope in SCOPES if scope in allowed)}",
            )
        secret = new_secret("voc_")
        at = self.clock()
        row = {
            "user_id": account.id,
            "name": name,
            "hash": fingerprint(secret),
            "scopes": " ".join(scope for scope in SCOPES if scope in scopes),
            "created_at": stamp(at),
            "expires_at": stamp(at + timedelta(days=days)),
        }
        with self.store.writing() as connection:
            number = connection.execute(insert(TokenRow).values(row).returning(TokenRow.id)).scalar_one()
            note(connection, actor, "create_token", user=account.name, token=number, scopes=row["scopes"])
        return NewToken.model_validate({**self.get(number).model_dump(), "secret": secret})

    def all(self, user_id: int | None = None) -> tuple[Token, ...]:
        """Tokens, the expired and revoked ones too.

        Parameters
        ----------
        user_id : int, optional
            Only those of this user.

        Returns
        -------
        tuple of Token
            The newest first.
        """
        wanted = _ALL.order_by(TokenRow.id.desc())
        if user_id is not None:
            wanted = wanted.where(TokenRow.user_id == row_number(user_id))
        with self.store.reading() as connection:
            return tuple(_token(row) for row in connection.execute(wanted).mappings())

    def get(self, token_id: int) -> Token:
        """One token.

        Parameters
        ----------
        token_id : int
            Its number.

        Returns
        -------
        Token
            Without its secret.

        Raises
        ------
        RecordNotFound
            If there is none.
        """
        with self.store.reading() as connection:
            row = connection.execute(_ALL.where(TokenRow.id == row_number(token_id))).mappings().first()
        if row is None:
            raise unknown_token(token_id)
        return _token(row)

    def revoke(self, token_id: int, *, actor: str | None = None) -> None:
        """End a token for good; once more changes nothing.

        Parameters
        ----------
        token_id : int
            Its number.
        actor : str, optional
            Who does this, for the audit.

        Raises
        ------
        RecordNotFound
            If there is none.
        """
        token = self.get(token_id)
        with self.store.writing() as connection:
            living = (TokenRow.id == token.id, TokenRow.revoked_at.is_(None))
            if connection.execute(update(TokenRow).where(*living).values(revoked_at=stamp(self.clock()))).rowcount:
                note(connection, actor, "revoke_token", user=token.user, token=token.id)

    def check(self, secret: str) -> tuple[Token, Account] | None:
        """Look a token up, and note that it was used.

        Parameters
        ----------
        secret : str
            As it was sent.

        Returns
        -------
        tuple of (Token, Account) or None
            Which it is and whose; None where it is unknown, expired or revoked, or its user is disabled.
        """
        if not is_token(secret):
            return None
        with self.store.reading() as connection:
            # By its hash: how long the look-up takes tells nothing of a secret that somebody tries to guess.
            row = connection.execute(_BY_HASH, {"hash": fingerprint(secret)}).mappings().first()
        at = self.clock()
        if row is None or row["revoked_at"] or row["disabled"] or (row["expires_at"] and row["expires_at"] <= stamp(at)):
            return None
        if row["last_used_at"] is None or row["last_used_at"] <= stamp(at - timedelta(seconds=NOTE_EVERY_S)):
            self.store.database.try_write(update(TokenRow).where(TokenRow.id == row["id"]).values(last_used_at=stamp(at)))
        return _token(row), Account(id=row["user_id"], name=row["user"], role=row["role"], created_at=row["user_since"])


def unknown_token(token_id: int) -> RecordNotFound:
    """What to say of a token that is not there, or that somebody may not see.

    Parameters
    ----------
    token_id : int
        As asked for.

    Returns
    -------
    RecordNotFound
        To be raised.
    """
    return RecordNotFound("unknown_token", f"没有这个令牌 / no such token: {token_id}", "voc token list")


def _token(row: RowMapping) -> Token:
    values: dict[str, Any] = {name: row[name] for name in (*_COLUMNS, "user")}
    return Token.model_validate({**values, "scopes": tuple(row["granted"].split())})
