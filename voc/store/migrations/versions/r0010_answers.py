"""All that respondents who wrote nothing said, not their NPS alone; all scores of comments in their index."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

from voc.store.migrations.versions.r0001_tables import TYPES

revision = "0010"
down_revision = "0009"

_BEFORE, _NOW = ("nps", "csat"), ("nps", "csat", "ces", "rating")
# One for each row of a table, and none where something was written in it.
_MOVE = """
    UPDATE problem SET answer = '{"nps":' || CAST(nps AS TEXT) || '}'
    WHERE id IN (SELECT min(id) FROM problem WHERE nps IS NOT NULL GROUP BY upload_id, file, "row")
    AND (upload_id, file, "row") NOT IN (SELECT upload_id, file, "row" FROM comment)
"""


def upgrade() -> None:
    """Of those that are there only the NPS is known, and neither date nor store."""
    op.add_column("problem", sa.Column("answer", TYPES["text"]))
    op.execute(text(_MOVE))
    op.drop_column("problem", "nps")
    _index(_NOW)


def downgrade() -> None:
    """Keep the NPS, forget the rest."""
    op.add_column("problem", sa.Column("nps", TYPES["int"]))
    problem = sa.table("problem", sa.column("id"), sa.column("nps"), sa.column("answer"))
    connection = op.get_bind()
    for key, answer in connection.execute(sa.select(problem.c.id, problem.c.answer).where(problem.c.answer.is_not(None))).all():
        connection.execute(sa.update(problem).where(problem.c.id == key).values(nps=json.loads(answer).get("nps")))
    op.drop_column("problem", "answer")
    _index(_BEFORE)


def _index(scores: tuple[str, ...]) -> None:
    op.drop_index("ix_comment_scores", "comment")
    given = text(" OR ".join(f"{score} IS NOT NULL" for score in scores))
    op.create_index("ix_comment_scores", "comment", ["upload_id", "file", "id", "row", *scores], sqlite_where=given, postgresql_where=given)
