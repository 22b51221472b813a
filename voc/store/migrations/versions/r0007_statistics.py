"""Statistics of runs, and the NPS answers of respondents who wrote nothing, which they count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voc.store.migrations.versions.r0001_tables import TYPES

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Runs that are there have none until they are made again."""
    op.add_column("run", sa.Column("statistics", TYPES["text"]))
    op.add_column("problem", sa.Column("nps", TYPES["int"]))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("problem", "nps")
    op.drop_column("run", "statistics")
