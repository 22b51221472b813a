"""`/api/v1` and what watches over the service."""

from __future__ import annotations

from flask import Blueprint, Flask

from web.api.accounts import make_accounts
from web.api.cases import make_cases
from web.api.codebook import make_codebook
from web.api.describe import make_describing
from web.api.exchange import use_safe_parameters
from web.api.exports import make_exports
from web.api.health import make_health
from web.api.jobs import make_jobs
from web.api.pain_points import make_pain_points
from web.api.reviews import make_reviews
from web.api.runs import make_runs
from web.api.score import make_score
from web.api.tokens import make_tokens
from web.api.uploads import make_uploads
from web.auth import Authenticator
from web.metrics import Metrics
from web.scoring import Scorer
from web.settings import ServerSettings

PREFIX = "/api/v1"


def make_blueprints(
    app: Flask, settings: ServerSettings, scorer: Scorer, metrics: Metrics, authenticator: Authenticator | None
) -> list[Blueprint]:
    """All of the API.

    Parameters
    ----------
    app : flask.Flask
        That they will be registered with; with ``extensions["work"]``.
    settings : ServerSettings
        Limits.
    scorer : Scorer
        Shared by all requests.
    metrics : Metrics
        To be shown.
    authenticator : Authenticator or None
        Knows the tokens; None: everything is allowed.

    Returns
    -------
    list of flask.Blueprint
        Their operations name the scopes that `web.auth.require` checks.
    """
    use_safe_parameters(app)
    api = Blueprint("api", __name__, url_prefix=PREFIX)
    watch = Blueprint("watch", __name__)
    make_score(api, settings, scorer)
    make_accounts(api, app.extensions["store"])
    make_tokens(api, app.extensions["store"])
    make_uploads(api, app.extensions["work"])
    make_jobs(api, app.extensions["work"])
    for make in (make_runs, make_pain_points, make_codebook, make_reviews, make_cases, make_exports):
        make(api, app.extensions["store"])
    make_describing(api, app, open_to_all=authenticator is None)
    make_health(watch, scorer, metrics)
    return [api, watch]
