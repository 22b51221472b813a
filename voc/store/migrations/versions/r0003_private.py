"""Uploads that only their owner and administrators may see."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voc.store.migrations.versions.r0001_tables import TYPES

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Those that are there stay open to all who may sign in."""
    op.add_column("upload", sa.Column("private", TYPES["bool"], nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Forget who may see what."""
    op.drop_column("upload", "private")
