"""Jobs of the workers, and answers that a repeated request gets again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voc.store.migrations.versions.r0001_tables import TYPES

revision = "0004"
down_revision = "0003"

# As `name:type`, with ? where NULL is allowed.
JOB = (
    "id:int kind:text state:text upload_id:int run_id:text user_id:int? folder:text settings:text created_at:text started_at:text? "
    "finished_at:text? attempts:int crashes:int worker:text? lease_until:real? cancel_requested:bool stage:text? stage_from:real? "
    "stage_first:int rows_done:int rows_total:int error_code:text? error_message:text? error_hint:text?"
)
ANSWER = "caller:text key:text fingerprint:text status:int location:text? body:text upload_id:int? at:real"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "job",
        *_columns(JOB),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("run_id"),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="SET NULL"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_job_upload_id", "job", ["upload_id"])
    op.create_index("ix_job_state", "job", ["state", "id"])
    op.create_table(
        "answer",
        *_columns(ANSWER),
        sa.PrimaryKeyConstraint("caller", "key"),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], ondelete="CASCADE"),
        sqlite_strict=True,
    )
    op.create_index("ix_answer_upload_id", "answer", ["upload_id"])
    op.create_index("ix_answer_at", "answer", ["at"])


def downgrade() -> None:
    """Drop them; uploads and runs stay."""
    op.drop_table("answer")
    op.drop_table("job")


def _columns(described: str) -> list[sa.Column[object]]:
    parts = [[*part.rstrip("?").split(":"), part] for part in described.split()]
    return [sa.Column(name, TYPES[kind], nullable=part.endswith("?")) for name, kind, part in parts]
