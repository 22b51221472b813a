"""Touchpoints and words of the users' own, in versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voc.store.migrations.versions.r0001_tables import TYPES

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "taxonomy",
        sa.Column("name", TYPES["text"], nullable=False),
        sa.Column("version", TYPES["int"], nullable=False),
        sa.Column("created_at", TYPES["text"], nullable=False),
        sa.Column("author", TYPES["text"]),
        *(sa.Column(name, TYPES["text"], nullable=False) for name in ("text", "userdict")),
        sa.PrimaryKeyConstraint("name", "version"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop it; runs that name what was in it show the touchpoints of retail."""
    op.drop_table("taxonomy")
