"""Codebooks as runs left them when the next run came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voc.store.migrations.versions.r0001_tables import TYPES

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table; of codebooks that went on before, nobody knows any more how their earlier runs were shown."""
    op.create_table(
        "run_codebook",
        sa.Column("run_id", TYPES["text"], sa.ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", TYPES["text"], nullable=False),
        *(sa.Column(name, TYPES["int"], nullable=False) for name in ("revision", "run_revision")),
        sa.Column("edited", TYPES["bool"], nullable=False),
        *(sa.Column(name, TYPES["text"], nullable=False) for name in ("moving", "record", "run")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop it; earlier runs show their pain points as they found them."""
    op.drop_table("run_codebook")
