"""Tables of people's doings: who signs in, what they decided, who mends what, what was done to the store."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from voc.store.tables import ANNOTATED, NUMBERED, STRICT, Base, owner


class UserRow(Base):
    """A person who may sign in."""

    __tablename__ = "user"
    __table_args__ = NUMBERED
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    role: Mapped[str]
    created_at: Mapped[str]
    disabled: Mapped[bool]


class TokenRow(Base):
    """A script's key, as a hash."""

    __tablename__ = "token"
    __table_args__ = NUMBERED
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(owner("user.id"), index=True)
    name: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[str]
    created_at: Mapped[str]
    expires_at: Mapped[str | None]
    last_used_at: Mapped[str | None]
    revoked_at: Mapped[str | None]


class SessionRow(Base):
    """A browser that somebody signed in with; the cookie's value as a hash. Signing out deletes it."""

    __tablename__ = "session"
    __table_args__ = NUMBERED
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(owner("user.id"), index=True)
    hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[str]
    used_at: Mapped[str]


class ThrottleRow(Base):
    """Failures to sign in by a name, from an address, or both; what it is about stands here only as a hash, and goes at `until`."""

    __tablename__ = "throttle"
    __table_args__ = STRICT
    key: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    until: Mapped[str]


class ReviewRow(Base):
    """A human decision, or that one is withdrawn; the newest of a comment and target that is not withdrawn holds."""

    __tablename__ = "review"
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "comment_id"], ANNOTATED, ondelete="CASCADE"),
        Index("ix_review_comment", "run_id", "comment_id", "target", "id"),
        Index("ix_review_target", "run_id", "target", "comment_id", "id"),
        Index("ix_review_withdraws", "withdraws"),
        NUMBERED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    comment_id: Mapped[int]
    target: Mapped[str]  # "sentiment", or a touchpoint
    label: Mapped[str | None]  # none: the comment does not speak of the touchpoint
    reviewer: Mapped[str | None]
    at: Mapped[str]
    withdraws: Mapped[int | None]  # number of the review that is withdrawn; the row says no more then


class CaseRow(Base):
    """Who mends a pain point, by when; it outlives runs."""

    __tablename__ = "case_"
    __table_args__ = NUMBERED
    id: Mapped[int] = mapped_column(primary_key=True)
    pain_point_id: Mapped[str] = mapped_column(index=True)
    run_id: Mapped[str | None] = mapped_column(owner("run.id", keep=True))
    owner: Mapped[str | None]
    due: Mapped[str | None]
    status: Mapped[str]
    opened_at: Mapped[str]
    label: Mapped[str]  # of the pain point, when the case was opened
    codebook: Mapped[str | None]
    root_cause: Mapped[str]
    action: Mapped[str]
    closed_at: Mapped[str | None]
    before: Mapped[str | None]  # a `voc.store.records.Measured`, as JSON
    after: Mapped[str | None]


class CaseEntryRow(Base):
    """What was said of a case, and what was changed of it; never altered."""

    __tablename__ = "case_entry"
    __table_args__ = (Index("ix_case_entry_case", "case_id", "id"), NUMBERED)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(owner("case_.id"))
    at: Mapped[str]
    author: Mapped[str | None]
    kind: Mapped[str]  # note, or the field that was changed
    before: Mapped[str | None]
    text: Mapped[str | None]


class CodebookRow(Base):
    """A codebook by its name: a `voc.codebook.records.Codebook` in two parts, of which edits write the first alone."""

    __tablename__ = "codebook"
    __table_args__ = STRICT
    name: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]  # grows with every change
    run_id: Mapped[str | None] = mapped_column(index=True)  # its last run; no foreign key: it may be saved before that run is
    run_revision: Mapped[int]  # revision that last changed `run`
    edited: Mapped[bool]  # since that run: where not, its pain points are as it found them
    moving: Mapped[str]  # digest of what decided about members in that run (see `voc.store.codebooks.moving`)
    saved_at: Mapped[str]
    record: Mapped[str]
    run: Mapped[str | None]


class RunCodebookRow(Base):
    """A codebook as it was when its next run came, kept for the run before: what people had decided of it is shown there for good."""

    __tablename__ = "run_codebook"
    __table_args__ = STRICT
    run_id: Mapped[str] = mapped_column(owner("run.id"), primary_key=True)
    name: Mapped[str]
    revision: Mapped[int]
    run_revision: Mapped[int]
    edited: Mapped[bool]
    moving: Mapped[str]
    record: Mapped[str]
    run: Mapped[str]


class TaxonomyRow(Base):
    """A version of touchpoints and words of the users' own; never altered, since runs name it."""

    __tablename__ = "taxonomy"
    __table_args__ = STRICT
    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[str]
    author: Mapped[str | None]
    text: Mapped[str]  # YAML
    userdict: Mapped[str]  # a word a line


class AuditRow(Base):
    """What was done to the store, without personal data."""

    __tablename__ = "audit"
    __table_args__ = NUMBERED
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str]
    actor: Mapped[str | None]
    action: Mapped[str]
    detail: Mapped[str]
