"""The index that search in Chinese goes by (see `voc.store.search`)."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from voc.store.search import Indexed, add_to_index

revision = "0002"
down_revision = "0001"

_CHUNK = 1000
_AFTER = text("SELECT id, search_text FROM comment WHERE id > :last ORDER BY id LIMIT :most")
# Every character but a space belongs to a term, and case is folded already. Without positions and without the text itself;
# beginnings of one character are looked up at once.
_FTS5 = """
CREATE VIRTUAL TABLE comment_search USING fts5 (
    terms, content = '', detail = none, prefix = 1, tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
)
"""
_TSVECTOR = """
CREATE TABLE comment_search (comment_id BIGINT PRIMARY KEY REFERENCES comment (id) ON DELETE CASCADE, terms TSVECTOR NOT NULL)
"""


def upgrade() -> None:
    """Make it, with the comments that are there."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute(_FTS5)
    else:
        op.execute(_TSVECTOR)
        op.execute("CREATE INDEX ix_comment_search_terms ON comment_search USING gin (terms)")
    last = 0
    while rows := [Indexed(*row) for row in connection.execute(_AFTER, {"last": last, "most": _CHUNK})]:
        add_to_index(connection, rows)
        last = rows[-1].id


def downgrade() -> None:
    """Drop it; comments stay."""
    op.execute("DROP TABLE comment_search")
