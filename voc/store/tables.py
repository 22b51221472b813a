"""The tables. What people wrote stands in them redacted; records that are only read whole are JSON text.

SQLite tables are STRICT. Ids that people see (`comment.comment_id`, `pain_point.id`) come from the files and the codebook; numbers
(`comment.id`) are ours, grow, and are never given again, which is what paging rests on.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from voc.records import SCORES

STRICT = {"sqlite_strict": True}
NUMBERED = {"sqlite_strict": True, "sqlite_autoincrement": True}
CLUSTERED = {"sqlite_strict": True, "sqlite_with_rowid": False}
ANNOTATED = ["annotation.run_id", "annotation.comment_id"]
# Index, its columns, and of which comments: with all that is counted of them, so that long rows need not be read.
FEW_COMMENTS = (
    ("duplicate", ("upload_id", "id"), "duplicate_of IS NOT NULL"),
    ("scores", ("upload_id", "file", "id", "row", *SCORES), " OR ".join(f"{score} IS NOT NULL" for score in SCORES)),
)
INDEXED_FIELDS = ("created_at", "channel", "store", "product", "region", "question")


class Base(DeclarativeBase):
    """Types that STRICT allows; on PostgreSQL text compares by code points, as it does on SQLite, so that dates sort."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text().with_variant(Text(collation="C"), "postgresql"),
        int: BigInteger().with_variant(Integer(), "sqlite"),
        float: Double().with_variant(REAL(), "sqlite"),
        bool: Boolean().with_variant(Integer(), "sqlite"),
    }


def owner(target: str, *, keep: bool = False) -> ForeignKey:
    """Foreign key; the row goes with what it belongs to, or stays and forgets it.

    Parameters
    ----------
    target : str
        ``table.column``.
    keep : bool
        Whether the row stays.

    Returns
    -------
    sqlalchemy.ForeignKey
        With its rule for deletion.
    """
    return ForeignKey(target, ondelete="SET NULL" if keep else "CASCADE")


def only_where(condition: str) -> dict[str, Any]:
    """Make an index hold some rows only: those that queries with the same condition ask for.

    Parameters
    ----------
    condition : str
        SQL.

    Returns
    -------
    dict of str to sqlalchemy.TextClause
        For `Index`.
    """
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class UploadRow(Base):
    """Tables that came together."""

    __tablename__ = "upload"
    __table_args__ = NUMBERED
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(owner("user.id", keep=True))
    private: Mapped[bool]  # only for the user and administrators; otherwise for all who may sign in


class ProblemRow(Base):
    """A row or cell of an upload that could not be used."""

    __tablename__ = "problem"
    __table_args__ = NUMBERED
    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(owner("upload.id"), index=True)
    kind: Mapped[str]  # problem: the row is left out; notice: only a cell is
    file: Mapped[str]
    row: Mapped[int]
    column: Mapped[str | None]
    reason: Mapped[str]
    hint: Mapped[str]
    answer: Mapped[str | None]  # scores of a respondent who wrote nothing (see `voc.store.wordless`)


class CommentRow(Base):
    """A comment, redacted. `search_text` is what queries are held against: normalised, in lower case."""

    __tablename__ = "comment"
    __table_args__ = (
        UniqueConstraint("upload_id", "comment_id"),
        *(Index(f"ix_comment_{name}", "upload_id", name, "id") for name in INDEXED_FIELDS),
        *(Index(f"ix_comment_{name}", *columns, **only_where(condition)) for name, columns, condition in FEW_COMMENTS),
        NUMBERED,
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(owner("upload.id"))
    comment_id: Mapped[str]
    text: Mapped[str]
    search_text: Mapped[str]
    question: Mapped[str | None]
    created_at: Mapped[str | None]
    channel: Mapped[str | None]
    source_type: Mapped[str | None]
    store: Mapped[str | None]
    product: Mapped[str | None]
    region: Mapped[str | None]
    customer_id: Mapped[str | None] = mapped_column(index=True)
    nps: Mapped[int | None]
    csat: Mapped[float | None]
    ces: Mapped[float | None]
    rating: Mapped[float | None]
    extra: Mapped[str]
    file: Mapped[str]
    row: Mapped[int]
    duplicate_of: Mapped[str | None]


class RunRow(Base):
    """One analysis of an upload. `analysis` is the whole ``voc.analysis/1`` without members of pain points.

    `statistics` is the ``voc.statistics/1`` without quotes (see `voc.store.statistics`).
    """

    __tablename__ = "run"
    __table_args__ = STRICT
    id: Mapped[str] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(owner("upload.id"), index=True)
    started_at: Mapped[str]
    state: Mapped[str]
    voc_version: Mapped[str]
    seed: Mapped[int]
    codebook_version: Mapped[int | None]
    settings: Mapped[str]
    models: Mapped[str]
    analysis: Mapped[str]
    statistics: Mapped[str | None]


class AnnotationRow(Base):
    """What a run said of a comment; written once, never changed. `record` is the whole ``voc.score/1``."""

    __tablename__ = "annotation"
    __table_args__ = (
        Index("ix_annotation_label", "run_id", "comment_id", "label", "mixed"),  # spares filters the records
        Index("ix_annotation_score", "run_id", "score", "comment_id"),
        Index("ix_annotation_shuffled", "run_id", "shuffled", "comment_id"),
        Index("ix_annotation_informative", "run_id", "informative", "comment_id"),
        STRICT,
    )
    run_id: Mapped[str] = mapped_column(owner("run.id"), primary_key=True)
    comment_id: Mapped[int] = mapped_column(owner("comment.id"), primary_key=True, index=True)
    label: Mapped[str]
    score: Mapped[float]
    intensity: Mapped[float]  # P(positive) - P(negative), -1 to 1
    mixed: Mapped[bool]
    informative: Mapped[bool]
    shuffled: Mapped[int]  # says the place in a random order that stays (see `voc.store.write.shuffled`)
    record: Mapped[str]


class IntentRow(Base):
    """What the customer of a comment means to do."""

    __tablename__ = "intent"
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "comment_id"], ANNOTATED, ondelete="CASCADE"),
        Index("ix_intent_comment", "run_id", "comment_id"),
        CLUSTERED,
    )
    run_id: Mapped[str] = mapped_column(primary_key=True)
    intent: Mapped[str] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(primary_key=True)


class MentionRow(Base):
    """A place where a comment evaluates a touchpoint."""

    __tablename__ = "mention"
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "comment_id"], ANNOTATED, ondelete="CASCADE"),
        Index("ix_mention_comment", "run_id", "comment_id"),
        CLUSTERED,
    )
    run_id: Mapped[str] = mapped_column(primary_key=True)
    touchpoint: Mapped[str] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True)
    end: Mapped[int] = mapped_column(primary_key=True)
    polarity: Mapped[str]


class PainPointRow(Base):
    """A pain point of a run. `record` is the whole of it without members."""

    __tablename__ = "pain_point"
    __table_args__ = STRICT
    run_id: Mapped[str] = mapped_column(owner("run.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]  # in the analysis, from 0
    label: Mapped[str]
    touchpoint: Mapped[str]
    size: Mapped[int]
    comments: Mapped[int]
    record: Mapped[str]


class MembershipRow(Base):
    """A clause that belongs to a pain point."""

    __tablename__ = "membership"
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "pain_point_id"], ["pain_point.run_id", "pain_point.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["run_id", "comment_id"], ANNOTATED, ondelete="CASCADE"),
        Index("ix_membership_comment", "run_id", "comment_id"),
        CLUSTERED,
    )
    run_id: Mapped[str] = mapped_column(primary_key=True)
    pain_point_id: Mapped[str] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True)
    end: Mapped[int] = mapped_column(primary_key=True)
