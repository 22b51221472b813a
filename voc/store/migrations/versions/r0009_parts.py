"""Indexes by which parts of a run are counted without reading whole comments."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0009"
down_revision = "0008"

_PARTIAL = (
    ("ix_comment_duplicate", "upload_id id", "duplicate_of IS NOT NULL"),
    ("ix_comment_scores", "upload_id file id row nps csat", "nps IS NOT NULL OR csat IS NOT NULL"),
)


def upgrade() -> None:
    """Add them."""
    op.create_index("ix_annotation_informative", "annotation", ["run_id", "informative", "comment_id"])
    for name, columns, condition in _PARTIAL:
        op.create_index(name, "comment", columns.split(), sqlite_where=text(condition), postgresql_where=text(condition))


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_annotation_informative", "annotation")
    for name, *_ in _PARTIAL:
        op.drop_index(name, "comment")
