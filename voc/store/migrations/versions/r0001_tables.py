"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "text": sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
    "int": sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
    "real": sa.Double().with_variant(sa.REAL(), "sqlite"),
    "bool": sa.Boolean().with_variant(sa.Integer(), "sqlite"),
}
# Table → its columns, as `name:type`, with ? where NULL is allowed; the order is that of dependence.
COLUMNS = {
    "audit": "id:int at:text actor:text? action:text detail:text",
    "user": "id:int name:text password_hash:text? role:text created_at:text disabled:bool",
    "token": "id:int user_id:int name:text hash:text scopes:text created_at:text expires_at:text? last_used_at:text? revoked_at:text?",
    "upload": "id:int name:text created_at:text user_id:int?",
    "comment": (
        "id:int upload_id:int comment_id:text text:text search_text:text question:text? created_at:text? channel:text? source_type:text? "
        "store:text? product:text? region:text? customer_id:text? nps:int? csat:real? ces:real? rating:real? extra:text file:text row:int "
        "duplicate_of:text?"
    ),
    "problem": "id:int upload_id:int kind:text file:text row:int column:text? reason:text hint:text",
    "run": (
        "id:text upload_id:int started_at:text state:text voc_version:text seed:int codebook_version:int? settings:text models:text "
        "analysis:text"
    ),
    "annotation": "run_id:text comment_id:int label:text score:real intensity:real mixed:bool informative:bool record:text",
    "case_": "id:int pain_point_id:text run_id:text? owner:text? due:text? status:text opened_at:text",
    "codebook_version": "codebook:text number:int run_id:text? committed_at:text message:text record:text",
    "pain_point": "run_id:text id:text place:int label:text touchpoint:text size:int comments:int record:text",
    "membership": "run_id:text pain_point_id:text comment_id:int start:int end:int",
    "mention": "run_id:text touchpoint:text comment_id:int start:int end:int polarity:text",
    "review": "id:int run_id:text comment_id:int target:text label:text? reviewer:text? at:text",
}
KEYS = {
    "annotation": "run_id comment_id",
    "codebook_version": "codebook number",
    "pain_point": "run_id id",
    "membership": "run_id pain_point_id comment_id start end",
    "mention": "run_id touchpoint comment_id start end",
}  # `id` in all others
UNIQUE = {"user": "name", "token": "hash", "comment": "upload_id comment_id"}
# (table, its columns, table referred to, its columns, what happens when that row goes)
REFERENCES = [
    ("token", "user_id", "user", "id", "CASCADE"),
    ("upload", "user_id", "user", "id", "SET NULL"),
    ("comment", "upload_id", "upload", "id", "CASCADE"),
    ("problem", "upload_id", "upload", "id", "CASCADE"),
    ("run", "upload_id", "upload", "id", "CASCADE"),
    ("annotation", "run_id", "run", "id", "CASCADE"),
    ("annotation", "comment_id", "comment", "id", "CASCADE"),
    ("case_", "run_id", "run", "id", "SET NULL"),
    ("codebook_version", "run_id", "run", "id", "SET NULL"),
    ("pain_point", "run_id", "run", "id", "CASCADE"),
    ("membership", "run_id pain_point_id", "pain_point", "run_id id", "CASCADE"),
    ("membership", "run_id comment_id", "annotation", "run_id comment_id", "CASCADE"),
    ("mention", "run_id comment_id", "annotation", "run_id comment_id", "CASCADE"),
    ("review", "run_id comment_id", "annotation", "run_id comment_id", "CASCADE"),
]
INDEXES = [
    ("ix_token_user_id", "token", "user_id"),
    *((f"ix_comment_{name}", "comment", f"upload_id {name} id") for name in ("created_at", "channel", "store", "product", "region")),
    ("ix_comment_customer_id", "comment", "customer_id"),
    ("ix_problem_upload_id", "problem", "upload_id"),
    ("ix_run_upload_id", "run", "upload_id"),
    ("ix_annotation_label", "annotation", "run_id comment_id label"),
    ("ix_annotation_comment_id", "annotation", "comment_id"),
    ("ix_case__pain_point_id", "case_", "pain_point_id"),
    ("ix_membership_comment", "membership", "run_id comment_id"),
    ("ix_mention_comment", "mention", "run_id comment_id"),
    ("ix_review_comment", "review", "run_id comment_id target id"),
    ("ix_review_target", "review", "run_id target comment_id id"),
]


def upgrade() -> None:
    """Make them."""
    for table in COLUMNS:
        _create(table)
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns.split())


def downgrade() -> None:
    """Drop them."""
    for table in reversed(COLUMNS):
        op.drop_table(table)


def _create(table: str) -> None:
    parts = COLUMNS[table].split()
    columns = [_column(*part.rstrip("?").split(":"), nullable=part.endswith("?")) for part in parts]
    foreign = [
        sa.ForeignKeyConstraint(own.split(), [f"{other}.{name}" for name in theirs.split()], ondelete=rule)
        for owner, own, other, theirs, rule in REFERENCES
        if owner == table
    ]
    unique = [sa.UniqueConstraint(*UNIQUE[table].split())] if table in UNIQUE else []
    options = {"sqlite_autoincrement": True} if parts[0] == "id:int" else {}
    if table in ("membership", "mention"):
        options["sqlite_with_rowid"] = False
    key = sa.PrimaryKeyConstraint(*KEYS.get(table, "id").split())
    op.create_table(table, *columns, key, *unique, *foreign, sqlite_strict=True, **options)


def _column(name: str, kind: str, *, nullable: bool) -> sa.Column[Any]:
    return sa.Column(name, TYPES[kind], nullable=nullable)
