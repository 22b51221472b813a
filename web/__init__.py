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
        Knows tokens and sessions: those of the store, where left out. With ``no_auth`` nobody is asked.

    Returns
    -------
    flask.Flask
        With ``extensions["scorer"]``, ``["store"]`` and ``["work"]``; whoever made the application closes them.

    Raises
    ------
    SettingsError
        If nobody is asked who they are, and the host is not this machine alone.

    Examples
    --------
    >>> from web.settings import ServerSettings
    >>> create_app(ServerSettings(no_auth=True)).test_client().get("/healthz").json
    {'status': 'ok'}
    """
    from datetime import timedelta

    from flask import Flask

    from voc.store import Store
    from voc.store.sessions import Sessions
    from web.api import make_blueprints
    from web.api.operations import scope_of_request
    from web.auth import StoreAuthenticator, check_access, require
    from web.cookies import only_https
    from web.errors import register_errors
    from web.hosts import check_hosts
    from web.limits import limit_rate
    from web.logs import log_requests
    from web.metrics import Metrics
    from web.pages import make_pages
    from web.pages.login import make_login
    from web.responses import finish_responses
    from web.scoring import Scorer, load_pipeline
    from web.work import Work

    check_access(settings)
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.request_limit_mb * 2**20
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.config["SESSION_COOKIE_SECURE"] = only_https(settings)
    app.url_map.merge_slashes = False
    metrics = Metrics()
    app.extensions["scorer"] = scorer or Scorer(
        lambda quality, taxonomy: load_pipeline(quality, taxonomy, settings.threads),
        quality=settings.quality,
        most_waiting=settings.max_comments_waiting,
    )
    app.extensions["store"] = store = store or Store(settings.store)
    idle, longest = timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
    sessions = Sessions(store, idle=idle, longest=longest)
    authenticator = None if settings.no_auth else authenticator or StoreAuthenticator(store.tokens, sessions)
    app.extensions["work"] = Work(store, settings)
    # In reverse order, what comes after a request: headers and compression last.
    finish_responses(app)
    log_requests(app, metrics)
    check_hosts(app, settings)
    app.before_request(require(app, authenticator, lambda: scope_of_request(app), limit_rate(app, settings.rate_limit_per_minute)))
    register_errors(app)
    for blueprint in make_blueprints(app, settings, app.extensions["scorer"], metrics, authenticator):
        app.register_blueprint(blueprint)
    for page in [*make_login(app, store, sessions), *make_pages(app, store)]:
        app.register_blueprint(page)
    return app
