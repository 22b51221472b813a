"""Codebooks as a whole, cases with their history, reviews that can be withdrawn, and what the queue of reviews goes by."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from voc.store.migrations.versions.r0001_tables import TYPES

revision = "0006"
down_revision = "0005"

_CHUNK = 1000
_ANNOTATION = sa.table("annotation", *(sa.column(name) for name in ("run_id", "comment_id", "record")))
_INTENT = sa.table("intent", *(sa.column(name) for name in ("run_id", "intent", "comment_id")))
# As `voc.store.write.shuffled`, which new rows get it from.
_SHUFFLE = "UPDATE annotation SET shuffled = (comment_id * 2654435761) % 4294967296"
_CASE_COLUMNS = {
    "label": ("text", False),
    "codebook": ("text", True),
    "root_cause": ("text", False),
    "action": ("text", False),
    "closed_at": ("text", True),
    "before": ("text", True),
    "after": ("text", True),
}


def upgrade() -> None:
    """What is there stays, but for versions of codebooks, which nothing wrote."""
    op.drop_table("codebook_version")
    op.create_table(
        "codebook",
        *_columns("name:text revision:int run_id:text? run_revision:int edited:bool moving:text saved_at:text record:text run:text?"),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )
    op.create_index("ix_codebook_run_id", "codebook", ["run_id"])
    op.create_table(
        "case_entry",
        *_columns("id:int case_id:int at:text author:text? kind:text before:text? text:text?"),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], ondelete="CASCADE"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_entry_case", "case_entry", ["case_id", "id"])
    for name, (kind, nullable) in _CASE_COLUMNS.items():
        op.add_column("case_", sa.Column(name, TYPES[kind], nullable=nullable, server_default=None if nullable else ""))
    op.add_column("review", sa.Column("withdraws", TYPES["int"]))
    op.create_index("ix_review_withdraws", "review", ["withdraws"])
    op.add_column("annotation", sa.Column("shuffled", TYPES["int"], nullable=False, server_default="0"))
    op.execute(_SHUFFLE)
    op.drop_index("ix_annotation_label", "annotation")
    op.create_index("ix_annotation_label", "annotation", ["run_id", "comment_id", "label", "mixed"])
    for name in ("score", "shuffled"):
        op.create_index(f"ix_annotation_{name}", "annotation", ["run_id", name, "comment_id"])
    op.create_index("ix_comment_question", "comment", ["upload_id", "question", "id"])
    op.create_table(
        "intent",
        *_columns("run_id:text intent:text comment_id:int"),
        sa.PrimaryKeyConstraint("run_id", "intent", "comment_id"),
        sa.ForeignKeyConstraint(["run_id", "comment_id"], ["annotation.run_id", "annotation.comment_id"], ondelete="CASCADE"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_intent_comment", "intent", ["run_id", "comment_id"])
    _fill_intents()


def downgrade() -> None:
    """Forget codebooks, histories of cases and withdrawals; runs, reviews and cases stay."""
    op.execute("DELETE FROM review WHERE withdraws IS NOT NULL OR id IN (SELECT withdraws FROM review WHERE withdraws IS NOT NULL)")
    for table in ("intent", "case_entry", "codebook"):
        op.drop_table(table)
    for name in ("ix_annotation_shuffled", "ix_annotation_score", "ix_annotation_label"):
        op.drop_index(name, "annotation")
    op.create_index("ix_annotation_label", "annotation", ["run_id", "comment_id", "label"])
    op.drop_index("ix_review_withdraws", "review")
    op.drop_index("ix_comment_question", "comment")
    op.drop_column("annotation", "shuffled")
    op.drop_column("review", "withdraws")
    for name in _CASE_COLUMNS:
        op.drop_column("case_", name)
    op.create_table(
        "codebook_version",
        *_columns("codebook:text number:int run_id:text? committed_at:text message:text record:text"),
        sa.PrimaryKeyConstraint("codebook", "number"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], ondelete="SET NULL"),
        sqlite_strict=True,
    )


def _columns(described: str) -> list[sa.Column[Any]]:
    parts = [(part.rstrip("?").split(":"), part.endswith("?")) for part in described.split()]
    return [sa.Column(name, TYPES[kind], nullable=nullable) for (name, kind), nullable in parts]


def _fill_intents() -> None:
    connection = op.get_bind()
    after: tuple[str, int] = ("", 0)
    key = sa.tuple_(_ANNOTATION.c.run_id, _ANNOTATION.c.comment_id)
    ordered = sa.select(_ANNOTATION).order_by(_ANNOTATION.c.run_id, _ANNOTATION.c.comment_id).limit(_CHUNK)
    while rows := connection.execute(ordered.where(key > sa.tuple_(sa.literal(after[0]), sa.literal(after[1])))).all():
        found = {(row.run_id, intent["id"], row.comment_id) for row in rows for intent in json.loads(row.record)["intents"]}
        if found:
            connection.execute(
                sa.insert(_INTENT), [dict(zip(("run_id", "intent", "comment_id"), one, strict=True)) for one in sorted(found)]
            )
        after = (rows[-1].run_id, rows[-1].comment_id)
