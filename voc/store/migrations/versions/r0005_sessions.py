"""Signed-in browsers, and failures to sign in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voc.store.migrations.versions.r0001_tables import TYPES

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "session",
        sa.Column("id", TYPES["int"], primary_key=True),
        sa.Column("user_id", TYPES["int"], sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
        *(sa.Column(name, TYPES["text"], nullable=False) for name in ("hash", "created_at", "used_at")),
        sa.UniqueConstraint("hash"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_session_user_id", "session", ["user_id"])
    op.create_table(
        "throttle",
        sa.Column("key", TYPES["text"], primary_key=True),
        sa.Column("failures", TYPES["int"], nullable=False),
        sa.Column("until", TYPES["text"], nullable=False),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop both; everybody has to sign in again."""
    op.drop_table("throttle")
    op.drop_table("session")
