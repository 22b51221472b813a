"""POST /score: comments → what `voc score` writes."""

from __future__ import annotations

from flask import Blueprint, Response, g

from voc.context import without_context
from voc.records import Comment
from web.api.exchange import answer, read_body
from web.api.operations import Operation, operation
from web.records import ScoreResponse, score_request
from web.scoring import Scorer
from web.settings import ServerSettings


def make_score(api: Blueprint, settings: ServerSettings, scorer: Scorer) -> None:
    """Add the operation.

    Parameters
    ----------
    api : flask.Blueprint
        To add it to.
    settings : ServerSettings
        Limits.
    scorer : Scorer
        Scores.
    """
    body = score_request(settings)
    summary = "逐条评分：情感、触点、意图 / Score comments: sentiment, touchpoints, intents"

    @operation(api, "/score", Operation("POST", summary, "score", ScoreResponse, body, problems=(400, 413, 415, 422, 503)))
    def score() -> Response:
        asked = read_body(body)
        comments: list[Comment] = [
            comment if comment.id else comment.model_copy(update={"id": str(place)}) for place, comment in enumerate(asked.comments, 1)
        ]
        if not asked.context:
            comments = [without_context(comment) for comment in comments]
        results = scorer.lane(asked.quality, asked.taxonomy).score(comments)
        g.comments = len(results)
        return answer(ScoreResponse(results=tuple(results)))
