"""POST /score: comments → what `voc score` writes."""

from __future__ import annotations

from flask import Blueprint, Response, g, request
from pydantic import ValidationError

from voc.context import without_context
from voc.records import Comment
from web.api.operations import Operation, operation
from web.errors import ApiError, refuse_body
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
        if request.mimetype != "application/json" or request.content_encoding:
            raise ApiError.of_status(415)
        try:
            asked = body.model_validate_json(request.get_data(), strict=True)
        except ValidationError as error:
            raise refuse_body(error) from error
        comments: list[Comment] = [
            comment if comment.id else comment.model_copy(update={"id": str(place)}) for place, comment in enumerate(asked.comments, 1)
        ]
        if not asked.context:
            comments = [without_context(comment) for comment in comments]
        results = scorer.lane(asked.quality, asked.taxonomy).score(comments)
        g.comments = len(results)
        return Response(ScoreResponse(results=tuple(results)).model_dump_json(), content_type="application/json")
