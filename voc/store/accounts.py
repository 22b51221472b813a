"""Who may do what: roles, scopes, and the records of users, tokens and the audit."""

from __future__ import annotations

from typing import Any, Literal, get_args

from pydantic import Field

from voc.records import Record
from voc.wordings import NOBODY_ASKED

Role = Literal["viewer", "reviewer", "admin"]
Scope = Literal["read", "score", "write", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
SCOPES: tuple[Scope, ...] = get_args(Scope)
SCOPES_OF: dict[Role, frozenset[Scope]] = {
    "viewer": frozenset({"read"}),
    "reviewer": frozenset({"read", "score", "write"}),
    "admin": frozenset(SCOPES),
}
LOCAL = NOBODY_ASKED  # at the command line, and with --no-auth
NOTE_EVERY_S = 60  # seconds between two notes that a token or session was used


class Account(Record):
    """A person who may sign in."""

    id: int
    name: str = Field(description="in lower case, NFKC")
    role: Role
    disabled: bool = False
    created_at: str = Field(description="ISO 8601, UTC")


class Token(Record):
    """A script's key, without its secret."""

    id: int
    user_id: int
    user: str = Field(description="whose it is")
    name: str = Field(description="what it is for")
    scopes: tuple[Scope, ...] = Field(description="as asked for; the role of the user may have become less since")
    created_at: str = Field(description="ISO 8601, UTC")
    expires_at: str | None
    last_used_at: str | None = Field(description="to the minute")
    revoked_at: str | None


class NewToken(Token):
    """A key that was just made; its secret is told this once."""

    secret: str = Field(description="for `Authorization: Bearer`; the store keeps only its hash")


class AuditEntry(Record):
    """Something that was done to the store, without personal data but the names of users."""

    id: int
    at: str = Field(description="ISO 8601, UTC")
    actor: str | None
    action: str
    detail: dict[str, Any]


class AuditPage(Record):
    """Some entries of the audit, the newest first."""

    entries: tuple[AuditEntry, ...]
    next: int | None = Field(description="`before` of the page behind it; none: this is the last")
