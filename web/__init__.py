"""The service: HTTP in front of `voc`; no analysis in here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from voc.store import Store
    from web.auth import Authenticator
    from web.scoring import Scorer
    from web.settings import ServerSettings


def create_app(
    settings: ServerSettings, *, scorer: Scorer | None = None, store: Store | None = None, authenticator: Authenticator | None = None
) -> Flask:
    """Make the application.

    Parameters
    ----------
    settings : ServerSettings
        Read by the caller.
    scorer : Scorer, optional
        One that loads the shipped models when they are first asked for, where left out.
    store : Store, optional
        That of the settings, where left out; its tables are the caller's to upgrade.
    authenticator : Authenticator, optional
        Knows the tokens; without it the settings must say ``no_auth``.

    Returns
    -------
    flask.Flask
        With ``extensions["scorer"]``, ``["store"]`` and ``["work"]``; whoever made the application closes them.

    Raises
    ------
    SettingsError
        If nobody checks tokens and the settings do not say that this is meant, or the host is not this machine alone.

    Examples
    --------
    >>> from web.settings import ServerSettings
    >>> create_app(ServerSettings(no_auth=True)).test_client().get("/healthz").json
    {'status': 'ok'}
    """
    from flask import Flask

    from voc.store import Store
    from web.api import make_blueprints
    from web.auth import check_access, hosts
    from web.errors import register_errors
    from web.logs import log_requests
    from web.metrics import Metrics
    from web.responses import finish_responses
    from web.scoring import Scorer, load_pipeline
    from web.work import Work

    check_access(settings, authenticator)
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.request_limit_mb * 2**20
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.config["TRUSTED_HOSTS"] = hosts(settings) if authenticator is None else None
    app.url_map.merge_slashes = False
    metrics = Metrics()
    app.extensions["scorer"] = scorer or Scorer(
        lambda quality, taxonomy: load_pipeline(quality, taxonomy, settings.threads),
        quality=settings.quality,
        most_waiting=settings.max_comments_waiting,
    )
    app.extensions["store"] = store or Store(settings.store)
    app.extensions["work"] = Work(app.extensions["store"], settings)
    # In reverse order, what comes after a request: headers and compression last.
    finish_responses(app)
    log_requests(app, metrics)
    register_errors(app)
    for blueprint in make_blueprints(app, settings, app.extensions["scorer"], metrics, authenticator):
        app.register_blueprint(blueprint)
    return app
