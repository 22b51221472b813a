"""Reviews of comments: decisions of people, which win over the models at once."""

from __future__ import annotations

from flask import Blueprint, Response, g

from voc.errors import StoreError
from voc.store import Store
from voc.store.records import SENTIMENT, Review, ReviewSummary
from web.access import visible_run
from web.api.exchange import answer, read_body, read_query
from web.api.operations import Operation, operation
from web.run_records import ReviewRequest, ReviewsDone, WithdrawQuery

_PATH = "/runs/<run_id>/comments/<int:key>/reviews"


def make_reviews(api: Blueprint, store: Store) -> None:
    """Add the operations.

    Parameters
    ----------
    api : flask.Blueprint
        To add them to.
    store : Store
        Holds runs and reviews.
    """

    @operation(
        api,
        _PATH,
        Operation(
            "POST",
            "校对一条评论 / Decide on a comment",
            "write",
            ReviewsDone,
            ReviewRequest,
            status=201,
            problems=(400, 404, 415, 422, 503),
        ),
    )
    def review(run_id: str, key: int) -> Response:
        visible_run(store, run_id)
        asked = read_body(ReviewRequest)
        known = {SENTIMENT, *(cell.touchpoint for cell in store.current(run_id).analysis.journey)}
        if wrong := next((one.target for one in asked.decisions if one.target not in known), None):
            raise StoreError("bad_review", f"没有这个触点 / no such touchpoint: {wrong!r}", ", ".join(sorted(known)))
        decided = {one.target: one.label for one in asked.decisions}
        return answer(ReviewsDone(reviews=store.add_reviews(run_id, key, decided, g.identity.name)), 201)

    @operation(
        api,
        _PATH,
        Operation(
            "DELETE",
            "撤回自己最近的判断 / Take one's last decision back; nothing is deleted, a row withdraws it",
            "write",
            Review,
            query=WithdrawQuery,
            problems=(404, 422, 503),
        ),
    )
    def withdraw(run_id: str, key: int) -> Response:
        visible_run(store, run_id)
        return answer(store.withdraw_review(run_id, key, g.identity.name, read_query(WithdrawQuery).target))

    @operation(
        api,
        "/runs/<run_id>/reviews/summary",
        Operation(
            "GET", "校对了多少，彼此是否一致 / How much is reviewed, and who agrees", "read", ReviewSummary, problems=(404, 503), etag=True
        ),
    )
    def summary(run_id: str) -> Response:
        visible_run(store, run_id)
        return answer(store.review_summary(run_id), etag=True)
